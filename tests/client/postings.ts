// What only a server does with postings, SPEC 1 and 13.1: it parses them. The vectors ask both languages.

import { MalformedError } from "../../dropbox/client/shared/errors.ts";
import { type Bytes, compare, numberOf } from "../../dropbox/client/wire/bytes.ts";
import { checkEnvelopeSize, parseHeader, prefixSize } from "../../dropbox/client/wire/envelope.ts";
import { DOOR_OPEN, type Posting } from "../../dropbox/client/wire/posting.ts";
import { SIZE_SIZE } from "../../dropbox/client/wire/sizes.ts";
import { type Opening, travelsInParts } from "../../dropbox/client/wire/upload.ts";

const DOOR_SIZE = 1;
const DOOR_APPEND = 1;
const NONCE_SIZE = 16;
const CAPABILITY_SIZE = 32;
const NONCE_END = DOOR_SIZE + NONCE_SIZE;
const POSTING_START = NONCE_END + 2 * CAPABILITY_SIZE;
const OPENING_START = POSTING_START + SIZE_SIZE;

/** Parse a posting and check the form of its envelope; throw UnsupportedError or MalformedError. */
export function parsePosting(raw: Bytes): Posting {
  const start = parseStart(raw, POSTING_START);
  const envelope = raw.subarray(POSTING_START);
  checkEnvelopeSize(parseHeader(envelope), envelope.length);
  return { ...start, envelope };
}

/**
 * Parse an opening; throw UnsupportedError or MalformedError.
 *
 * An envelope that fits one posting has no opening: each size is sent in only one way.
 */
export function parseOpening(raw: Bytes): Opening {
  const start = parseStart(raw, OPENING_START);
  const size = numberOf(raw.subarray(POSTING_START, OPENING_START));
  const prefix = raw.subarray(OPENING_START);
  const header = parseHeader(prefix);
  if (!Number.isSafeInteger(size)) throw new MalformedError();
  const padded = checkEnvelopeSize(header, size);
  if (!travelsInParts(padded) || prefix.length !== prefixSize(header, size)) throw new MalformedError();
  return { ...start, size, prefix };
}

/** Parse door, nonce and address. The halves of an address that opens ascend: their order would tell which is whose. */
function parseStart(raw: Bytes, end: number): Omit<Posting, "envelope"> {
  const door = raw[0]!;
  if (raw.length < end || (door !== DOOR_OPEN && door !== DOOR_APPEND)) throw new MalformedError();
  const address = raw.subarray(NONCE_END, POSTING_START);
  const [first, second] = [address.subarray(0, CAPABILITY_SIZE), address.subarray(CAPABILITY_SIZE)];
  if (door === DOOR_OPEN && compare(first, second) >= 0) throw new MalformedError();
  return { door, nonce: raw.subarray(DOOR_SIZE, NONCE_END), address };
}
