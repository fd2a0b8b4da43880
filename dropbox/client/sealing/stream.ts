// The content and the mac of a header, and the stream after it, SPEC 3 to 3.4.

import { ahead } from "../shared/prefetch.ts";
import { MalformedError, TamperedError } from "../shared/errors.ts";
import { bigEndian, type Bytes, join } from "../wire/bytes.ts";
import {
  beforeMac,
  CHUNK_SIZE,
  type Header,
  LABEL_CONTENT,
  LABEL_HEADER,
  LABEL_PAYLOAD,
  LABEL_WRITERS,
  SEALED_CHUNK_SIZE,
  TAG_SIZE,
} from "../wire/envelope.ts";
import { gcm, gcmKey, hkdf, hmac, hmacHolds, hmacKey, openGcm } from "./native.ts";

const COUNTER_SIZE = 11;
const AT_ONCE = 8; // chunks in WebCrypto at a time: a single one waits longer for its turn than it takes

/** Bytes that arrive piece by piece. */
export type Pieces = Iterable<Bytes> | AsyncIterable<Bytes>;
export type Chunks = AsyncGenerator<Bytes, void, void>;

/** Return the content, with which a header commits to the head in its stream (SPEC 3.4). */
export async function headContent(contentKey: Bytes, head: Bytes): Promise<Bytes> {
  return hmac(await hmacKey(await hkdf(contentKey, LABEL_CONTENT)), head);
}

/**
 * Throw TamperedError unless `content`, of a header under this content key, belongs to `head`.
 *
 * Only this ensures that an entry has one head: its author, or anyone else who knows the content key, could seal a
 * second one.
 */
export async function checkContent(contentKey: Bytes, content: Bytes, head: Bytes): Promise<void> {
  const key = await hmacKey(await hkdf(contentKey, LABEL_CONTENT));
  if (!(await hmacHolds(key, content, head))) throw new TamperedError();
}

/** Return the mac that commits to the content key, to every slot and to the content. */
export async function headerMac(contentKey: Bytes, header: Omit<Header, "mac">): Promise<Bytes> {
  return hmac(await hmacKey(await hkdf(contentKey, LABEL_HEADER)), beforeMac(header));
}

/** Throw TamperedError unless the header's mac belongs to this content key. */
export async function checkMac(contentKey: Bytes, header: Header): Promise<void> {
  const key = await hmacKey(await hkdf(contentKey, LABEL_HEADER));
  if (!(await hmacHolds(key, header.mac, beforeMac(header)))) throw new TamperedError();
}

/** Return the writers' capability of the mailbox that a report with this content key opens (SPEC 11). */
export async function writersCapability(contentKey: Bytes): Promise<Bytes> {
  return hkdf(contentKey, LABEL_WRITERS);
}

/**
 * Yield the sealed chunks of the joined pieces, padded with zeros to `padded` bytes.
 *
 * Several are sealed at a time, and none is sealed twice. Throws MalformedError if the pieces are longer than that.
 */
export async function* sealChunks(contentKey: Bytes, padded: number, pieces: Pieces): Chunks {
  const key = await payloadKey(contentKey);
  const last = chunkCount(padded) - 1;
  const sealing: Promise<Bytes>[] = [];
  let at = 0;
  for await (const chunk of cut(pieces, padded)) {
    sealing.push(gcm(key, nonce(at, at === last), chunk));
    at++;
    if (sealing.length === AT_ONCE) yield await sealing.shift()!;
  }
  for (const chunk of sealing) yield await chunk;
}

/**
 * Yield the plaintext of the whole chunks at the start of `stream`; `first` is the number of the first one.
 *
 * `padded` is the class of the whole. Throws TamperedError if a chunk does not open at its position.
 */
export async function* openChunks(contentKey: Bytes, padded: number, stream: Bytes, first = 0): Chunks {
  const key = await payloadKey(contentKey);
  const last = chunkCount(padded) - 1;
  const lastSize = padded - last * CHUNK_SIZE + TAG_SIZE;
  const whole = Math.min(Math.floor(stream.length / SEALED_CHUNK_SIZE), last - first);
  const rest = stream.length - whole * SEALED_CHUNK_SIZE;
  const count = first + whole === last && rest >= lastSize ? whole + 1 : whole;
  const open = (at: number): Promise<Bytes | null> => {
    const number = first + at;
    const start = at * SEALED_CHUNK_SIZE;
    const size = number < last ? SEALED_CHUNK_SIZE : lastSize;
    return openGcm(key, nonce(number, number === last), stream.subarray(start, start + size));
  };
  for await (const chunk of ahead(count, AT_ONCE, open)) {
    if (!chunk) throw new TamperedError();
    yield chunk;
  }
}

/** Return the number of chunks of a class of `padded` bytes. */
export function chunkCount(padded: number): number {
  return Math.ceil(padded / CHUNK_SIZE);
}

/** Return all pieces joined. */
export async function gather(pieces: Pieces): Promise<Bytes> {
  const gathered: Bytes[] = [];
  for await (const piece of pieces) gathered.push(piece);
  return join(...gathered);
}

/** Yield the pieces as chunks, the last ones of zeros; only bytes that cross two pieces are copied. */
async function* cut(pieces: Pieces, padded: number): Chunks {
  let room = padded;
  let held = new Uint8Array(0);
  for await (const piece of pieces) {
    room -= piece.length;
    if (room < 0) throw new MalformedError();
    let at = 0;
    if (held.length > 0) {
      at = CHUNK_SIZE - held.length;
      held = join(held, piece.subarray(0, at));
      if (held.length < CHUNK_SIZE) continue;
      yield held;
    }
    for (; piece.length - at >= CHUNK_SIZE; at += CHUNK_SIZE) yield piece.subarray(at, at + CHUNK_SIZE);
    held = piece.slice(at);
  }
  while (held.length > 0 || room > 0) {
    const zeros = Math.min(CHUNK_SIZE - held.length, room);
    yield join(held, new Uint8Array(zeros));
    room -= zeros;
    held = new Uint8Array(0);
  }
}

async function payloadKey(contentKey: Bytes): Promise<CryptoKey> {
  return gcmKey(await hkdf(contentKey, LABEL_PAYLOAD));
}

function nonce(counter: number, last: boolean): Bytes {
  return join(bigEndian(counter, COUNTER_SIZE), new Uint8Array([Number(last)]));
}
