// The plaintext of an envelope: head, signature, files and padding (SPEC 4); it checks no signature.

import { sha256 } from "@noble/hashes/sha2.js";
import { MalformedError } from "../errors.ts";
import { bigEndian, type Bytes, join, numberOf, utf8 } from "./bytes.ts";
import { paddedSize } from "./envelope.ts";
import { contentSize, type File } from "./files.ts";

export const LENGTH_SIZE = 4;
export const SIGNATURE_SIZE = 64;
export const MAX_HEAD_SIZE = 262_144 - LENGTH_SIZE - SIGNATURE_SIZE; // SPEC 4: the log's prefix has room
const LABEL_MESSAGE = "meldbus/1 ";

/** Return what the author signs (SPEC 4.3). */
export function signedBytes(kind: string, mac: Bytes, head: Bytes): Bytes {
  return join(utf8(LABEL_MESSAGE + kind), new Uint8Array([kind.length]), mac, head);
}

/** Return the 32-byte id of a message (SPEC 4.3). */
export function messageId(kind: string, mac: Bytes, head: Bytes): Bytes {
  return sha256(signedBytes(kind, mac, head));
}

/** Return what stands in a plaintext before the files. */
export function start(head: Bytes, signature: Bytes): Bytes {
  if (head.length > MAX_HEAD_SIZE) throw new MalformedError();
  return join(bigEndian(head.length, LENGTH_SIZE), head, signature);
}

/** Return how many bytes stand before the files, by the length that a plaintext begins with. */
export function startSize(plaintext: Bytes): number {
  const length = numberOf(plaintext.subarray(0, LENGTH_SIZE));
  if (length === 0 || length > MAX_HEAD_SIZE) throw new MalformedError();
  return LENGTH_SIZE + length + SIGNATURE_SIZE;
}

/** Return head and signature of a plaintext; throw MalformedError where they do not fit in it. */
export function split(plaintext: Bytes): readonly [head: Bytes, signature: Bytes] {
  const end = startSize(plaintext);
  if (plaintext.length < end) throw new MalformedError();
  const behindHead = end - SIGNATURE_SIZE;
  return [plaintext.subarray(LENGTH_SIZE, behindHead), plaintext.subarray(behindHead, end)];
}

/** Return the class that a message with this head and these files has (SPEC 4). */
export function classOf(head: Bytes, files: readonly File[]): number {
  return paddedSize(LENGTH_SIZE + head.length + SIGNATURE_SIZE + contentSize(files));
}

/** Throw MalformedError unless a plaintext holds nothing but zeros behind `end`. */
export function checkPadding(plaintext: Bytes, end: number): void {
  if (plaintext.subarray(end).some((byte) => byte !== 0)) throw new MalformedError();
}
