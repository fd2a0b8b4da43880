// WebP (RFC 9649): only the chunks that are needed to draw it are kept, and the header no longer announces the others.

import type { Trace } from "../shared/protocol.ts";
import { type Bytes, join, utf8 } from "../wire/bytes.ts";
import { byteAt, Cut, expect, littleEndian, startsWith } from "./cut.ts";
import { readExif, tracesOfXmp, turned } from "./exif.ts";
import { isProfile } from "./profile.ts";

const RIFF_SIZE = 12; // "RIFF", the number of bytes that follow, "WEBP"
const HEAD = 8; // a chunk's name and the size of its content
const EXTENDED_SIZE = 10;
const FRAME_SIZE = 16; // the bytes before a frame's own chunks
const FLAGS = { profile: 0x20, alpha: 0x10, exif: 0x08, xmp: 0x04, animation: 0x02 };
const DRAWING: ReadonlySet<string> = new Set(["VP8 ", "VP8L", "ALPH"]);
const EXIF_NAME = "Exif\0\0"; // not in the format, but some programs write it

interface Chunk {
  readonly name: string;
  readonly at: number;
  readonly held: Bytes;
  /** After the padding byte, if there is one. */
  readonly to: number;
}

/** A chunk that is kept, with its new bytes; null if they are those of the file. */
interface Kept {
  readonly from: number;
  readonly to: number;
  readonly by: Bytes | null;
}

export function cutWebp(raw: Bytes): Cut {
  const cut = new Cut(raw);
  const end = RIFF_SIZE - 4 + littleEndian(raw, 4, 4);
  expect(end <= raw.length && end % 2 === 0);
  const first = chunkAt(raw, RIFF_SIZE, end);
  const kept: Kept[] = [];
  let flags = 0;
  let frames = 0;
  for (let at = first.name === "VP8X" ? first.to : RIFF_SIZE; at < end; ) {
    const chunk = chunkAt(raw, at, end);
    const { name, held, to } = chunk;
    if (DRAWING.has(name)) {
      expect(isDrawing(chunk));
      if (name !== "ALPH") frames += 1;
      kept.push(asItIs(raw, chunk));
    } else if (first.name === "VP8X" && name === "ANMF") {
      frames += 1;
      kept.push(frameOf(cut, chunk));
    } else if (first.name === "VP8X" && name === "ANIM" && held.length === 6) {
      kept.push(asItIs(raw, chunk));
    } else if (first.name === "VP8X" && name === "ICCP" && (flags & FLAGS.profile) === 0 && isProfile(held)) {
      flags |= FLAGS.profile;
      kept.push(asItIs(raw, chunk));
    } else if (first.name === "VP8X" && name === "EXIF" && (flags & FLAGS.exif) === 0) {
      const minimal = exifOf(cut, held);
      if (minimal !== null) {
        flags |= FLAGS.exif;
        kept.push({ from: at, to, by: chunkOf(name, minimal) });
      }
    } else {
      cut.drop(...tracesOf(chunk));
    }
    at = to;
  }
  expect(frames > 0);
  if (end < raw.length) cut.drop(behind(raw.subarray(end)));
  assemble(cut, first, flags, kept);
  return cut;
}

/** Join the chunks, with a header that describes them correctly. */
function assemble(cut: Cut, first: Chunk, flags: number, kept: readonly Kept[]): void {
  const all = [...kept];
  if (first.name === "VP8X") {
    expect(first.held.length === EXTENDED_SIZE);
    const said = byteAt(first.held, 0) & (FLAGS.alpha | FLAGS.animation);
    const header = join(new Uint8Array([said | flags, 0, 0, 0]), first.held.slice(4));
    all.unshift({ from: first.at, to: first.to, by: chunkOf("VP8X", header) });
  }
  const size = all.reduce((sum, { from, to, by }) => sum + (by?.length ?? to - from), 4);
  cut.replace(0, RIFF_SIZE, join(utf8("RIFF"), wide(size), utf8("WEBP")));
  for (const { from, to, by } of all) {
    if (by === null) cut.keep(from, to);
    else cut.replace(from, to, by);
  }
}

function isDrawing({ name, held }: Chunk): boolean {
  if (name === "VP8 ") return startsWith(held, "\x9d\x01\x2a", 3);
  return name === "VP8L" ? held[0] === 0x2f : held.length > 1;
}

/** Return a frame of an animation with only the chunks that draw it. */
function frameOf(cut: Cut, { name, at, held, to }: Chunk): Kept {
  expect(held.length > FRAME_SIZE);
  const end = at + HEAD + held.length;
  const kept = [held.slice(0, FRAME_SIZE)];
  for (let inner = at + HEAD + FRAME_SIZE; inner < end; ) {
    const chunk = chunkAt(cut.raw, inner, end);
    if (DRAWING.has(chunk.name)) {
      expect(isDrawing(chunk));
      kept.push(chunkOf(chunk.name, chunk.held));
    } else {
      cut.drop("other");
    }
    inner = chunk.to;
  }
  expect(kept.length > 1);
  return { from: at, to, by: chunkOf(name, join(...kept)) };
}

function exifOf(cut: Cut, held: Bytes): Bytes | null {
  const { orientation, traces } = readExif(startsWith(held, EXIF_NAME) ? held.slice(EXIF_NAME.length) : held.slice());
  cut.drop(...traces);
  return turned(orientation);
}

function tracesOf({ name, held }: Chunk): readonly Trace[] {
  if (name === "XMP ") return tracesOfXmp(held);
  return name === "EXIF" ? [...readExif(held.slice()).traces] : ["other"];
}

function behind(rest: Bytes): Trace {
  for (let at = rest.indexOf(0x52); at >= 0; at = rest.indexOf(0x52, at + 1)) {
    if (startsWith(rest, "RIFF", at)) return "picture";
  }
  return "other";
}

function chunkAt(raw: Bytes, at: number, end: number): Chunk {
  expect(at + HEAD <= end);
  const size = littleEndian(raw, at + 4, 4);
  const to = at + HEAD + size + (size % 2);
  expect(to <= end);
  return {
    name: String.fromCharCode(...raw.subarray(at, at + 4)),
    at,
    held: raw.subarray(at + HEAD, at + HEAD + size),
    to,
  };
}

/** Return a chunk unchanged; a padding byte that is not zero is replaced. */
function asItIs(raw: Bytes, { name, at, held, to }: Chunk): Kept {
  const isPlain = held.length % 2 === 0 || raw[to - 1] === 0;
  return { from: at, to, by: isPlain ? null : chunkOf(name, held) };
}

function chunkOf(name: string, held: Bytes): Bytes {
  return join(utf8(name), wide(held.length), held, new Uint8Array(held.length % 2));
}

function wide(number: number): Bytes {
  return new Uint8Array([number, number >>> 8, number >>> 16, number >>> 24]);
}
