// The parts of a picture that are kept: slices of the file, and new bytes. Nothing is copied.

import type { Trace } from "../shared/protocol.ts";
import { type Bytes, equal } from "../wire/bytes.ts";

/** The picture does not follow its format: its parts cannot be told apart. */
class SpoiltError extends Error {
  override readonly name = "SpoiltError";
}

/** Throw SpoiltError unless a requirement of the format is met. */
export function expect(holds: boolean): asserts holds {
  if (!holds) throw new SpoiltError();
}

/** A range of the file, or new bytes. */
type Piece = Bytes | { readonly from: number; readonly to: number };

/** A picture while its kept parts are selected. */
export class Cut {
  readonly traces = new Set<Trace>();
  readonly raw: Bytes;
  readonly #pieces: Piece[] = [];

  constructor(raw: Bytes) {
    this.raw = raw;
  }

  /** Keep a range of bytes unchanged. */
  keep(from: number, to: number): void {
    const last = this.#pieces.at(-1);
    if (last !== undefined && "from" in last && last.to === from) {
      this.#pieces[this.#pieces.length - 1] = { from: last.from, to };
    } else if (from < to) {
      this.#pieces.push({ from, to });
    }
  }

  /** Replace a range by these bytes; if they are the same, nothing changes. */
  replace(from: number, to: number, by: Bytes): void {
    if (equal(this.raw.subarray(from, to), by)) this.keep(from, to);
    else this.#pieces.push(by);
  }

  /** Record the traces in a range that is left out. */
  drop(...traces: readonly Trace[]): void {
    for (const trace of traces) this.traces.add(trace);
  }

  /** Return whether the whole file is kept, unchanged. */
  isWhole(): boolean {
    const [first] = this.#pieces;
    const isOne = this.#pieces.length === 1 && first !== undefined && "from" in first;
    return isOne && first.from === 0 && first.to === this.raw.length;
  }

  /** Return the kept parts, as slices of the file. */
  blob(file: Blob, type: string): Blob {
    return new Blob(
      this.#pieces.map((piece) => ("from" in piece ? file.slice(piece.from, piece.to) : piece)),
      { type },
    );
  }
}

/** Return the little-endian number of `width` bytes at an offset. */
export function littleEndian(raw: Bytes, at: number, width: number): number {
  let number = 0;
  for (let place = width - 1; place >= 0; place--) number = number * 256 + byteAt(raw, at + place);
  return number;
}

/** Return the byte at an offset; throws SpoiltError after the end. */
export function byteAt(raw: Bytes, at: number): number {
  const byte = raw[at];
  expect(byte !== undefined);
  return byte;
}

/** Return whether these bytes have an ASCII text at an offset. */
export function startsWith(raw: Bytes, text: string, at = 0): boolean {
  if (at + text.length > raw.length) return false;
  for (let place = 0; place < text.length; place++) {
    if (raw[at + place] !== text.charCodeAt(place)) return false;
  }
  return true;
}
