// Ed25519 verification as SPEC 7.5 restricts it, the same in both languages. It holds no private key.

import { ed25519 } from "@noble/curves/ed25519.js";
import { TamperedError } from "../shared/errors.ts";
import type { Bytes } from "../wire/bytes.ts";
import { KEY_SIZE, SIGNATURE_SIZE } from "../wire/sizes.ts";


/**
 * Throw TamperedError unless `signature` is `key`'s over `signed` (RFC 8032, SPEC 7.5).
 *
 * The key and R must be canonical points of the prime-order subgroup: libraries differ on other points, so two people
 * could see different results.
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
