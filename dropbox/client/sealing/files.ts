// Files on their way into an envelope and out of it, SPEC 4.4; it decides on no name and writes nothing.

import { ahead } from "../ahead.ts";
import { ChangedError, MalformedError, UnreadableError } from "../errors.ts";
import { release } from "../release.ts";
import { type Bytes, equal, join } from "../wire/bytes.ts";
import {
  checkEnvelopeSize,
  CHUNK_SIZE,
  headerSize,
  PART_SIZE,
  parseHeader,
  SEALED_CHUNK_SIZE,
  TAG_SIZE,
} from "../wire/envelope.ts";
import { contentSize, digestOf, type File, MIB } from "../wire/files.ts";
import { checkPadding, LENGTH_SIZE, SIGNATURE_SIZE } from "../wire/plaintext.ts";
import type { OpenedMessage } from "./envelopes.ts";
import { sha256 } from "./native.ts";
import { checkMac, type Chunks, chunkCount, openChunks } from "./stream.ts";

// A browser asks another of its processes for each reading, so there are few, and one waits while another is in use.
const READING = 2 * MIB;
const AT_ONCE = 2;

/** A file that was read once, for its digest; `pieces` reads it a second time. */
export class Attachment {
  readonly file: File;
  readonly #blob: Blob;
  readonly #digests: readonly Bytes[];

  private constructor(file: File, blob: Blob, digests: readonly Bytes[]) {
    this.file = file;
    this.#blob = blob;
    this.#digests = digests;
  }

  /**
   * Read a file for the first time; `name` and `type` are what its readers are told, `heard` hears how far it is.
   *
   * Throws UnreadableError, ChangedError where it is not as long as it was when it was chosen, and what `heard` throws.
   */
  static async read(blob: Blob, name: string, type: string, heard: (bytes: number) => void): Promise<Attachment> {
    const digests: Bytes[] = [];
    // Chromium looks at the disk each time that it is asked.
    const { size } = blob;
    const readings = ahead(Math.ceil(size / READING), AT_ONCE, async (number) => {
      const piece = await bytesOf(blob.slice(number * READING, (number + 1) * READING), new UnreadableError(name));
      const { length } = piece;
      if (length !== Math.min(READING, size - number * READING)) throw new ChangedError(name);
      const starts = Array.from({ length: Math.ceil(length / MIB) }, (_, at) => at * MIB);
      const found = await Promise.all(starts.map((start) => sha256(piece.subarray(start, start + MIB))));
      release(piece);
      return [length, found] as const;
    });
    for await (const [length, found] of readings) {
      digests.push(...found);
      heard(length);
    }
    return new Attachment({ name, type, size, digest: digestOf(digests) }, blob, digests);
  }

  /**
   * Yield the file, a MiB at a time, each as it was at the first reading; a piece holds until the next one is asked for.
   *
   * Throws ChangedError before anything that is not: two texts under one key and nonce would give both away.
   */
  async *pieces(): Chunks {
    const changed = new ChangedError(this.file.name);
    const reading = new Reading(this.#blob, changed);
    try {
      let next = reading.take();
      for (const [number, digest] of this.#digests.entries()) {
        const piece = await next;
        next = reading.take();
        if (!equal(await sha256(piece), digest)) throw changed;
        // The last piece is given only when it is known that nothing has come behind it.
        if (number === this.#digests.length - 1) await this.#checkEnd(next, changed);
        yield piece;
        release(piece);
      }
      if (this.#digests.length === 0) await this.#checkEnd(next, changed);
    } finally {
      reading.end();
    }
  }

  async #checkEnd(behind: Promise<Bytes>, changed: Error): Promise<void> {
    // Firefox gives what has come behind the end; Chromium ends, and refuses to open what was changed.
    if ((await behind).length > 0 || this.#blob.size !== this.file.size) throw changed;
    await bytesOf(this.#blob.slice(-1), changed);
  }
}

/** A file read from its beginning on, a MiB at a time. */
class Reading {
  readonly #reader: ReadableStreamDefaultReader<Bytes>;
  readonly #fault: Error;
  #held: Bytes = new Uint8Array(0);

  /** `fault` is thrown for what cannot be read. */
  constructor(blob: Blob, fault: Error) {
    this.#reader = blob.stream().getReader();
    this.#fault = fault;
  }

  /** Return the next MiB, or what is left; not to be asked for twice at a time. */
  take(): Promise<Bytes> {
    const taken = this.#take();
    // Whoever has found something else wrong does not wait for it.
    taken.catch(() => undefined);
    return taken;
  }

  /** Let go of the file. */
  end(): void {
    this.#reader.cancel().catch(() => undefined);
  }

  async #take(): Promise<Bytes> {
    const piece = new Uint8Array(MIB);
    let filled = 0;
    while (filled < MIB) {
      if (this.#held.length === 0) {
        const { done, value } = await this.#reader.read().catch(() => {
          throw this.#fault;
        });
        if (done) return piece.subarray(0, filled);
        this.#held = value;
      }
      const taken = this.#held.subarray(0, MIB - filled);
      piece.set(taken, filled);
      filled += taken.length;
      this.#held = this.#held.subarray(taken.length);
    }
    return piece;
  }
}

/**
 * Yield the bytes of all files of a message, joined, from offset `at`, in pieces of up to 64 KiB.
 *
 * `front` is what `openHead` took of an envelope of `size` bytes, `fetch` gives a part by its number. Nothing is checked
 * but the tags, and at the end the padding: digests are the caller's. Throws TamperedError, MalformedError, and what
 * `fetch` throws.
 */
export async function* openFiles(
  front: Bytes,
  size: number,
  { contentKey, rawHead, head }: Pick<OpenedMessage, "contentKey" | "rawHead" | "head">,
  fetch: (number: number) => Promise<Bytes>,
  at = 0,
): Chunks {
  const header = parseHeader(front);
  await checkMac(contentKey, header);
  const padded = checkEnvelopeSize(header, size);
  const stream = front.subarray(headerSize(header.slots.length));
  const begin = LENGTH_SIZE + rawHead.length + SIGNATURE_SIZE + at;
  const left = contentSize(head.files) - at;
  const number = Math.floor(begin / CHUNK_SIZE);
  // Where the next chunk begins in the plaintext, counted from the first byte that was asked for.
  let offset = number * CHUNK_SIZE - begin;
  for await (const chunk of chunksFrom(number, stream, padded, contentKey, fetch)) {
    const end = Math.max(0, left - offset);
    const wanted = chunk.subarray(Math.max(0, -offset), end);
    if (wanted.length > 0) yield wanted;
    checkPadding(chunk, end);
    offset += chunk.length;
  }
}

/** Yield the plaintext of every chunk from `number` on; `stream` is what is at hand of the stream's beginning. */
async function* chunksFrom(
  number: number,
  stream: Bytes,
  padded: number,
  contentKey: Bytes,
  fetch: (number: number) => Promise<Bytes>,
): Chunks {
  const count = chunkCount(padded);
  let held = stream.subarray(number * SEALED_CHUNK_SIZE);
  const behind = Math.max(0, number * SEALED_CHUNK_SIZE + held.length - SEALED_CHUNK_SIZE);
  let part = Math.floor(behind / PART_SIZE);
  let skip = behind % PART_SIZE;
  for (;;) {
    let opened = 0;
    for await (const chunk of openChunks(contentKey, padded, held, number)) {
      yield chunk;
      number++;
      opened += chunk.length + TAG_SIZE;
    }
    held = held.subarray(opened);
    if (number === count) {
      if (held.length > 0) throw new MalformedError();
      return;
    }
    const fetched = await fetch(part);
    if (fetched.length <= skip || fetched.length > PART_SIZE) throw new MalformedError();
    held = join(held, fetched.subarray(skip));
    part++;
    skip = 0;
  }
}

async function bytesOf(blob: Blob, fault: Error): Promise<Bytes> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch {
    throw fault;
  }
}
