// What passes between a page and the server, SPEC.md 9 and 10: postings, stamps, looks; it opens no connection.

import { sha256 } from "@noble/hashes/sha2.js";
import { MalformedError, StampError } from "../errors.ts";
import { type Bytes, compare, join, numberOf, random } from "./bytes.ts";
import { b64, unb64 } from "./canonical.ts";
import { checkEnvelopeSize, type Header, headerDigest, parseHeader, prefixSize } from "./envelope.ts";

export const DOOR_SIZE = 1;
export const DOOR_CASE = 0;
export const DOOR_CHANNEL = 1;
export const NONCE_SIZE = 16;
export const CAPABILITY_SIZE = 32;
const ADDRESS_SIZE = 2 * CAPABILITY_SIZE;
export const POSTING_START = DOOR_SIZE + NONCE_SIZE + ADDRESS_SIZE;

export const PAGE_SIZE = 131_072;
export const MORE_SIZE = 1;
export const ITEM_COUNT_SIZE = 2;
export const POSITION_SIZE = 8;
export const MAX_POSITION = 2n ** 63n - 1n; // what a database counts to
export const DAY_SIZE = 4;
export const SIZE_SIZE = 8;
const ITEM_START = POSITION_SIZE + DAY_SIZE + SIZE_SIZE;

export const MAX_WORK = 2 ** 40;
const WORD = 2 ** 32;
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
  if (raw.length < POSTING_START || (door !== DOOR_CASE && door !== DOOR_CHANNEL)) throw new MalformedError();
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
  if (door === DOOR_CASE && compare(first, second) >= 0) throw new MalformedError();
}

/** Return the address by which an envelope opens a channel for these two capabilities. */
export function openCase(recipients: Bytes, reporter: Bytes): Pick<Posting, "door" | "address"> {
  return { door: DOOR_CASE, address: join(...[sha256(reporter), sha256(recipients)].sort(compare)) };
}

/** Return the address by which an envelope is appended to the channel of `capability`. */
export function append(capability: Bytes): Pick<Posting, "door" | "address"> {
  return { door: DOOR_CHANNEL, address: join(capability, random(CAPABILITY_SIZE)) };
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

/** An envelope's place in a channel; `day` is the server's, `size` the whole envelope's in bytes. */
export interface Item {
  readonly position: bigint;
  readonly day: number;
  readonly size: number;
  readonly header: Header;
  readonly prefix: Bytes;
}

/** Return the cursor that goes on behind this item. */
export function cursorOf(item: Item): string {
  return `${item.position}.${b64(headerDigest(item.header))}`;
}

/** One look into a channel: always the same number of bytes. */
export interface Page {
  readonly items: readonly Item[];
  readonly more: boolean;
}

/** Read a page; throw MalformedError for another size, a cut item or positions out of order. */
export function parsePage(raw: Bytes): Page {
  const more = raw[0]!;
  if (raw.length !== PAGE_SIZE || more > 1) throw new MalformedError();
  let at = MORE_SIZE + ITEM_COUNT_SIZE;
  const count = numberOf(raw.subarray(MORE_SIZE, at));
  const items: Item[] = [];
  for (let number = 0; number < count; number++) {
    const item = parseItem(raw.subarray(at));
    const before = items.at(-1);
    if (before && item.position <= before.position) throw new MalformedError();
    items.push(item);
    at += ITEM_START + item.prefix.length;
  }
  return { items, more: more === 1 };
}

/** Return position and header digest of a cursor; throw MalformedError for anything else. */
export function parseCursor(text: string): readonly [position: bigint, digest: Bytes] {
  const [, position, digest] = /^(0|[1-9][0-9]{0,18})\.(.*)$/s.exec(text) ?? [];
  if (position === undefined || BigInt(position) > MAX_POSITION) throw new MalformedError();
  return [BigInt(position), unb64(digest, CAPABILITY_SIZE)];
}

function isBelow(digest: ArrayBuffer, [high, low]: readonly [number, number]): boolean {
  const words = new DataView(digest);
  const first = words.getUint32(0);
  return first < high || (first === high && words.getUint32(4) < low);
}

function parseItem(raw: Bytes): Item {
  // Before the numbers: where those are cut, there is no header.
  const header = parseHeader(raw.subarray(ITEM_START));
  const numbers = new DataView(raw.buffer, raw.byteOffset, ITEM_START);
  const dayAt = POSITION_SIZE;
  const sizeAt = dayAt + DAY_SIZE;
  const size = numbers.getUint32(sizeAt) * WORD + numbers.getUint32(sizeAt + 4);
  if (!Number.isSafeInteger(size)) throw new MalformedError();
  checkEnvelopeSize(header, size);
  const prefix = raw.subarray(ITEM_START, ITEM_START + prefixSize(header, size));
  if (prefix.length !== prefixSize(header, size)) throw new MalformedError();
  return { position: numbers.getBigUint64(0), day: numbers.getUint32(dayAt), size, header, prefix };
}
