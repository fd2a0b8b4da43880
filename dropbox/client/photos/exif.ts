// Exif: the orientation of a picture, and its traces. Reads within bounds; invalid data counts as a trace.

import type { Trace } from "../shared/protocol.ts";
import { bigEndian, type Bytes, join, numberOf } from "../wire/bytes.ts";

export interface Exif {
  /** 2 to 8 as in the tag Orientation; 1, as stored, if the tag is missing or invalid. */
  readonly orientation: number;
  readonly traces: ReadonlySet<Trace>;
}

const ORIENTATION = 0x0112;
const ENTRY_SIZE = 12;
const SHORT = 3;
const MAX_ENTRIES = 4096; // in total: a camera writes a hundred
const MAX_DIRECTORIES = 16; // a camera writes five
const EXIF_DIRECTORY = 0x8769;
const GPS_DIRECTORY = 0x8825;
const INTEROPERABILITY_DIRECTORY = 0xa005;
const DIRECTORIES: ReadonlySet<number> = new Set([EXIF_DIRECTORY, GPS_DIRECTORY, INTEROPERABILITY_DIRECTORY]);

// Exif 3.0, 4.6; and the tags of Windows and Adobe.
const TAGS: ReadonlyMap<Trace, readonly number[]> = new Map<Trace, readonly number[]>([
  ["time", [0x0132, 0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9290, 0x9291, 0x9292]],
  ["device", [0x010f, 0x0110, 0x0131, 0x013c, 0xa420, 0xa430, 0xa431, 0xa432, 0xa433, 0xa434, 0xa435, 0xc62f]],
  ["maker", [0x927c, 0xc634]],
  ["text", [0x010d, 0x010e, 0x013b, 0x8298, 0x9286, 0x9c9b, 0x9c9c, 0x9c9d, 0x9c9e, 0x9c9f]],
  ["description", [0x02bc, 0x83bb, 0x8649]],
]);
const TRACES: ReadonlyMap<number, Trace> = new Map(
  [...TAGS].flatMap(([trace, tags]) => tags.map((tag): [number, Trace] => [tag, trace])),
);

/** Parse a TIFF header with its directories; never throws. */
export function readExif(raw: Bytes): Exif {
  const traces = new Set<Trace>();
  const little = raw[0] === 0x49 && raw[1] === 0x49;
  const number = (at: number, width: number): number => {
    const bytes = raw.slice(at, at + width);
    return bytes.length < width ? 0 : numberOf(little ? bytes.reverse() : bytes);
  };
  const isHeader = (little || (raw[0] === 0x4d && raw[1] === 0x4d)) && number(2, 2) === 42;
  if (!isHeader) return { orientation: 1, traces: new Set(raw.length > 0 ? ["other"] : []) };

  let orientation = 0;
  let entries = 0;
  const seen = new Set<number>();
  const read = (at: number, isFirst: boolean): number => {
    if (at === 0 || seen.has(at) || seen.size >= MAX_DIRECTORIES) return 0;
    seen.add(at);
    const count = number(at, 2);
    for (let entry = at + 2; entry < at + 2 + count * ENTRY_SIZE && entry + ENTRY_SIZE <= raw.length; entry += ENTRY_SIZE) {
      entries += 1;
      if (entries > MAX_ENTRIES) return 0;
      const tag = number(entry, 2);
      if (tag === ORIENTATION && isFirst && number(entry + 2, 2) === SHORT && orientation === 0) {
        orientation = number(entry + 8, 2);
      } else if (DIRECTORIES.has(tag)) {
        if (tag === GPS_DIRECTORY) traces.add("place");
        read(number(entry + 8, 4), false);
      } else if (tag !== ORIENTATION) {
        traces.add(TRACES.get(tag) ?? "other");
      }
    }
    return number(at + 2 + count * ENTRY_SIZE, 4);
  };
  const second = read(number(4, 4), true);
  if (second !== 0) {
    traces.add("preview");
    read(second, false);
  }
  return { orientation: orientation >= 1 && orientation <= 8 ? orientation : 1, traces };
}

/** Return an Exif block with only the orientation; null if it is 1, as stored. */
export function turned(orientation: number): Bytes | null {
  if (orientation === 1) return null;
  const entry = [bigEndian(ORIENTATION, 2), bigEndian(SHORT, 2), bigEndian(1, 4), bigEndian(orientation, 2), bigEndian(0, 2)];
  const header = [new Uint8Array([0x4d, 0x4d]), bigEndian(42, 2), bigEndian(8, 4)];
  return join(...header, bigEndian(1, 2), ...entry, bigEndian(0, 4));
}

/** Return the traces that an XMP packet contains, by pattern; it is not parsed further. */
export function tracesOfXmp(raw: Bytes): Trace[] {
  const text = new TextDecoder("latin1").decode(raw);
  const told: readonly (readonly [Trace, RegExp])[] = [
    ["place", /GPS|Location|\bCity\b/],
    ["time", /Date/],
    ["device", /tiff:M(ake|odel)|CreatorTool|SerialNumber|Lens/],
    ["preview", /[Tt]humbnail/],
    ["picture", /GContainer|Container:Directory|MicroVideo|MotionPhoto|GDepth|GImage/],
  ];
  return ["description", ...told.filter(([, sign]) => sign.test(text)).map(([trace]) => trace)];
}
