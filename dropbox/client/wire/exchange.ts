// Postings and their stamps, SPEC 9 and 11; it opens no connection.

import { sha256 } from "@noble/hashes/sha2.js";
import { MalformedError, StampError } from "../errors.ts";
import { type Bytes, compare, join, random } from "./bytes.ts";
import { checkEnvelopeSize, parseHeader } from "./envelope.ts";

export const DOOR_SIZE = 1;
export const DOOR_OPEN = 0;
export const DOOR_APPEND = 1;
export const NONCE_SIZE = 16;
export const CAPABILITY_SIZE = 32;
const ADDRESS_SIZE = 2 * CAPABILITY_SIZE;
export const POSTING_START = DOOR_SIZE + NONCE_SIZE + ADDRESS_SIZE;

export const SIZE_SIZE = 8;

export const MAX_WORK = 2 ** 40;
const BATCH = 1024; // digests at once: without a JIT, Firefox then makes 150,000 a second, and 50,000 in script

/** An envelope with its stamp and its destination, as it is sent to the server. */
export interface Posting {
  readonly door: number;
  readonly nonce: Bytes;
  readonly address: Bytes;
  readonly envelope: Bytes;
}

/**
 * Read a posting and check that its envelope has the form of one.
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

/** Throw MalformedError unless the halves of a door-0 address ascend: their order would tell which is whose. */
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

/** Say whether `nonce` is a stamp of at least `work` expected tries for the envelope with this mac. */
export function stampHolds(mac: Bytes, nonce: Bytes, work: number): boolean {
  return isBelow(sha256(join(mac, nonce)).buffer, stampTarget(work));
}

/** Return the number that a stamp of `work` expected tries stays below, as its two halves; the first may be 2^32. */
function stampTarget(work: number): readonly [high: number, low: number] {
  if (!Number.isInteger(work) || work < 1 || work > MAX_WORK) throw new StampError();
  const target = 2n ** 64n / BigInt(work);
  return [Number(target >> 32n), Number(target & 0xffffffffn)];
}

/** Return a nonce that holds for `work`, after about `work` hashes. */
export async function makeStamp(mac: Bytes, work: number): Promise<Bytes> {
  const target = stampTarget(work);
  for (;;) {
    const attempt = join(mac, random(NONCE_SIZE));
    const tail = new DataView(attempt.buffer, attempt.length - 2);
    const digests: Promise<ArrayBuffer>[] = [];
    for (let counter = 0; counter < BATCH; counter++) {
      tail.setUint16(0, counter);
      digests.push(crypto.subtle.digest("SHA-256", attempt));
    }
    const found = (await Promise.all(digests)).findIndex((digest) => isBelow(digest, target));
    if (found >= 0) {
      tail.setUint16(0, found);
      return attempt.slice(mac.length);
    }
  }
}

function isBelow(digest: ArrayBuffer, [high, low]: readonly [number, number]): boolean {
  const words = new DataView(digest);
  const first = words.getUint32(0);
  return first < high || (first === high && words.getUint32(4) < low);
}
