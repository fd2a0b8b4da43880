// Sequential file reader: pieces of one MiB, in reused memory.

import type { Bytes } from "../wire/bytes.ts";
import { MIB } from "../wire/files.ts";

/**
 * One pass over a file, in pieces of a MiB and a shorter last one.
 *
 * A piece that is no longer needed is given back: freshly allocated memory would wait for the browser's garbage
 * collector, more than 100 MiB of it.
 */
export class BlobReader {
  readonly #stream: ReadableStream<Bytes>;
  readonly #fault: Error;
  readonly #spare: ArrayBuffer[] = [];
  /**
   * Reads into our own memory (BYOB); null if the browser's files do not support that, and once less than a MiB is
   * left.
   */
  #filling: ReadableStreamBYOBReader | null;
  #reading: ReadableStreamDefaultReader<Bytes> | null = null;
  #held: Bytes = new Uint8Array(0);
  /** Bytes left of the file's size when it was chosen. */
  #left: number;

  /** `fault` is thrown if the file cannot be read. */
  constructor(blob: Blob, fault: Error) {
    this.#stream = blob.stream();
    this.#fault = fault;
    this.#left = blob.size;
    this.#filling = fillingReader(this.#stream);
  }

  /** Return the next MiB, or the rest; must not be called again before the last call has settled. */
  take(): Promise<Bytes> {
    const taken = this.#take().catch((): never => {
      throw this.#fault;
    });
    // A caller that has failed for another reason does not await this promise.
    taken.catch(() => undefined);
    return taken;
  }

  /** Reuse the memory of a piece. */
  giveBack(piece: Bytes): void {
    this.#spare.push(piece.buffer);
  }

  /** Release the file. */
  end(): void {
    const reader = this.#filling ?? this.#reading;
    (reader ?? this.#stream).cancel().catch(() => undefined);
  }

  async #take(): Promise<Bytes> {
    const memory = this.#spare.pop() ?? new ArrayBuffer(MIB);
    // At the end of a file, Chromium sometimes never answers a BYOB read: the last piece is read with a default reader.
    if (this.#filling && this.#left < MIB) {
      this.#filling.releaseLock();
      this.#filling = null;
    }
    const piece = this.#filling ? await fill(this.#filling, memory) : await this.#copy(memory);
    this.#left -= piece.length;
    return piece;
  }

  async #copy(memory: ArrayBuffer): Promise<Bytes> {
    this.#reading ??= this.#stream.getReader();
    const piece = new Uint8Array(memory);
    let filled = 0;
    while (filled < MIB) {
      if (this.#held.length === 0) {
        const { done, value } = await this.#reading.read();
        if (done) break;
        this.#held = value;
      }
      const taken = this.#held.subarray(0, MIB - filled);
      piece.set(taken, filled);
      filled += taken.length;
      this.#held = this.#held.subarray(taken.length);
    }
    return piece.subarray(0, filled);
  }
}

function fillingReader(stream: ReadableStream<Bytes>): ReadableStreamBYOBReader | null {
  try {
    return stream.getReader({ mode: "byob" });
  } catch {
    return null;
  }
}

/** Fill memory from the file; returns less if the file was shortened. */
async function fill(reader: ReadableStreamBYOBReader, memory: ArrayBuffer): Promise<Bytes> {
  let filled = 0;
  while (filled < MIB) {
    const { value } = await reader.read(new Uint8Array(memory, filled));
    memory = value!.buffer as ArrayBuffer;
    if (value!.length === 0) break;
    filled += value!.length;
  }
  return new Uint8Array(memory, 0, filled);
}
