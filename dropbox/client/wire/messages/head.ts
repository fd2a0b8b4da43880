// The head of a message (SPEC 4.1). Its signature is not checked here.

import { MalformedError } from "../../shared/errors.ts";
import type { Bytes } from "../bytes.ts";
import { b64, checkMembers, encode, isObject, parseObject, unb64 } from "../canonical.ts";
import { type File, fileMembers, parseFiles } from "../files.ts";
import { MAX_HEAD_SIZE } from "../plaintext.ts";
import { ID_SIZE, KEY_SIZE } from "../sizes.ts";
import { CHANNELS, Day, listField, LOG, People } from "./fields.ts";
import { type BodyOf, checkKind, type Kind } from "./kind.ts";
import { MAX_ARCHIVE_SIZE, Share } from "./log.ts";
import { kindOf } from "./table.ts";
import { Report } from "./thread.ts";

export const MAX_SEEN = 64; // SPEC 5.3

const MEMBERS = ["author", "body", "channel", "day", "files", "kind", "missing", "roster", "seen", "to", "without"];
const Seen = listField("message id", ID_SIZE, 0, MAX_SEEN);

/**
 * The part of a message that its author signs.
 *
 * `to` are the readers to whom it is sealed, `missing` those who could not be sealed to; `without` are those whom a
 * report leaves out. `case` is null in a report, whose own id is the case's, and in messages about all cases.
 */
export interface Head {
  readonly author: Bytes;
  readonly body: object;
  readonly case: Bytes | null;
  readonly channel: (typeof CHANNELS)[number];
  readonly day: number;
  readonly files: readonly File[];
  readonly kind: string;
  readonly roster: Bytes;
  readonly seen: readonly Bytes[];
  readonly to: readonly Bytes[];
  readonly missing: readonly Bytes[];
  readonly without: readonly Bytes[];
}

/** Whether a head is of this kind, and so has its body. */
export function isOf<K extends Kind>(head: Head, kind: K): head is Head & { readonly body: BodyOf<K> } {
  return head.kind === kind.KIND;
}

/** Parse the canonical JSON of a head; throw MalformedError unless it is exactly as SPEC 4.1 requires. */
export function parseHead(raw: Bytes): Head {
  if (raw.length > MAX_HEAD_SIZE) throw new MalformedError();
  const members = parseObject(raw);
  checkMembers(members, "case" in members ? [...MEMBERS, "case"] : MEMBERS);
  const kind = checkKind(members["kind"]);
  const { body } = members;
  if (!isObject(body)) throw new MalformedError();
  const channel = CHANNELS.find((one) => one === members["channel"]);
  if (channel === undefined) throw new MalformedError();
  const head = {
    author: unb64(members["author"], KEY_SIZE),
    body: kindOf(kind).parse(body),
    case: "case" in members ? unb64(members["case"], ID_SIZE) : null,
    channel,
    day: Day.parse(members["day"]),
    files: parseFiles(members["files"]),
    kind,
    roster: unb64(members["roster"], ID_SIZE),
    seen: Seen.parse(members["seen"]),
    to: People.parse(members["to"]),
    missing: People.parse(members["missing"]),
    without: People.parse(members["without"]),
  };
  checkHead(head);
  return head;
}

/** Throw MalformedError if members contradict each other or the kind. */
function checkHead(head: Head): void {
  const { CHANNEL, CASE, FILES: [least, most] } = kindOf(head.kind);
  const { files, seen } = head;
  const right = (CHANNEL === null || head.channel === CHANNEL) &&
    CASE !== (head.case ? "absent" : "named") &&
    least <= files.length && files.length <= most &&
    (!isOf(head, Share) || files.every(isArchive)) &&
    (seen.length === 0 || (head.channel !== LOG && head.kind !== Report.KIND));
  if (!right) throw new MalformedError();
  checkPeople(head);
}

function checkPeople(head: Head): void {
  const { to, missing, without } = head;
  const people = new Set([...to, ...missing, ...without].map(b64));
  const right = people.size === to.length + missing.length + without.length &&
    (without.length === 0 || head.kind === Report.KIND) &&
    (!isOf(head, Report) || head.body.about.people.every((person) => people.has(b64(person))));
  if (!right) throw new MalformedError();
}

function isArchive({ name, type, size }: File): boolean {
  return name === "" && type === "" && size <= MAX_ARCHIVE_SIZE;
}

/** Return the canonical JSON of a head. */
export function encodeHead(head: Head): Bytes {
  return encode({
    author: b64(head.author),
    body: kindOf(head.kind).members(head.body),
    ...(head.case ? { case: b64(head.case) } : {}),
    channel: head.channel,
    day: head.day,
    files: head.files.map(fileMembers),
    kind: head.kind,
    missing: People.encode(head.missing),
    roster: b64(head.roster),
    seen: Seen.encode(head.seen),
    to: People.encode(head.to),
    without: People.encode(head.without),
  });
}
