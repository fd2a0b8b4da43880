// The container of signed documents and the frames in which they are sent, SPEC 1 and 7. Signatures are not verified
// here.

import { sha256 } from "@noble/hashes/sha2.js";
import { MalformedError } from "../shared/errors.ts";
import { bigEndian, type Bytes, compare, join, numberOf, utf8 } from "./bytes.ts";
import { type JsonObject, parseObject } from "./canonical.ts";
import { SIGNATURE_SIZE } from "./sizes.ts";

const DOCUMENT_LENGTH_SIZE = 4;
const SIGNER_COUNT_SIZE = 1;
const SIGNING_KEY_SIZE = 32;
const SIGNER_SIZE = SIGNING_KEY_SIZE + SIGNATURE_SIZE;
const FRAME_LENGTH_SIZE = 4;
export const MAX_DOCUMENT_SIZE = 262_144;

export const LABEL_ROOT = utf8("meldbus/1 root");
export const LABEL_ROSTER = utf8("meldbus/1 roster");
export const LABEL_BUNDLE = utf8("meldbus/1 bundle");

/** A document and its signatures, in ascending order of key; `members` are the document's. */
export interface Signed {
  readonly document: Bytes;
  readonly members: JsonObject;
  readonly signers: readonly (readonly [key: Bytes, signature: Bytes])[];
}

/** Parse exactly one signed document; throw MalformedError for extra bytes or signers out of order. */
export function parseSigned(raw: Bytes): Signed {
  const length = numberOf(raw.subarray(0, DOCUMENT_LENGTH_SIZE));
  const start = DOCUMENT_LENGTH_SIZE + length + SIGNER_COUNT_SIZE;
  if (length === 0 || length > MAX_DOCUMENT_SIZE || raw.length < start) {
    throw new MalformedError();
  }
  const count = raw[start - 1]!;
  if (count === 0 || raw.length !== start + count * SIGNER_SIZE) throw new MalformedError();
  const signers: (readonly [Bytes, Bytes])[] = [];
  for (let at = start; at < raw.length; at += SIGNER_SIZE) {
    const behindKey = at + SIGNING_KEY_SIZE;
    signers.push([raw.subarray(at, behindKey), raw.subarray(behindKey, at + SIGNER_SIZE)]);
  }
  if (!signers.every(([key], at) => at === 0 || compare(signers[at - 1]![0], key) < 0)) {
    throw new MalformedError();
  }
  const document = raw.subarray(DOCUMENT_LENGTH_SIZE, DOCUMENT_LENGTH_SIZE + length);
  return { document, members: parseObject(document), signers };
}

/** Return the bytes of the container. */
export function encodeSigned(signed: Signed): Bytes {
  const length = bigEndian(signed.document.length, DOCUMENT_LENGTH_SIZE);
  return join(length, signed.document, new Uint8Array([signed.signers.length]), ...signed.signers.flat());
}

/** Return the 32-byte id of the document under its label (SPEC 7). */
export function idOf(signed: Signed, label: Bytes): Bytes {
  return sha256(join(label, signed.document));
}

/** Return the frames joined. */
export function joinFrames(frames: readonly Bytes[]): Bytes {
  return join(...frames.flatMap((frame) => [bigEndian(frame.length, FRAME_LENGTH_SIZE), frame]));
}

/** Return the frames of `raw`; throw MalformedError if it is cut off. */
export function splitFrames(raw: Bytes): Bytes[] {
  const frames: Bytes[] = [];
  let at = 0;
  while (at < raw.length) {
    const start = at + FRAME_LENGTH_SIZE;
    at = start + numberOf(raw.subarray(at, start));
    if (at > raw.length || start > raw.length) throw new MalformedError();
    frames.push(raw.subarray(start, at));
  }
  return frames;
}
