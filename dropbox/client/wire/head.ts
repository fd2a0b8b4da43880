// The head of a message and the plaintext around it, SPEC.md 4; it checks no signature.

import { sha256 } from "@noble/hashes/sha2.js";
import { MalformedError, UnsupportedError } from "../errors.ts";
import { bigEndian, type Bytes, join, numberOf, utf8 } from "./bytes.ts";
import { b64, checkMembers, encode, isList, isObject, type Json, parseObject, unb64, unb64List } from "./canonical.ts";
import { paddedSize } from "./envelope.ts";
import { type Body, CHANNELS, checkKind, FeedKey, ID_SIZE, KEY_SIZE, KINDS, Report, Unknown } from "./kinds.ts";

const LENGTH_SIZE = 4;
const SIGNATURE_SIZE = 64;
const MAX_HEAD_SIZE = 262_144;
export const LARGEST_CLASS = paddedSize(LENGTH_SIZE + MAX_HEAD_SIZE + SIGNATURE_SIZE); // of a message without files
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
}

/**
 * Read the canonical JSON of a head.
 *
 * Throws MalformedError for a head that is not exactly as SPEC.md 4.1 says, UnsupportedError for one with files.
 */
export function parseHead(raw: Bytes): Head {
  if (raw.length > MAX_HEAD_SIZE) throw new MalformedError();
  const members = parseObject(raw);
  const kind = checkKind(members["kind"]);
  const opensCase = kind === Report.KIND || kind === FeedKey.KIND;
  checkMembers(members, opensCase ? MEMBERS : [...MEMBERS, "case"]);
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
  checkFiles(members["files"]);
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
    body: known ? known.parse(body) : new Unknown(body),
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
    files: [],
    kind: head.kind,
    roster: b64(head.roster),
    seen: listed(head.seen),
    to: listed(head.to),
    without: listed(head.without),
  });
}

/** Return what the author signs (SPEC.md 4.3). */
export function signedBytes(kind: string, mac: Bytes, head: Bytes): Bytes {
  return join(utf8(LABEL_MESSAGE + kind), mac, head);
}

/** Return the 32-byte id of a message (SPEC.md 4.3). */
export function messageId(kind: string, mac: Bytes, head: Bytes): Bytes {
  return sha256(signedBytes(kind, mac, head));
}

/** Return the plaintext of a message without files, padded to its class. */
export function pad(head: Bytes, signature: Bytes): Bytes {
  if (head.length > MAX_HEAD_SIZE) throw new MalformedError();
  const content = join(bigEndian(head.length, LENGTH_SIZE), head, signature);
  const padded = new Uint8Array(paddedSize(content.length));
  padded.set(content);
  return padded;
}

/** Return head and signature of a plaintext; throw MalformedError where they do not fit in it. */
export function split(plaintext: Bytes): readonly [head: Bytes, signature: Bytes] {
  const length = numberOf(plaintext.subarray(0, LENGTH_SIZE));
  const end = LENGTH_SIZE + length + SIGNATURE_SIZE;
  if (length === 0 || length > MAX_HEAD_SIZE || plaintext.length < end) throw new MalformedError();
  const behindHead = end - SIGNATURE_SIZE;
  return [plaintext.subarray(LENGTH_SIZE, behindHead), plaintext.subarray(behindHead, end)];
}

/**
 * Throw MalformedError unless a plaintext without files holds nothing but zeros behind the signature.
 *
 * A class larger than needed is refused too: its author could hide something in the choice.
 */
export function checkPadding(plaintext: Bytes, head: Bytes): void {
  const end = LENGTH_SIZE + head.length + SIGNATURE_SIZE;
  if (plaintext.length !== paddedSize(end) || plaintext.subarray(end).some((byte) => byte !== 0)) {
    throw new MalformedError();
  }
}

function dayOf(value: Json | undefined): number {
  if (typeof value !== "number" || value < 0 || value > MAX_DAY) throw new MalformedError();
  return value;
}

function listed(ids: readonly Bytes[]): Json {
  return ids.map(b64).sort();
}

function checkFiles(value: Json | undefined): void {
  if (!isList(value)) throw new MalformedError();
  for (const file of value) {
    if (!isObject(file)) throw new MalformedError();
    checkMembers(file, ["digest", "name", "size", "type"]);
  }
  if (value.length > 0) throw new UnsupportedError();
}
