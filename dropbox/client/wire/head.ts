// The head of a message and the plaintext around it, SPEC.md 4; it checks no signature.

import { sha256 } from "@noble/hashes/sha2.js";
import { MalformedError } from "../errors.ts";
import { bigEndian, type Bytes, join, numberOf, utf8 } from "./bytes.ts";
import { b64, checkMembers, encode, isObject, type Json, parseObject, unb64, unb64List } from "./canonical.ts";
import { paddedSize } from "./envelope.ts";
import { contentSize, type File, fileMembers, parseFiles } from "./files.ts";
import { type Body, CHANNELS, Report } from "./bodies.ts";
import { checkKind, KINDS, mayHaveFiles, Unknown } from "./kinds.ts";
import { ID_SIZE, KEY_SIZE } from "./sizes.ts";

export const LENGTH_SIZE = 4;
const SIGNATURE_SIZE = 64;
export const MAX_HEAD_SIZE = 262_144 - LENGTH_SIZE - SIGNATURE_SIZE; // SPEC.md 4: the log's prefix has room
export const MAX_SEEN = 16;
const MAX_DAY = 2 ** 32 - 1;
const LABEL_MESSAGE = "meldbus/1 ";

const MEMBERS = ["author", "body", "channel", "day", "files", "kind", "roster", "seen", "to", "without"];

/** What an author signs; `case` is null in a report, whose own id is the case's. */
export interface Head {
  readonly author: Bytes;
  readonly kind: string;
  readonly channel: string;
  readonly case: Bytes | null;
  readonly day: number;
  readonly roster: Bytes;
  readonly seen: readonly Bytes[];
  readonly to: readonly Bytes[];
  readonly without: readonly Bytes[];
  readonly body: Body;
  readonly files: readonly File[];
}

/**
 * Read the canonical JSON of a head.
 *
 * Throws MalformedError for a head that is not exactly as SPEC.md 4.1 says.
 */
export function parseHead(raw: Bytes): Head {
  if (raw.length > MAX_HEAD_SIZE) throw new MalformedError();
  const members = parseObject(raw);
  const kind = checkKind(members["kind"]);
  const opensCase = kind === Report.KIND;
  checkMembers(members, opensCase ? MEMBERS : [...MEMBERS, "case"]);
  const files = parseFiles(members["files"]);
  if (files.length > 0 && !mayHaveFiles(kind)) throw new MalformedError();
  const channel = members["channel"]!;
  const known = KINDS.get(kind);
  if (!CHANNELS.includes(channel) || (known && channel !== known.CHANNEL)) throw new MalformedError();
  const body = members["body"];
  if (!isObject(body)) throw new MalformedError();
  const to = unb64List(members["to"], ID_SIZE);
  const without = unb64List(members["without"], ID_SIZE);
  const listed = without.map(b64);
  if (to.some((name) => listed.includes(b64(name))) || (without.length > 0 && kind !== Report.KIND)) {
    throw new MalformedError();
  }
  const seen = unb64List(members["seen"], ID_SIZE);
  if (seen.length > MAX_SEEN) throw new MalformedError();
  const read = known ? known.parse(body) : new Unknown(body);
  if (read instanceof Report && read.telling.about.people.some((place) => place >= to.length + without.length)) {
    throw new MalformedError();
  }
  return {
    author: unb64(members["author"], KEY_SIZE),
    kind,
    channel: String(channel),
    case: opensCase ? null : unb64(members["case"], ID_SIZE),
    day: dayOf(members["day"]),
    roster: unb64(members["roster"], ID_SIZE),
    seen,
    to,
    without,
    body: read,
    files,
  };
}

/** Return the canonical JSON of a head. */
export function encodeHead(head: Head): Bytes {
  return encode({
    author: b64(head.author),
    body: head.body.members(),
    ...(head.case ? { case: b64(head.case) } : {}),
    channel: head.channel,
    day: head.day,
    files: head.files.map(fileMembers),
    kind: head.kind,
    roster: b64(head.roster),
    seen: listed(head.seen),
    to: listed(head.to),
    without: listed(head.without),
  });
}

/** Return what the author signs (SPEC.md 4.3). */
export function signedBytes(kind: string, mac: Bytes, head: Bytes): Bytes {
  return join(utf8(LABEL_MESSAGE + kind), new Uint8Array([kind.length]), mac, head);
}

/** Return the 32-byte id of a message (SPEC.md 4.3). */
export function messageId(kind: string, mac: Bytes, head: Bytes): Bytes {
  return sha256(signedBytes(kind, mac, head));
}

/** Return what stands in a plaintext before the files. */
export function start(head: Bytes, signature: Bytes): Bytes {
  if (head.length > MAX_HEAD_SIZE) throw new MalformedError();
  return join(bigEndian(head.length, LENGTH_SIZE), head, signature);
}

/** Return how many bytes stand before the files, by the length that a plaintext begins with. */
export function startSize(plaintext: Bytes): number {
  const length = numberOf(plaintext.subarray(0, LENGTH_SIZE));
  if (length === 0 || length > MAX_HEAD_SIZE) throw new MalformedError();
  return LENGTH_SIZE + length + SIGNATURE_SIZE;
}

/** Return head and signature of a plaintext; throw MalformedError where they do not fit in it. */
export function split(plaintext: Bytes): readonly [head: Bytes, signature: Bytes] {
  const end = startSize(plaintext);
  if (plaintext.length < end) throw new MalformedError();
  const behindHead = end - SIGNATURE_SIZE;
  return [plaintext.subarray(LENGTH_SIZE, behindHead), plaintext.subarray(behindHead, end)];
}

/** Return the class that a message with this head and these files has (SPEC.md 4). */
export function classOf(head: Bytes, files: readonly File[]): number {
  return paddedSize(LENGTH_SIZE + head.length + SIGNATURE_SIZE + contentSize(files));
}

/** Throw MalformedError unless a plaintext holds nothing but zeros behind `end`. */
export function checkPadding(plaintext: Bytes, end: number): void {
  if (plaintext.subarray(end).some((byte) => byte !== 0)) throw new MalformedError();
}

function dayOf(value: Json | undefined): number {
  if (typeof value !== "number" || value < 0 || value > MAX_DAY) throw new MalformedError();
  return value;
}

function listed(ids: readonly Bytes[]): Json {
  return ids.map(b64).sort();
}
