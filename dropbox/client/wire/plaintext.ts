// The plaintext of an envelope: head, signature, files and padding (SPEC 4).

import { sha256 } from "@noble/hashes/sha2.js";
import { MalformedError } from "../shared/errors.ts";
import { bigEndian, type Bytes, join, numberOf, utf8 } from "./bytes.ts";
import { paddedSize } from "./envelope.ts";
import { contentSize, type File } from "./files.ts";
import { SIGNATURE_SIZE } from "./sizes.ts";

export const LENGTH_SIZE = 4;
export const MAX_HEAD_SIZE = 262_144 - LENGTH_SIZE - SIGNATURE_SIZE; // SPEC 4: so that it fits the log's prefix
const LABEL_MESSAGE = "meldbus/1 ";

/** Return the bytes that the author signs (SPEC 4.3). */
export function signedBytes(kind: string, mac: Bytes, head: Bytes): Bytes {
  return join(utf8(LABEL_MESSAGE + kind), new Uint8Array([kind.length]), mac, head);
}

/** Return the 32-byte id of a message (SPEC 4.3). */
export function messageId(kind: string, mac: Bytes, head: Bytes): Bytes {
  return sha256(signedBytes(kind, mac, head));
}

/** Return the part of a plaintext before the files. */
export function start(head: Bytes, signature: Bytes): Bytes {
  if (head.length > MAX_HEAD_SIZE) throw new MalformedError();
  return join(bigEndian(head.length, LENGTH_SIZE), head, signature);
}

/** Return the size of the part before the files, by the length at the start of a plaintext. */
export function startSize(plaintext: Bytes): number {
  const length = numberOf(plaintext.subarray(0, LENGTH_SIZE));
  if (length === 0 || length > MAX_HEAD_SIZE) throw new MalformedError();
  return LENGTH_SIZE + length + SIGNATURE_SIZE;
}

/** Return head and signature of a plaintext; throw MalformedError if they do not fit in it. */
export function split(plaintext: Bytes): readonly [head: Bytes, signature: Bytes] {
  const end = startSize(plaintext);
  if (plaintext.length < end) throw new MalformedError();
  const behindHead = end - SIGNATURE_SIZE;
  return [plaintext.subarray(LENGTH_SIZE, behindHead), plaintext.subarray(behindHead, end)];
}

/** Return the class of a message with this head and these files (SPEC 4). */
export function classOf(head: Bytes, files: readonly File[]): number {
  return paddedSize(LENGTH_SIZE + head.length + SIGNATURE_SIZE + contentSize(files));
}

/** Throw MalformedError unless a plaintext is all zeros after `end`. */
export function checkPadding(plaintext: Bytes, end: number): void {
  if (plaintext.subarray(end).some((byte) => byte !== 0)) throw new MalformedError();
}
