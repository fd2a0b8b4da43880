// JPEG (ITU-T T.81) in its wrappers JFIF, Exif and Adobe: only the segments that are needed to draw it are kept.

import type { Trace } from "../shared/protocol.ts";
import { bigEndian, type Bytes, join, utf8 } from "../wire/bytes.ts";
import { byteAt, Cut, expect, startsWith } from "./cut.ts";
import { readExif, tracesOfXmp, turned } from "./exif.ts";
import { isProfile } from "./profile.ts";

const MARK = 0xff;
const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;
const RESTARTS = { first: 0xd0, last: 0xd7 };
const QUANTISATION = 0xdb;
const HUFFMAN = 0xc4;
const ARITHMETIC = 0xcc;
const LINES = 0xdc;
const INTERVAL = 0xdd;
const COMMENT = 0xfe;
const APP = { first: 0xe0, last: 0xef };
const JFIF = 0xe0;
const EXIF = 0xe1;
const PROFILE = 0xe2;
const PHOTOSHOP = 0xed;
const ADOBE = 0xee;

const LENGTH_SIZE = 2;
const JFIF_NAME = "JFIF\0";
const JFIF_SIZE = 14; // without a thumbnail
const EXIF_NAME = "Exif\0\0";
const XMP_NAMES = ["http://ns.adobe.com/xap/1.0/\0", "http://ns.adobe.com/xmp/extension/\0"];
const PROFILE_NAME = "ICC_PROFILE\0";
const PROFILE_START = PROFILE_NAME.length + 2; // the number of the piece, and the number of pieces
const ADOBE_NAME = "Adobe";
const ADOBE_SIZE = 12;
const TABLE_SIZE = 64;
const CODE_LENGTHS = 16;

/** A segment: `from` is its marker, `at` the first byte of its content, `to` the first byte after it. */
interface Segment {
  readonly code: number;
  readonly from: number;
  readonly at: number;
  readonly to: number;
}

export function cutJpeg(raw: Bytes): Cut {
  const cut = new Cut(raw);
  expect(byteAt(raw, 0) === MARK && byteAt(raw, 1) === START);
  cut.keep(0, 2);
  const wrapping = new Wrapping(cut, profileIn(raw));
  let [frames, scans, at] = [0, 0, 2];
  for (;;) {
    const segment = segmentAt(raw, at);
    const { code, from, to } = segment;
    if (from > at) cut.drop("other");
    if (code === END) {
      expect(frames === 1 && scans > 0);
      cut.keep(from, to);
      cutBehind(cut, to);
      return cut;
    }
    at = to;
    if (code >= APP.first && code <= APP.last) {
      wrapping.take(segment);
    } else if (code === COMMENT) {
      cut.drop("text");
    } else {
      expect(isBuilt(raw, segment));
      if (isFrame(code)) frames += 1;
      if (code === SCAN) {
        scans += 1;
        at = scanEnd(raw, to);
      }
      cut.keep(from, at);
    }
  }
}

/** The segments around the picture; the first of each kept kind counts, as for decoders. */
class Wrapping {
  readonly #cut: Cut;
  readonly #profile: boolean;
  readonly #taken = new Set<number>();

  constructor(cut: Cut, profile: boolean) {
    this.#cut = cut;
    this.#profile = profile;
  }

  take({ code, from, at, to }: Segment): void {
    const held = this.#cut.raw.subarray(at, to);
    if (code === JFIF && startsWith(held, JFIF_NAME) && held.length >= JFIF_SIZE && this.#isFirst(code)) {
      const bare = join(held.slice(0, JFIF_SIZE - 2), new Uint8Array(2));
      if (held.length > JFIF_SIZE) this.#cut.drop("preview");
      this.#cut.replace(from, to, segmentOf(code, bare));
    } else if (code === EXIF && startsWith(held, EXIF_NAME)) {
      this.#takeExif(from, to, held.slice(EXIF_NAME.length));
    } else if (code === PROFILE && startsWith(held, PROFILE_NAME) && this.#profile) {
      this.#cut.keep(from, to);
    } else if (code === ADOBE && startsWith(held, ADOBE_NAME) && held.length >= ADOBE_SIZE && this.#isFirst(code)) {
      if (held.length > ADOBE_SIZE) this.#cut.drop("other");
      this.#cut.replace(from, to, segmentOf(code, held.slice(0, ADOBE_SIZE)));
    } else {
      this.#cut.drop(...tracesOf(code, held));
    }
  }

  #takeExif(from: number, to: number, tiff: Bytes): void {
    const { orientation, traces } = readExif(tiff);
    const minimal = this.#isFirst(EXIF) ? turned(orientation) : null;
    this.#cut.drop(...traces);
    if (minimal !== null) this.#cut.replace(from, to, segmentOf(EXIF, join(utf8(EXIF_NAME), minimal)));
  }

  #isFirst(code: number): boolean {
    if (this.#taken.has(code)) return false;
    this.#taken.add(code);
    return true;
  }
}

function tracesOf(code: number, held: Bytes): readonly Trace[] {
  if (code === JFIF) return [startsWith(held, "JFXX\0") ? "preview" : "other"];
  if (code === EXIF && XMP_NAMES.some((name) => startsWith(held, name))) return tracesOfXmp(held);
  if (code === PROFILE && startsWith(held, "MPF\0")) return ["picture"];
  if (code === PHOTOSHOP) return ["description"];
  return ["other"];
}

function cutBehind(cut: Cut, end: number): void {
  const behind = cut.raw.subarray(end);
  if (behind.length === 0) return;
  for (let at = behind.indexOf(MARK); at >= 0; at = behind.indexOf(MARK, at + 1)) {
    if (behind[at + 1] === START && behind[at + 2] === MARK) return cut.drop("picture");
  }
  cut.drop("other");
}

function segmentAt(raw: Bytes, place: number): Segment {
  expect(byteAt(raw, place) === MARK);
  let from = place;
  while (byteAt(raw, from + 1) === MARK) from += 1; // fill bytes
  const code = byteAt(raw, from + 1);
  const at = from + 2;
  if (code === END) return { code, from, at, to: at };
  const size = byteAt(raw, at) * 256 + byteAt(raw, at + 1);
  expect(size >= LENGTH_SIZE && at + size <= raw.length);
  return { code, from, at: at + LENGTH_SIZE, to: at + size };
}

function segmentOf(code: number, held: Bytes): Bytes {
  return join(new Uint8Array([MARK, code]), bigEndian(held.length + LENGTH_SIZE, LENGTH_SIZE), held);
}

function isFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== HUFFMAN && code !== ARITHMETIC && code !== 0xc8;
}

// Each table and header must end where its own numbers say: otherwise data could be hidden after it.
function isBuilt(raw: Bytes, { code, at, to }: Segment): boolean {
  const size = to - at;
  if (code === QUANTISATION) return isFilled(at, to, (place) => 1 + TABLE_SIZE * (1 + (byteAt(raw, place) >> 4)));
  if (code === HUFFMAN) {
    return isFilled(at, to, (place) => {
      expect(place + 1 + CODE_LENGTHS <= to);
      const codes = raw.subarray(place + 1, place + 1 + CODE_LENGTHS).reduce((sum, count) => sum + count, 0);
      return 1 + CODE_LENGTHS + codes;
    });
  }
  if (code === ARITHMETIC) return size % 2 === 0;
  if (code === INTERVAL || code === LINES) return size === 2;
  if (code === SCAN) return size === 4 + 2 * byteAt(raw, at);
  return isFrame(code) && size === 6 + 3 * byteAt(raw, at + 5);
}

function isFilled(at: number, to: number, sizeAt: (place: number) => number): boolean {
  let place = at;
  while (place < to) place += sizeAt(place);
  return place === to;
}

/**
 * Return the end of the entropy-coded bytes of a scan: the first marker that is neither a stuffed zero nor a restart.
 */
function scanEnd(raw: Bytes, start: number): number {
  for (let at = raw.indexOf(MARK, start); at >= 0; at = raw.indexOf(MARK, at + 2)) {
    const next = byteAt(raw, at + 1);
    if (next !== 0 && !(next >= RESTARTS.first && next <= RESTARTS.last)) return at;
  }
  expect(false);
}

/** Return whether the pieces of a profile, each at its position, are exactly one profile. */
function profileIn(raw: Bytes): boolean {
  const pieces: Bytes[] = [];
  let at = 2;
  for (;;) {
    const { code, at: held, to } = segmentAt(raw, at);
    if (code === END || code === SCAN) break;
    const piece = raw.subarray(held, to);
    if (code === PROFILE && startsWith(piece, PROFILE_NAME)) {
      pieces.push(piece);
    }
    at = to;
  }
  const inPlace = pieces.every(
    (piece, place) => piece[PROFILE_START - 2] === place + 1 && piece[PROFILE_START - 1] === pieces.length,
  );
  return pieces.length > 0 && inPlace && isProfile(join(...pieces.map((piece) => piece.slice(PROFILE_START))));
}
