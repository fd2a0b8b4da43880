// Files on their way into an envelope and out of it, SPEC.md 4.4; it decides on no name and writes nothing.

import { ahead } from "../ahead.ts";
import { ChangedError, MalformedError, UnreadableError } from "../errors.ts";
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
import { checkPadding, parseHead, split, startSize } from "../wire/head.ts";
import { sha256 } from "./native.ts";
import { checkMac, type Chunks, chunkCount, gather, openChunks } from "./stream.ts";

// A browser asks another of its processes for each reading, so there are few, and one waits while another is in use.
const READING = 4 * MIB;
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
    const readings = ahead(Math.ceil(blob.size / READING), AT_ONCE, async (number) => {
      const piece = await reading(blob, number, new UnreadableError(name));
      if (piece.length !== Math.min(READING, blob.size - number * READING)) throw new ChangedError(name);
      return [piece.length, await digestsOf(piece)] as const;
    });
    for await (const [size, found] of readings) {
      digests.push(...found);
      heard(size);
    }
    return new Attachment({ name, type, size: blob.size, digest: digestOf(digests) }, blob, digests);
  }

  /**
   * Yield the file, a few MiB at a time, each as it was at the first reading.
   *
   * Throws ChangedError before anything that is not: two texts under one key and nonce would give both away.
   */
  pieces(): Chunks {
    return ahead(Math.ceil(this.file.size / READING), AT_ONCE, async (number) => {
      const changed = new ChangedError(this.file.name);
      const piece = await reading(this.#blob, number, changed);
      const first = (number * READING) / MIB;
      const digests = this.#digests.slice(first, first + READING / MIB);
      if (!equal(join(...(await digestsOf(piece))), join(...digests))) throw changed;
      return piece;
    });
  }
}

/**
 * Yield the bytes of all files of a message, joined, from offset `at`, in pieces of up to 64 KiB.
 *
 * `front` is what `openMessage` took, `fetch` gives a part by its number. Nothing is checked but the tags, and at the
 * end the padding: digests are the caller's. Throws TamperedError, MalformedError, and what `fetch` throws.
 */
export async function* openContents(
  front: Bytes,
  size: number,
  contentKey: Bytes,
  fetch: (number: number) => Promise<Bytes>,
  at = 0,
): Chunks {
  const header = parseHeader(front);
  await checkMac(contentKey, header);
  const padded = checkEnvelopeSize(header, size);
  const stream = front.subarray(headerSize(header.slots.length));
  const before = await gather(openChunks(contentKey, padded, stream));
  const begin = startSize(before) + at;
  const left = contentSize(parseHead(split(before)[0]).files) - at;
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

async function reading(blob: Blob, number: number, fault: Error): Promise<Bytes> {
  try {
    return new Uint8Array(await blob.slice(number * READING, (number + 1) * READING).arrayBuffer());
  } catch {
    throw fault;
  }
}

/** Return the SHA-256 of each MiB. */
async function digestsOf(piece: Bytes): Promise<readonly Bytes[]> {
  const starts = Array.from({ length: Math.ceil(piece.length / MIB) }, (_, at) => at * MIB);
  return Promise.all(starts.map((start) => sha256(piece.subarray(start, start + MIB))));
}
