// libsodium's crypto_box_seal, built from noble's primitives (SPEC 1).

import { hsalsa, xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { u32 } from "@noble/ciphers/utils.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { blake2b } from "@noble/hashes/blake2.js";
import { type Bytes, join, random, utf8 } from "../wire/bytes.ts";
import { KEY_SIZE } from "../wire/sizes.ts";

const NONCE_SIZE = 24;
const HSALSA_INPUT_SIZE = 16;
const SIGMA = u32(utf8("expand 32-byte k"));

export function publicBoxKey(privateKey: Bytes): Bytes {
  return x25519.getPublicKey(privateKey);
}

/** Return `plaintext` sealed so that only the holder of `publicKey` can open it; throws for a point of low order. */
export function sealBox(plaintext: Bytes, publicKey: Bytes): Bytes {
  const ephemeral = random(KEY_SIZE);
  const start = publicBoxKey(ephemeral);
  return join(start, cipher(ephemeral, publicKey, start, publicKey).encrypt(plaintext));
}

/** Return the plaintext of a sealed box; throws if it is sealed to another key or was altered. */
export function openBox(sealed: Bytes, privateKey: Bytes, publicKey: Bytes): Bytes {
  const start = sealed.subarray(0, KEY_SIZE);
  return cipher(privateKey, start, start, publicKey).decrypt(sealed.subarray(KEY_SIZE));
}

function cipher(privateKey: Bytes, theirs: Bytes, ephemeral: Bytes, publicKey: Bytes) {
  const key = new Uint8Array(KEY_SIZE);
  const none = new Uint8Array(HSALSA_INPUT_SIZE);
  hsalsa(SIGMA, u32(x25519.getSharedSecret(privateKey, theirs)), u32(none), u32(key));
  return xsalsa20poly1305(key, blake2b(join(ephemeral, publicKey), { dkLen: NONCE_SIZE }));
}
