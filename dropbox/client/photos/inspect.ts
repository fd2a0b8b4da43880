// The kind of a file and the traces in it. For a photo, it makes a copy without them; the pixels are never changed.

import type { FileKind, Inspected } from "../shared/protocol.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { Cut } from "./cut.ts";
import { cutJpeg } from "./jpeg.ts";
import { cutPng } from "./png.ts";
import { type Kind, SNIFFED, sniff } from "./sniff.ts";
import { cutWebp } from "./webp.ts";

/** A larger picture is not parsed: it would have to be in memory as a whole. */
const MAX_PICTURE = 64 * 2 ** 20;

type Cutter = (raw: Bytes) => Cut | Promise<Cut>;

const CUTTERS: ReadonlyMap<string, Cutter> = new Map<string, Cutter>([
  ["image/jpeg", cutJpeg],
  ["image/png", cutPng],
  ["image/webp", cutWebp],
]);

// One picture is in memory at a time, even if several were chosen together.
let last: Promise<unknown> = Promise.resolve();

/** Inspect a file; throws only what reading it throws. A picture that cannot be parsed is `spoilt`. */
export async function inspect(file: Blob, name: string): Promise<Inspected> {
  const kind = sniff(new Uint8Array(await file.slice(0, SNIFFED).arrayBuffer()), name);
  const cutter = CUTTERS.get(kind.type);
  if (cutter === undefined) return found(kind, kind.kind);
  if (file.size > MAX_PICTURE) return found(kind, "spoilt");
  const turn = last.then(async () => taken(file, kind, cutter, new Uint8Array(await file.arrayBuffer())));
  last = turn.catch(() => undefined);
  return turn;
}

async function taken(file: Blob, kind: Kind, cutter: Cutter, raw: Bytes): Promise<Inspected> {
  try {
    const cut = await cutter(raw);
    if (cut.isWhole()) return found(kind, "photo");
    if (cut.traces.size === 0) cut.drop("other");
    return { ...found(kind, "photo"), stripped: cut.blob(file, kind.type), traces: [...cut.traces].sort(byPlace) };
  } catch {
    return found(kind, "spoilt");
  }
}

const ORDER = ["place", "time", "device", "maker", "preview", "picture", "text", "description", "other"];

function byPlace(left: string, right: string): number {
  return ORDER.indexOf(left) - ORDER.indexOf(right);
}

function found({ extension, type }: Kind, kind: FileKind): Inspected {
  return { kind, extension, type, stripped: null, traces: [] };
}
