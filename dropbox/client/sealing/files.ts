// Reading a message's files for sealing, and opening them, SPEC 4.4.

import { ChangedError, MalformedError, UnreadableError } from "../shared/errors.ts";
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
import { contentSize, digestOf, type File } from "../wire/files.ts";
import { checkPadding, LENGTH_SIZE } from "../wire/plaintext.ts";
import type { OpenedMessage } from "./envelopes.ts";
import { sha256 } from "./native.ts";
import { BlobReader } from "./blob_reader.ts";
import { checkMac, type Chunks, chunkCount, openChunks } from "./stream.ts";
import { SIGNATURE_SIZE } from "../wire/sizes.ts";

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
   * Read a file for the first time; its readers see `name` and `type`, and `heard` receives the progress.
   *
   * Throws UnreadableError, ChangedError if its length has changed since it was chosen, and what `heard` throws.
   */
  static async read(blob: Blob, name: string, type: string, heard: (bytes: number) => void): Promise<Attachment> {
    const digests: Bytes[] = [];
    // Chromium looks at the disk each time that `size` is read.
    const { size } = blob;
    const reading = new BlobReader(blob, new UnreadableError(name));
    let left = size;
    try {
      let piece = await reading.take();
      while (piece.length > 0 && piece.length <= left) {
        const next = reading.take();
        digests.push(await sha256(piece));
        left -= piece.length;
        heard(piece.length);
        reading.giveBack(piece);
        piece = await next;
      }
      if (piece.length > 0 || left > 0) throw new ChangedError(name);
    } finally {
      reading.end();
    }
    return new Attachment({ name, type, size, digest: digestOf(digests) }, blob, digests);
  }

  /**
   * Yield the file, a MiB at a time, exactly as at the first reading; a piece is valid until the next one is requested.
   *
   * Throws ChangedError before it would yield changed bytes: two plaintexts under one key and nonce would reveal both.
   */
  async *pieces(): Chunks {
    const changed = new ChangedError(this.file.name);
    const reading = new BlobReader(this.#blob, changed);
    try {
      let next = reading.take();
      for (const [number, digest] of this.#digests.entries()) {
        const piece = await next;
        next = reading.take();
        if (!equal(await sha256(piece), digest)) throw changed;
        // The last piece is yielded only when it is certain that nothing was appended after it.
        if (number === this.#digests.length - 1) await this.#checkEnd(next, changed);
        yield piece;
        reading.giveBack(piece);
      }
      if (this.#digests.length === 0) await this.#checkEnd(next, changed);
    } finally {
      reading.end();
    }
  }

  async #checkEnd(behind: Promise<Bytes>, changed: Error): Promise<void> {
    // Firefox returns bytes that were appended after the end; Chromium stops there, and refuses to open a changed file.
    if ((await behind).length > 0 || this.#blob.size !== this.file.size) throw changed;
    await bytesOf(this.#blob.slice(-1), changed);
  }
}

/**
 * Yield the bytes of all files of a message, joined, from offset `at`, in pieces of up to 64 KiB.
 *
 * `front` is the input of `openHead` for an envelope of `size` bytes, `fetch` returns a part by its number. Checks only
 * the tags and, at the end, the padding: the caller must check the digests. Throws TamperedError, MalformedError, and
 * what `fetch` throws.
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
  // The offset of the next chunk in the plaintext, relative to the first requested byte.
  let offset = number * CHUNK_SIZE - begin;
  for await (const chunk of chunksFrom(number, stream, padded, contentKey, fetch)) {
    const end = Math.max(0, left - offset);
    const wanted = chunk.subarray(Math.max(0, -offset), end);
    if (wanted.length > 0) yield wanted;
    checkPadding(chunk, end);
    offset += chunk.length;
  }
}

/** Yield the plaintext of every chunk from `number` on; `stream` is the available beginning of the stream. */
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
