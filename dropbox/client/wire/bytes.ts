// Operations that Python's `bytes` has and a Uint8Array lacks.

import { BYTE } from "./sizes.ts";

export type Bytes = Uint8Array<ArrayBuffer>;


export function join(...parts: readonly Bytes[]): Bytes {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Compare as Python does: negative, zero or positive. Not constant-time: for public bytes only. */
export function compare(left: Bytes, right: Bytes): number {
  const size = Math.min(left.length, right.length);
  for (let at = 0; at < size; at++) {
    const difference = left[at]! - right[at]!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

export function equal(left: Bytes, right: Bytes): boolean {
  return compare(left, right) === 0;
}

/** Return a whole number below 2^53 as `width` bytes, big-endian. */
export function bigEndian(number: number, width: number): Bytes {
  const raw = new Uint8Array(width);
  for (let at = width - 1; at >= 0; at--) {
    raw[at] = number % BYTE;
    number = Math.floor(number / BYTE);
  }
  return raw;
}

/** Return the number that up to 6 bytes encode. */
export function numberOf(raw: Bytes): number {
  return raw.reduce((number, byte) => number * BYTE + byte, 0);
}

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** Return `size` random bytes from the browser's secure generator. */
export function random(size: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(size));
}
