// SHA-256, HKDF, HMAC and GCM as SPEC 1 names them, by WebCrypto.

import type { Bytes } from "../wire/bytes.ts";
import { KEY_SIZE } from "../wire/sizes.ts";

const HASH = "SHA-256";
const BITS = 8;

/** Return the SHA-256 of up to a MiB: the browser's own is many times as fast as one in script. */
export async function sha256(raw: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest(HASH, raw));
}

/** Return `HKDF(key, info)`, of `size` bytes. */
export async function hkdf(key: Bytes, info: Bytes, size = KEY_SIZE): Promise<Bytes> {
  const material = await crypto.subtle.importKey("raw", key, "HKDF", false, ["deriveBits"]);
  const algorithm = { name: "HKDF", hash: HASH, salt: new Uint8Array(0), info };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, material, size * BITS));
}

/** Return a key for `gcm` and `openGcm`. */
export async function gcmKey(key: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** Return `GCM(key, nonce, plaintext)`. */
export async function gcm(key: CryptoKey, nonce: Bytes, plaintext: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, plaintext));
}

/** Return the plaintext of `GCM(key, nonce, plaintext)`, or null if it does not authenticate. */
export async function openGcm(key: CryptoKey, nonce: Bytes, sealed: Bytes): Promise<Bytes | null> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, key, sealed));
  } catch {
    return null;
  }
}

/** Return a key for `hmac` and `hmacHolds`. */
export async function hmacKey(key: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key, { name: "HMAC", hash: HASH }, false, ["sign", "verify"]);
}

/** Return `HMAC(key, signed)`. */
export async function hmac(key: CryptoKey, signed: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, signed));
}

/** Return, in constant time, whether `mac` is `HMAC(key, signed)`. */
export async function hmacHolds(key: CryptoKey, mac: Bytes, signed: Bytes): Promise<boolean> {
  return crypto.subtle.verify("HMAC", key, mac, signed);
}
