// Stamps, SPEC 9: proof of work over the mac of an envelope.

import { StampError } from "../shared/errors.ts";
import { type Bytes, join, random } from "./bytes.ts";

const NONCE_SIZE = 16;
export const MAX_WORK = 2 ** 40;
export const STAMP_FACTOR = 16; // SPEC 9: a stamp made offline must still suffice under load
const BATCH = 1024; // digests at a time: without a JIT, Firefox then makes 150,000 a second, against 50,000 in script

/** Return the bound of a stamp of `work` expected attempts, as its two halves; the first may be 2^32. @internal */
export function stampTarget(work: number): readonly [high: number, low: number] {
  if (!Number.isInteger(work) || work < 1 || work > MAX_WORK) throw new StampError();
  const target = 2n ** 64n / BigInt(work);
  return [Number(target >> 32n), Number(target & 0xffffffffn)];
}

/**
 * Return a nonce that is valid for `work`, after about `work` hashes; throws the reason of `left` once that is aborted.
 */
export async function makeStamp(mac: Bytes, work: number, left: AbortSignal): Promise<Bytes> {
  const target = stampTarget(work);
  for (;;) {
    left.throwIfAborted();
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

/** Whether a digest makes a stamp: whether its first 64 bits, as a number, are below the bound. @internal */
export function isBelow(digest: ArrayBuffer, [high, low]: readonly [number, number]): boolean {
  const words = new DataView(digest);
  const first = words.getUint32(0);
  return first < high || (first === high && words.getUint32(4) < low);
}
