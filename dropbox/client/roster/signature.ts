// Ed25519 as SPEC 7.5 narrows it: one rule on both sides; it holds no private key.

import { ed25519 } from "@noble/curves/ed25519.js";
import { TamperedError } from "../errors.ts";
import type { Bytes } from "../wire/bytes.ts";

const KEY_SIZE = 32;
const SIGNATURE_SIZE = 64;

/**
 * Throw TamperedError unless `signature` is `key`'s over `signed` (RFC 8032, SPEC 7.5).
 *
 * Key and R have to be canonical points of the prime-order subgroup: where libraries differ on others, two people would
 * see two different truths.
 */
export function verifySignature(key: Bytes, signed: Bytes, signature: Bytes): void {
  if (key.length !== KEY_SIZE || signature.length !== SIGNATURE_SIZE) throw new TamperedError();
  if (![key, signature.subarray(0, KEY_SIZE)].every(isInSubgroup)) throw new TamperedError();
  if (!ed25519.verify(signature, signed, key, { zip215: false })) throw new TamperedError();
}

function isInSubgroup(raw: Bytes): boolean {
  try {
    const point = ed25519.Point.fromBytes(raw);
    return !point.is0() && point.isTorsionFree();
  } catch {
    return false;
  }
}
