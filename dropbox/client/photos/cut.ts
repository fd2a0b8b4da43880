// What is left of a picture: pieces of the file as they stand there, and bytes written anew. Nothing is copied.

import type { Trace } from "../protocol.ts";
import { type Bytes, equal } from "../wire/bytes.ts";

/** The picture is not built as its format says: nothing in it can be told from anything else. */
export class SpoiltError extends Error {
  override readonly name = "SpoiltError";
}

/** Throw SpoiltError unless something holds that the format asks for. */
export function expect(holds: boolean): asserts holds {
  if (!holds) throw new SpoiltError();
}

/** A part of the file from one place to another, or new bytes. */
type Piece = Bytes | { readonly from: number; readonly to: number };

/** A picture that is being cut out of its file. */
export class Cut {
  readonly traces = new Set<Trace>();
  readonly raw: Bytes;
  readonly #pieces: Piece[] = [];

  constructor(raw: Bytes) {
    this.raw = raw;
  }

  /** Keep the bytes from one place to another as they are. */
  keep(from: number, to: number): void {
    const last = this.#pieces.at(-1);
    if (last !== undefined && "from" in last && last.to === from) {
      this.#pieces[this.#pieces.length - 1] = { from: last.from, to };
    } else if (from < to) {
      this.#pieces.push({ from, to });
    }
  }

  /** Put these bytes in the place of those from one place to another; where they are the same, nothing changes. */
  replace(from: number, to: number, by: Bytes): void {
    if (equal(this.raw.subarray(from, to), by)) this.keep(from, to);
    else this.#pieces.push(by);
  }

  /** Leave something out. */
  drop(...traces: readonly Trace[]): void {
    for (const trace of traces) this.traces.add(trace);
  }

  /** Return whether all of the file is left, as it was. */
  isWhole(): boolean {
    const [first] = this.#pieces;
    const isOne = this.#pieces.length === 1 && first !== undefined && "from" in first;
    return isOne && first.from === 0 && first.to === this.raw.length;
  }

  /** Return what is left, as slices of the file. */
  blob(file: Blob, type: string): Blob {
    return new Blob(
      this.#pieces.map((piece) => ("from" in piece ? file.slice(piece.from, piece.to) : piece)),
      { type },
    );
  }
}

/** Return the number that `width` bytes at a place encode, the lowest first. */
export function littleEndian(raw: Bytes, at: number, width: number): number {
  let number = 0;
  for (let place = width - 1; place >= 0; place--) number = number * 256 + byteAt(raw, at + place);
  return number;
}

/** Return the byte at a place; SpoiltError behind the end. */
export function byteAt(raw: Bytes, at: number): number {
  const byte = raw[at];
  expect(byte !== undefined);
  return byte;
}

/** Return whether these bytes begin with a text of ASCII, at a place. */
export function startsWith(raw: Bytes, text: string, at = 0): boolean {
  if (at + text.length > raw.length) return false;
  for (let place = 0; place < text.length; place++) {
    if (raw[at + place] !== text.charCodeAt(place)) return false;
  }
  return true;
}
