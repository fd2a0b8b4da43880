// Uploads, SPEC 13.1: the opening of an envelope that is sent in parts, its parts, and the list of missing ones.

import { MalformedError } from "../shared/errors.ts";
import { bigEndian, type Bytes, join, numberOf } from "./bytes.ts";
import { isList, type Json } from "./canonical.ts";
import { LARGEST_POWER, MAC_SIZE, PART_SIZE } from "./envelope.ts";
import type { Posting } from "./posting.ts";
import { SIZE_SIZE } from "./sizes.ts";

const NUMBER_SIZE = 4;
const PART_START = MAC_SIZE + NUMBER_SIZE;

/** Whether an envelope of this class is sent in parts; smaller ones go in one posting. */
export function travelsInParts(padded: number): boolean {
  return padded > LARGEST_POWER;
}

/** Return the number of parts after a prefix of `prefix` bytes in an envelope of `size` bytes. */
export function partCount(prefix: number, size: number): number {
  return Math.ceil((size - prefix) / PART_SIZE);
}

/** Return the size of a part; throw MalformedError if the envelope has no part of this number. */
export function partSize(prefix: number, size: number, number: number): number {
  const behind = size - prefix - number * PART_SIZE;
  if (number < 0 || behind <= 0) throw new MalformedError();
  return Math.min(PART_SIZE, behind);
}

/** The request that begins, resumes and commits an upload: a posting whose envelope ends with its first chunk. */
export interface Opening extends Omit<Posting, "envelope"> {
  readonly size: number;
  readonly prefix: Bytes;
}

/** Return the bytes of the opening. */
export function encodeOpening({ door, nonce, address, size, prefix }: Opening): Bytes {
  return join(new Uint8Array([door]), nonce, address, bigEndian(size, SIZE_SIZE), prefix);
}

/** A part of the stream, as sent to the server; `mac` identifies the envelope. */
export interface PartPosting {
  readonly mac: Bytes;
  readonly number: number;
  readonly stream: Bytes;
}

/** Parse a part; throw MalformedError. Its length is checked against the opening. */
export function parsePartPosting(raw: Bytes): PartPosting {
  if (raw.length <= PART_START || raw.length > PART_START + PART_SIZE) throw new MalformedError();
  const number = numberOf(raw.subarray(MAC_SIZE, PART_START));
  return { mac: raw.subarray(0, MAC_SIZE), number, stream: raw.subarray(PART_START) };
}

/** Return the bytes of the part. */
export function encodePartPosting({ mac, number, stream }: PartPosting): Bytes {
  return join(mac, bigEndian(number, NUMBER_SIZE), stream);
}

/** Return the numbers in runs of first number and count, all below `count`; throw MalformedError for anything else. */
export function parseMissing(value: Json | undefined, count: number): readonly number[] {
  if (!isList(value)) throw new MalformedError();
  const numbers: number[] = [];
  for (const run of value) {
    const [first, many] = isList(run) && run.length === 2 ? run : [];
    if (typeof first !== "number" || typeof many !== "number") throw new MalformedError();
    if (!(first > (numbers.at(-1) ?? -1) && many > 0 && first + many <= count)) throw new MalformedError();
    for (let number = first; number < first + many; number++) numbers.push(number);
  }
  if (!numbers.every(Number.isInteger)) throw new MalformedError();
  return numbers;
}
