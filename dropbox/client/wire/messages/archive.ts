// The archive, the only file of a share: content keys with the signed heads that they belong to (SPEC 5.4). Signatures
// are not checked and heads are not parsed here: one invalid message must not prevent the others from being read.

import { MalformedError } from "../../shared/errors.ts";
import { type Bytes, join } from "../bytes.ts";
import { encode, MAX_INTEGER, parseObject } from "../canonical.ts";
import { MAX_HEAD_SIZE } from "../plaintext.ts";
import { joinFrames, splitFrames } from "../signed.ts";
import { ID_SIZE, KEY_SIZE, SIGNATURE_SIZE } from "../sizes.ts";
import { bytesField, Day, encodeMembers, Flag, integerField, optional, parseMembers } from "./fields.ts";
import { MAX_ARCHIVE_SIZE } from "./log.ts";

const MAC_SIZE = ID_SIZE;
const HEAD_AT = MAC_SIZE + SIGNATURE_SIZE;

/** The first of the two frames of a message. */
const ENTRY = {
  day: Day,
  gone: Flag,
  key: bytesField("content key", KEY_SIZE),
  place: optional(integerField("place", 1, MAX_INTEGER)),
};

/**
 * A message in a share.
 *
 * `place` is null in a share from a page, which has no log. If the log no longer has the entry (`gone`), nobody can
 * verify day and place: they are only the sharer's claim.
 */
export interface ArchivedMessage {
  readonly key: Bytes;
  readonly day: number;
  readonly place: number | null;
  readonly gone: boolean;
  readonly mac: Bytes;
  readonly signature: Bytes;
  readonly head: Bytes;
}

/** Parse an archive; throw MalformedError if it is cut off, or if a message's frames are not as SPEC 5.4 requires. */
export function parseArchive(raw: Bytes): ArchivedMessage[] {
  if (raw.length > MAX_ARCHIVE_SIZE) throw new MalformedError();
  const frames = splitFrames(raw);
  if (frames.length % 2 !== 0) throw new MalformedError();
  return frames.flatMap((entry, at) => (at % 2 === 0 ? [messageOf(entry, frames[at + 1]!)] : []));
}

/** Return messages as archives of at most `most` bytes each, in order; without messages, one empty archive. */
export function encodeArchives(messages: readonly ArchivedMessage[], most = MAX_ARCHIVE_SIZE): Bytes[] {
  const archives: Bytes[][] = [[]];
  let size = 0;
  for (const message of messages) {
    const frames = framesOf(message);
    if (size > 0 && size + frames.length > most) {
      archives.push([]);
      size = 0;
    }
    archives.at(-1)!.push(frames);
    size += frames.length;
  }
  return archives.map((frames) => join(...frames));
}

function messageOf(entry: Bytes, statement: Bytes): ArchivedMessage {
  if (statement.length <= HEAD_AT || statement.length > HEAD_AT + MAX_HEAD_SIZE) throw new MalformedError();
  return {
    ...parseMembers(ENTRY, parseObject(entry)),
    mac: statement.subarray(0, MAC_SIZE),
    signature: statement.subarray(MAC_SIZE, HEAD_AT),
    head: statement.subarray(HEAD_AT),
  };
}

function framesOf({ day, gone, key, place, mac, signature, head }: ArchivedMessage): Bytes {
  return joinFrames([encode(encodeMembers(ENTRY, { day, gone, key, place })), join(mac, signature, head)]);
}
