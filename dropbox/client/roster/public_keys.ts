// The check that public encryption keys can be sealed to.

import { x25519 } from "@noble/curves/ed25519.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { type Bytes, random } from "../wire/bytes.ts";
import { BOX_KEY_SIZE } from "../wire/sizes.ts";

/**
 * Whether slots can be sealed to an X25519 key (32 B) and an ML-KEM-768 key (1,184 B) received from others.
 *
 * A point of low order, or a number outside the field, would make every message fail.
 */
export function canBeSealedTo({ box, kem }: { readonly box: Bytes; readonly kem: Bytes }): boolean {
  try {
    x25519.getSharedSecret(random(BOX_KEY_SIZE), box);
    ml_kem768.encapsulate(kem);
    return true;
  } catch {
    return false;
  }
}
