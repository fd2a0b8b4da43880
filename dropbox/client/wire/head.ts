// The head of a message, SPEC.md 4; it checks no signature.

import { MalformedError } from "../errors.ts";
import type { Bytes } from "./bytes.ts";
import { b64, checkMembers, encode, isObject, type Json, parseObject, unb64, unb64List } from "./canonical.ts";
import { type File, fileMembers, parseFiles } from "./files.ts";
import { type Body, CHANNELS, Report } from "./bodies.ts";
import { checkKind, KINDS, mayHaveFiles, Unknown } from "./kinds.ts";
import { MAX_HEAD_SIZE } from "./plaintext.ts";
import { ID_SIZE, KEY_SIZE } from "./sizes.ts";

export const MAX_SEEN = 16;
const MAX_DAY = 2 ** 32 - 1;

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

function dayOf(value: Json | undefined): number {
  if (typeof value !== "number" || value < 0 || value > MAX_DAY) throw new MalformedError();
  return value;
}

function listed(ids: readonly Bytes[]): Json {
  return ids.map(b64).sort();
}
