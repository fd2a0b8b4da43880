// One recipient's slot in a header, SPEC 3.2: a sealed box and ML-KEM combined, so that an attacker must break both.

import { sha256 } from "@noble/hashes/sha2.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { MalformedError, NoSlotError, TamperedError } from "../shared/errors.ts";
import { type Bytes, join, random } from "../wire/bytes.ts";
import { LABEL_SLOT, type Slot } from "../wire/envelope.ts";
import { openBox, publicBoxKey, sealBox } from "./box.ts";
import { gcm, gcmKey, hkdf, openGcm } from "./native.ts";
import { KEM_SEED_SIZE, KEY_SIZE } from "../wire/sizes.ts";

const ZERO_NONCE = new Uint8Array(12); // SPEC 3.2: the key is used once

/** The two public keys that a slot is sealed to: X25519 (32 B) and ML-KEM-768 (1,184 B). */
export interface PublicPair {
  readonly box: Bytes;
  readonly kem: Bytes;
}

/**
 * Throw MalformedError unless slots can be sealed to this pair.
 *
 * A reporter's keys are untrusted: a point of low order or a key outside the field would make every answer fail.
 */
export async function checkPair(pair: PublicPair): Promise<void> {
  await sealSlot(new Uint8Array(KEY_SIZE), pair);
}

/** The two private keys that open a slot, with their public halves. */
export interface PrivatePair {
  readonly box: Bytes;
  readonly kem: Bytes;
  readonly public: PublicPair;
}

/** Return the pair of an X25519 private key (32 B) and an ML-KEM-768 seed (64 B). */
export function pairFromSeeds(box: Bytes, kem: Bytes): PrivatePair {
  const { publicKey, secretKey } = ml_kem768.keygen(kem);
  return { box, kem: secretKey, public: { box: publicBoxKey(box), kem: publicKey } };
}

/** Return a slot from which the holder of `pair` gets the content key; throw MalformedError for invalid keys. */
export async function sealSlot(contentKey: Bytes, pair: PublicPair): Promise<Slot> {
  const share = random(KEY_SIZE);
  const { sealedShare, kemCiphertext, secret } = sealShare(share, pair);
  const key = await wrappingKey(share, secret, join(sealedShare, kemCiphertext), pair);
  return { sealedShare, kemCiphertext, wrappedKey: await gcm(key, ZERO_NONCE, contentKey) };
}

/** Return a slot that nobody can open or distinguish from others: a real one, sealed to discarded keys. */
export async function freeSlot(): Promise<Slot> {
  const thrownAway = pairFromSeeds(random(KEY_SIZE), random(KEM_SEED_SIZE));
  return sealSlot(random(KEY_SIZE), thrownAway.public);
}

/**
 * Return the content key of a slot that is sealed to us.
 *
 * Throws NoSlotError if it is sealed to another, TamperedError if its halves do not match.
 */
export async function openSlot(slot: Slot, pair: PrivatePair): Promise<Bytes> {
  let share: Bytes;
  try {
    share = openBox(slot.sealedShare, pair.box, pair.public.box);
  } catch {
    throw new NoSlotError();
  }
  const secret = ml_kem768.decapsulate(slot.kemCiphertext, pair.kem);
  const key = await wrappingKey(share, secret, join(slot.sealedShare, slot.kemCiphertext), pair.public);
  const contentKey = await openGcm(key, ZERO_NONCE, slot.wrappedKey);
  if (!contentKey) throw new TamperedError();
  return contentKey;
}

function sealShare(share: Bytes, pair: PublicPair) {
  try {
    const sealedShare = sealBox(share, pair.box);
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(pair.kem);
    return { sealedShare, kemCiphertext: cipherText, secret: sharedSecret };
  } catch {
    throw new MalformedError();
  }
}

async function wrappingKey(share: Bytes, secret: Bytes, start: Bytes, pair: PublicPair): Promise<CryptoKey> {
  // The public keys and the ciphertexts are bound into the key: a slot that was moved to another person or altered does
  // not open.
  return gcmKey(await hkdf(join(share, secret), sha256(join(LABEL_SLOT, start, pair.box, pair.kem))));
}
