// Postings, SPEC 1 and 11: an envelope with its stamp and the door through which it enters the log.

import { sha256 } from "@noble/hashes/sha2.js";
import { MalformedError } from "../shared/errors.ts";
import { type Bytes, compare, join, random } from "./bytes.ts";
import { checkEnvelopeSize, parseHeader } from "./envelope.ts";
import { NONCE_SIZE, STAMP_FACTOR } from "./stamp.ts";

export const DOOR_SIZE = 1;
export const DOOR_OPEN = 0;
export const DOOR_APPEND = 1;
const CAPABILITY_SIZE = 32;
const ADDRESS_SIZE = 2 * CAPABILITY_SIZE;
const MESSAGE_FACTOR = 64; // SPEC 13.3
export const POSTING_START = DOOR_SIZE + NONCE_SIZE + ADDRESS_SIZE;

/** Return the most work that an honest server demands at a door, under the highest load (SPEC 13.3). */
export function mostWork(door: number, policyWork: number): number {
  return policyWork * (door === DOOR_OPEN ? STAMP_FACTOR : MESSAGE_FACTOR);
}

/** An envelope with its stamp and its destination, as sent to the server. */
export interface Posting {
  readonly door: number;
  readonly nonce: Bytes;
  readonly address: Bytes;
  readonly envelope: Bytes;
}

/**
 * Parse a posting and check the form of its envelope.
 *
 * Throws UnsupportedError or MalformedError.
 */
export function parsePosting(raw: Bytes): Posting {
  const door = raw[0]!;
  if (raw.length < POSTING_START || (door !== DOOR_OPEN && door !== DOOR_APPEND)) throw new MalformedError();
  const nonce = raw.subarray(DOOR_SIZE, DOOR_SIZE + NONCE_SIZE);
  const address = raw.subarray(DOOR_SIZE + NONCE_SIZE, POSTING_START);
  const envelope = raw.subarray(POSTING_START);
  checkEnvelopeSize(parseHeader(envelope), envelope.length);
  checkAddress(door, address);
  return { door, nonce, address, envelope };
}

/** Return the bytes of the posting. */
export function encodePosting(posting: Posting): Bytes {
  return join(new Uint8Array([posting.door]), posting.nonce, posting.address, posting.envelope);
}

/** Throw MalformedError unless the halves of a door-0 address ascend: their order would reveal which is whose. */
export function checkAddress(door: number, address: Bytes): void {
  const [first, second] = [address.subarray(0, CAPABILITY_SIZE), address.subarray(CAPABILITY_SIZE)];
  if (door === DOOR_OPEN && compare(first, second) >= 0) throw new MalformedError();
}

/** Return the address by which a report opens the mailbox of these two capabilities. */
export function openMailbox(writers: Bytes, reporter: Bytes): Pick<Posting, "door" | "address"> {
  return { door: DOOR_OPEN, address: join(...[sha256(reporter), sha256(writers)].sort(compare)) };
}

/** Return the address by which an envelope is appended to the mailbox of `capability`. */
export function append(capability: Bytes): Pick<Posting, "door" | "address"> {
  return { door: DOOR_APPEND, address: join(capability, random(CAPABILITY_SIZE)) };
}
