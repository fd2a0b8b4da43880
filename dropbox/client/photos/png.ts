// PNG (third edition): only the chunks that are needed to draw it are kept, each with a valid checksum.

import type { Trace } from "../shared/protocol.ts";
import { bigEndian, type Bytes, join, numberOf, utf8 } from "../wire/bytes.ts";
import { byteAt, Cut, expect, startsWith } from "./cut.ts";
import { readExif, turned } from "./exif.ts";
import { inflated, inflatedSize } from "./inflate.ts";
import { isProfile } from "./profile.ts";

const PNG_SIGNATURE = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const FIELD = 4; // the size of a chunk's length, name or checksum
const OVERHEAD = 3 * FIELD;
const HEADER_SIZE = 13;
const MAX_PALETTE = 3 * 256;
const MAX_PROFILE = 8 * 2 ** 20;
const MAX_DRAWN = 2 ** 30;
const NEUTRAL = "icc\0\0"; // a profile's name, and its compression method
const MAX_NAME = 79;

// The permitted sizes of each chunk that is kept unchanged, in bytes; the animation's are those of the third edition.
const SIZES: ReadonlyMap<string, (size: number) => boolean> = new Map<string, (size: number) => boolean>([
  ["PLTE", (size) => size > 0 && size <= MAX_PALETTE && size % 3 === 0],
  ["IDAT", () => true],
  ["tRNS", (size) => size <= 256],
  ["gAMA", (size) => size === 4],
  ["cHRM", (size) => size === 32],
  ["sRGB", (size) => size === 1],
  ["cICP", (size) => size === 4],
  ["sBIT", (size) => size <= 4],
  ["acTL", (size) => size === 8],
  ["fcTL", (size) => size === 26],
  ["fdAT", (size) => size > FIELD],
]);
const TEXTS: ReadonlySet<string> = new Set(["tEXt", "zTXt", "iTXt"]);
const XMP = "XML:com.adobe.xmp\0";
const SAMPLES: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);
// The passes of an interlaced picture (Adam7): the start and the distance of their pixels, horizontal and vertical.
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface Chunk {
  readonly name: string;
  readonly from: number;
  readonly held: Bytes;
  readonly to: number;
}

export async function cutPng(raw: Bytes): Promise<Cut> {
  const cut = new Cut(raw);
  const once = new Set<string>();
  const pixels: Bytes[] = [];
  cut.keep(0, PNG_SIGNATURE.length);
  const header = chunkAt(raw, PNG_SIGNATURE.length);
  expect(header.name === "IHDR" && header.held.length === HEADER_SIZE);
  cut.keep(header.from, header.to);
  const drawn = drawnSize(header.held);
  for (let at = header.to; ; ) {
    const chunk = chunkAt(raw, at);
    const { name, from, held, to } = chunk;
    const isFirst = !once.has(name);
    once.add(name);
    if (name === "IEND") {
      expect(held.length === 0);
      cut.keep(from, to);
      cutBehind(cut, to);
      break;
    }
    if (SIZES.get(name)?.(held.length) === true) {
      if (name === "IDAT") pixels.push(held);
      cut.keep(from, to);
    } else if (name === "iCCP" && isFirst) {
      await takeProfile(cut, chunk);
    } else if (name === "eXIf" && isFirst) {
      takeExif(cut, chunk);
    } else {
      // A chunk whose name begins with a capital letter is critical: it may not be left out.
      expect(byteAt(raw, from + FIELD) >= 0x61);
      cut.drop(traceOf(chunk));
    }
    at = to;
  }
  // The pixels must end where their compressed stream ends: otherwise data could be hidden after them.
  expect(pixels.length > 0 && (await inflatedSize(pixels, drawn)) === drawn);
  return cut;
}

function traceOf({ name, held }: Chunk): Trace {
  if (name === "tIME") return "time";
  if (name === "iTXt" && startsWith(held, XMP)) return "description";
  return TEXTS.has(name) ? "text" : "other";
}

async function takeProfile(cut: Cut, { name, from, held, to }: Chunk): Promise<void> {
  const end = held.indexOf(0);
  const profile = end >= 1 && end <= MAX_NAME ? await inflated(held.slice(end + 2), MAX_PROFILE) : null;
  if (profile === null || held[end + 1] !== 0 || !isProfile(profile)) return cut.drop("other");
  const bare = chunkOf(name, join(utf8(NEUTRAL), held.slice(end + 2)));
  cut.replace(from, to, bare);
}

function takeExif(cut: Cut, { name, from, held, to }: Chunk): void {
  const { orientation, traces } = readExif(held);
  const minimal = turned(orientation);
  cut.drop(...traces);
  if (minimal !== null) cut.replace(from, to, chunkOf(name, minimal));
}

function cutBehind(cut: Cut, end: number): void {
  if (end === cut.raw.length) return;
  const behind = cut.raw.subarray(end);
  const isPicture = (at: number): boolean => PNG_SIGNATURE.every((byte, place) => behind[at + place] === byte);
  for (let at = behind.indexOf(0x89); at >= 0; at = behind.indexOf(0x89, at + 1)) {
    if (isPicture(at)) return cut.drop("picture");
  }
  cut.drop("other");
}

function chunkAt(raw: Bytes, from: number): Chunk {
  expect(from + OVERHEAD <= raw.length);
  const size = numberOf(raw.subarray(from, from + FIELD));
  const to = from + OVERHEAD + size;
  expect(to <= raw.length);
  const letters = raw.subarray(from + FIELD, from + 2 * FIELD);
  expect(letters.every((letter) => (letter >= 0x41 && letter <= 0x5a) || (letter >= 0x61 && letter <= 0x7a)));
  expect(checksum(raw.subarray(from + FIELD, to - FIELD)) === numberOf(raw.subarray(to - FIELD, to)));
  return { name: String.fromCharCode(...letters), from, held: raw.subarray(from + 2 * FIELD, to - FIELD), to };
}

function chunkOf(name: string, held: Bytes): Bytes {
  const named = join(utf8(name), held);
  return join(bigEndian(held.length, FIELD), named, bigEndian(checksum(named), FIELD));
}

/** Return the size of a picture's lines in bytes, each with its filter byte. */
function drawnSize(header: Bytes): number {
  const width = numberOf(header.subarray(0, 4));
  const height = numberOf(header.subarray(4, 8));
  const samples = SAMPLES.get(byteAt(header, 9));
  expect(width > 0 && height > 0 && samples !== undefined && byteAt(header, 10) === 0 && byteAt(header, 11) === 0);
  const bits = samples * byteAt(header, 8);
  const sizeOf = (across: number, down: number): number =>
    across > 0 && down > 0 ? down * (1 + Math.ceil((across * bits) / 8)) : 0;
  const interlaced = byteAt(header, 12);
  expect(interlaced <= 1);
  const drawn =
    interlaced === 0
      ? sizeOf(width, height)
      : PASSES.reduce(
          (size, [left, top, across, down]) =>
            size + sizeOf(Math.ceil((width - left) / across), Math.ceil((height - top) / down)),
          0,
        );
  expect(drawn <= MAX_DRAWN);
  return drawn;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest;
});

/** Return the CRC-32 of these bytes, as in annex D of the standard. */
function checksum(raw: Bytes): number {
  let rest = 0xffffffff;
  for (let at = 0; at < raw.length; at++) rest = TABLE[(rest ^ raw[at]!) & 0xff]! ^ (rest >>> 8);
  return (rest ^ 0xffffffff) >>> 0;
}
