// The archive, which is the one file of a share: content keys with the signed heads that they belong to (SPEC 5.4).
// It checks no signature and reads no head: one message that fails must not take the others with it.

import { MalformedError } from "../../errors.ts";
import { type Bytes, join } from "../bytes.ts";
import { encode, MAX_INTEGER, parseObject } from "../canonical.ts";
import { MAX_HEAD_SIZE, SIGNATURE_SIZE } from "../plaintext.ts";
import { joinFrames, splitFrames } from "../signed.ts";
import { ID_SIZE, KEY_SIZE } from "../sizes.ts";
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
 * A message as a share brings it.
 *
 * `place` is null from a page, which has no log. Where the log has the entry no more (`gone`), nobody can compare
 * day and place with it: they are the sharer's word.
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

/** Read an archive; throw MalformedError for a cut one, or a message whose frames are not as SPEC 5.4 says. */
export function parseArchive(raw: Bytes): ArchivedMessage[] {
  if (raw.length > MAX_ARCHIVE_SIZE) throw new MalformedError();
  const frames = splitFrames(raw);
  if (frames.length % 2 !== 0) throw new MalformedError();
  return frames.flatMap((entry, at) => (at % 2 === 0 ? [messageOf(entry, frames[at + 1]!)] : []));
}

/** Return messages as archives of at most `most` bytes each, in their order; without a message one empty archive. */
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
