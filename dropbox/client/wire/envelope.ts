// The layout of an envelope, SPEC 3: sizes, header, slots and classes.

import { MalformedError, UnsupportedError } from "../shared/errors.ts";
import { bigEndian, type Bytes, equal, join, numberOf, utf8 } from "./bytes.ts";

const MAGIC_NAME = utf8("MELDBUS");
export const VERSION = 1;
const MAGIC_SIZE = MAGIC_NAME.length + 1;
const COUNT_SIZE = 1;
const UNTIL_SIZE = 4;
const MOST_UNTIL_DAYS = 29; // from the server's day to an `until`: four weeks, and a clock that is two days off
const SEALED_SHARE_SIZE = 80; // 32 bytes of share, 32 of ephemeral key, 16 of tag
const KEM_CIPHERTEXT_SIZE = 1088; // FIPS 203, table 3
const WRAPPED_KEY_SIZE = 48; // 32 bytes of K, 16 of tag
const SLOT_SIZE = SEALED_SHARE_SIZE + KEM_CIPHERTEXT_SIZE + WRAPPED_KEY_SIZE;
const CONTENT_SIZE = 32;
export const MAC_SIZE = 32;
const SLOT_STEP = 8;
export const MAX_RECIPIENTS = 31; // SPEC 3: a head still fits beside 12,000 bytes of text
const MAX_SLOTS = 32;

export const CHUNK_SIZE = 65536;
export const TAG_SIZE = 16;
export const SEALED_CHUNK_SIZE = CHUNK_SIZE + TAG_SIZE;
const SMALLEST_CLASS = 16384;
export const LARGEST_POWER = 1048576;
export const PART_SIZE = 1048576; // SPEC 10.1: the unit in which the stream after the prefix is sent

export const LABEL_HEADER = utf8("meldbus/1 header");
export const LABEL_CONTENT = utf8("meldbus/1 content");
export const LABEL_PAYLOAD = utf8("meldbus/1 payload");
export const LABEL_SLOT = utf8("meldbus/1 slot");
export const LABEL_WRITERS = utf8("meldbus/1 writers");

/**
 * Return the number of slots for a roster of this many recipients: one each and one for the reporter, rounded up to a
 * multiple of 8.
 */
export function slotCount(recipients: number): number {
  return Math.ceil((recipients + 1) / SLOT_STEP) * SLOT_STEP;
}

/** Return the size of a header of `count` slots, in bytes. */
export function headerSize(count: number): number {
  return MAGIC_SIZE + COUNT_SIZE + UNTIL_SIZE + count * SLOT_SIZE + CONTENT_SIZE + MAC_SIZE;
}

/** Return the class that `length` bytes of content are padded to (SPEC 3.1). */
export function paddedSize(length: number): number {
  if (length <= LARGEST_POWER) return Math.max(SMALLEST_CLASS, 2 ** bitLength(length - 1));
  const exponent = bitLength(length) - 1;
  const step = 2 ** (exponent - bitLength(exponent));
  return Math.ceil(length / step) * step;
}

/** Return the size of the stream that seals a class of `padded` bytes, in bytes. */
export function streamSize(padded: number): number {
  return padded + TAG_SIZE * Math.ceil(padded / CHUNK_SIZE);
}

/** Return the class of a stream of `size` bytes; throw MalformedError if no class has that size. */
function classOfStream(size: number): number {
  const padded = size - TAG_SIZE * Math.ceil(size / SEALED_CHUNK_SIZE);
  if (padded < SMALLEST_CLASS || paddedSize(padded) !== padded || streamSize(padded) !== size) {
    throw new MalformedError();
  }
  return padded;
}

/** The part of a header that one recipient's key opens (SPEC 3.2). */
export interface Slot {
  readonly sealedShare: Bytes;
  readonly kemCiphertext: Bytes;
  readonly wrappedKey: Bytes;
}

function parseSlot(raw: Bytes): Slot {
  const behindShare = SEALED_SHARE_SIZE + KEM_CIPHERTEXT_SIZE;
  return {
    sealedShare: raw.subarray(0, SEALED_SHARE_SIZE),
    kemCiphertext: raw.subarray(SEALED_SHARE_SIZE, behindShare),
    wrappedKey: raw.subarray(behindShare),
  };
}

/** The header before the stream; its mac is unverified until a slot has been opened. */
export interface Header {
  readonly until: number;
  readonly slots: readonly Slot[];
  readonly content: Bytes;
  readonly mac: Bytes;
}

/**
 * Parse the header at the start of `raw`; the bytes after it are ignored.
 *
 * Throws UnsupportedError for another version, MalformedError for anything that is not a header or is cut off.
 */
export function parseHeader(raw: Bytes): Header {
  if (!equal(raw.subarray(0, MAGIC_NAME.length), MAGIC_NAME) || raw.length < MAGIC_SIZE + COUNT_SIZE) {
    throw new MalformedError();
  }
  if (raw[MAGIC_NAME.length] !== VERSION) throw new UnsupportedError();
  const count = raw[MAGIC_SIZE]!;
  if (count === 0 || count % SLOT_STEP !== 0 || count > MAX_SLOTS) throw new MalformedError();
  const size = headerSize(count);
  if (raw.length < size) throw new MalformedError();
  const first = MAGIC_SIZE + COUNT_SIZE + UNTIL_SIZE;
  const slots: Slot[] = [];
  const behindSlots = first + count * SLOT_SIZE;
  for (let start = first; start < behindSlots; start += SLOT_SIZE) {
    slots.push(parseSlot(raw.subarray(start, start + SLOT_SIZE)));
  }
  return {
    until: numberOf(raw.subarray(first - UNTIL_SIZE, first)),
    slots,
    content: raw.subarray(behindSlots, size - MAC_SIZE),
    mac: raw.subarray(size - MAC_SIZE, size),
  };
}

/** Whether no honest server accepts this envelope on `day`: it was withheld, or is a replay. */
export function isMisdated({ until }: Header, day: number): boolean {
  return until < day || until > day + MOST_UNTIL_DAYS;
}

/** Return the bytes before the content: magic, count, until and slots. */
function beforeContent({ until, slots }: Pick<Header, "until" | "slots">): Bytes {
  const counts = [new Uint8Array([VERSION, slots.length]), bigEndian(until, UNTIL_SIZE)];
  const parts = slots.flatMap((slot) => [slot.sealedShare, slot.kemCiphertext, slot.wrappedKey]);
  return join(MAGIC_NAME, ...counts, ...parts);
}

/** Return the bytes that the mac covers. */
export function beforeMac(header: Omit<Header, "mac">): Bytes {
  return join(beforeContent(header), header.content);
}

export function encodeHeader(header: Header): Bytes {
  return join(beforeMac(header), header.mac);
}

/** Return the class of an envelope of `size` bytes in total; throw MalformedError if no class has that size. */
export function checkEnvelopeSize(header: Header, size: number): number {
  return classOfStream(size - headerSize(header.slots.length));
}

/** Return the size of header and first chunk of an envelope of `size` bytes. */
export function prefixSize(header: Header, size: number): number {
  return Math.min(size, headerSize(header.slots.length) + SEALED_CHUNK_SIZE);
}

function bitLength(number: number): number {
  return number.toString(2).length;
}
