// Postings, SPEC 1 and 11: an envelope with its stamp and the door through which it enters the log.

import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, compare, join, random } from "./bytes.ts";
import { STAMP_FACTOR } from "./stamp.ts";

export const DOOR_OPEN = 0;
const DOOR_APPEND = 1;
const CAPABILITY_SIZE = 32;
const MESSAGE_FACTOR = 64; // SPEC 13.3

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

/** Return the bytes of the posting. */
export function encodePosting(posting: Posting): Bytes {
  return join(new Uint8Array([posting.door]), posting.nonce, posting.address, posting.envelope);
}

/** Return the address by which a report opens the mailbox of these two capabilities. */
export function openMailbox(writers: Bytes, reporter: Bytes): Pick<Posting, "door" | "address"> {
  return { door: DOOR_OPEN, address: join(...[sha256(reporter), sha256(writers)].sort(compare)) };
}

/** Return the address by which an envelope is appended to the mailbox of `capability`. */
export function append(capability: Bytes): Pick<Posting, "door" | "address"> {
  return { door: DOOR_APPEND, address: join(capability, random(CAPABILITY_SIZE)) };
}
