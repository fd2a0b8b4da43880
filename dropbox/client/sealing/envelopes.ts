// Sealing and opening messages, SPEC 3 and 4. It does not check whether the author may write the message.

import { ed25519 } from "@noble/curves/ed25519.js";
import { MalformedError, NoSlotError } from "../shared/errors.ts";
import { verifySignature } from "../roster/signature.ts";
import { type Bytes, compare, equal, join, random, utf8 } from "../wire/bytes.ts";
import {
  checkEnvelopeSize,
  CHUNK_SIZE,
  encodeHeader,
  type Header,
  headerSize,
  PART_SIZE,
  parseHeader,
  prefixSize,
  streamSize,
} from "../wire/envelope.ts";
import { contentSize } from "../wire/files.ts";
import { encodeHead, type Head, isOf, parseHead } from "../wire/messages/head.ts";
import { Report } from "../wire/messages/thread.ts";
import {
  checkPadding,
  classOf,
  LENGTH_SIZE,
  messageId,
  signedBytes,
  split,
  start,
  startSize,
} from "../wire/plaintext.ts";
import { travelsInParts } from "../wire/upload.ts";
import { checkPair, freeSlot, openSlot, type PrivatePair, type PublicPair, sealSlot } from "./slots.ts";
import {
  checkContent,
  checkMac,
  type Chunks,
  gather,
  headContent,
  headerMac,
  openChunks,
  type Pieces,
  sealChunks,
} from "./stream.ts";
import { KEY_SIZE } from "../wire/sizes.ts";

const LABEL_ENTERED = utf8("meldbus/1 entered");

/** An Ed25519 key that signs messages. */
export interface Signer {
  readonly seed: Bytes;
  readonly public: Bytes;
}

/** Return the signer of a 32-byte seed. */
export function signerFromSeed(seed: Bytes): Signer {
  return { seed, public: ed25519.getPublicKey(seed) };
}

/**
 * A sealed message: its envelope, its id, and the content key, which its author may keep.
 *
 * `prefix` is the header and the first chunk, `parts` is the rest, in parts of 1 MiB. The parts of a long message are
 * sealed on demand, and each only once: the caller must keep a part until it has arrived. A changed file throws
 * ChangedError there; then the whole message must be given up.
 */
export interface Sealed {
  readonly prefix: Bytes;
  readonly parts: readonly Bytes[] | Chunks;
  readonly size: number;
  readonly mac: Bytes;
  readonly id: Bytes;
  readonly contentKey: Bytes;
}

/** A sealed message that is sent in parts; others go in one posting. */
export interface LongSealed extends Sealed {
  readonly parts: Chunks;
}

export function isLong(sealed: Sealed): sealed is LongSealed {
  return travelsInParts(checkEnvelopeSize(parseHeader(sealed.prefix), sealed.size));
}

/** Return the whole envelope; throws MalformedError for a long one, which is never in memory as a whole. */
export async function envelopeOf(sealed: Sealed): Promise<Bytes> {
  if (isLong(sealed)) throw new MalformedError();
  return join(sealed.prefix, await gather(sealed.parts));
}

/**
 * A message from an opened envelope with a valid signature. Whether its author may write it is not checked.
 *
 * `rawHead` are the signed bytes. `case` is a report's own id, or the id that the head names.
 */
export interface OpenedMessage {
  readonly id: Bytes;
  readonly mac: Bytes;
  readonly signature: Bytes;
  readonly head: Head;
  readonly rawHead: Bytes;
  readonly case: Bytes | null;
  readonly contentKey: Bytes;
}

/** An envelope to send, and the message that it opens to. */
export interface Composed {
  readonly sealed: Sealed;
  readonly message: OpenedMessage;
}

/** The shape that every envelope of a roster currently has. */
export interface Shape {
  readonly slots: number;
  readonly until: number;
}

/**
 * Seal a message for `readers` into an envelope of this shape; `contents` are the bytes of its files, in order.
 *
 * Throws MalformedError if there are more readers than slots, or if the head is too large or not as SPEC 4.1 requires,
 * and what `contents` throws.
 */
export async function sealHead(
  head: Head,
  signer: Signer,
  readers: readonly PublicPair[],
  shape: Shape,
  contents: Pieces = [],
): Promise<Sealed> {
  const raw = encodeHead(head);
  parseHead(raw);
  if (!equal(signer.public, head.author)) throw new MalformedError();
  const contentKey = random(KEY_SIZE);
  const header = await sealHeader(contentKey, readers, shape, await headContent(contentKey, raw));
  const before = start(raw, ed25519.sign(signedBytes(head.kind, header.mac, raw), signer.seed));
  const padded = classOf(raw, head.files);
  const chunks = sealChunks(contentKey, padded, exactly(before, contentSize(head.files), contents));
  const first = await chunks.next();
  if (first.done) throw new MalformedError();
  const prefix = join(encodeHeader(header), first.value);
  const size = headerSize(header.slots.length) + streamSize(padded);
  const parts = inParts(chunks, size - prefix.length);
  const kept = travelsInParts(padded) ? parts : [await gather(parts)];
  const id = messageId(head.kind, header.mac, raw);
  return { prefix, parts: kept, size, mac: header.mac, id, contentKey };
}

/**
 * Return the content key of a header in which `pair` has a slot.
 *
 * Throws NoSlotError if it has none, TamperedError if a slot or the mac is invalid.
 */
export async function findContentKey(header: Header, pair: PrivatePair): Promise<Bytes> {
  for (const slot of header.slots) {
    let contentKey: Bytes;
    try {
      contentKey = await openSlot(slot, pair);
    } catch (error) {
      if (error instanceof NoSlotError) continue;
      throw error;
    }
    await checkMac(contentKey, header);
    return contentKey;
  }
  throw new NoSlotError();
}

/**
 * Return how many bytes of an envelope of `size` bytes `openHead` needs.
 *
 * That is the prefix, and also the first part if head and signature extend beyond the first chunk. Throws FormatError.
 */
export async function frontSize(prefix: Bytes, size: number, contentKey: Bytes): Promise<number> {
  const header = parseHeader(prefix);
  await checkMac(contentKey, header);
  const padded = checkEnvelopeSize(header, size);
  const first = await opened(contentKey, header, prefix, padded, CHUNK_SIZE);
  if (startSize(first) <= first.length) return prefix.length;
  return Math.min(size, prefixSize(header, size) + PART_SIZE);
}

/**
 * Open the front of an envelope of `size` bytes, or a whole one, and verify its author's signature.
 *
 * If the whole envelope is given, its padding is checked too, but not the digests of its files. Throws FormatError:
 * MalformedError, TamperedError or UnsupportedError, each of which is an alarm.
 */
export async function openHead(front: Bytes, contentKey: Bytes, size = front.length): Promise<OpenedMessage> {
  const header = parseHeader(front);
  await checkMac(contentKey, header);
  const padded = checkEnvelopeSize(header, size);
  const plaintext = await opened(contentKey, header, front, padded, size === front.length ? padded : 0);
  const [raw, signature] = split(plaintext);
  await checkContent(contentKey, header.content, raw);
  const message = await readStatement(header.mac, signature, raw, contentKey);
  const { files } = message.head;
  // A class larger than needed is refused too: its author could encode a message in the choice.
  if (classOf(raw, files) !== padded) throw new MalformedError();
  if (plaintext.length === padded) checkPadding(plaintext, startSize(plaintext) + contentSize(files));
  else if (files.length === 0) throw new MalformedError();
  return message;
}

/** Return the message of a head and its signature, as found in an envelope; throw FormatError. */
async function readStatement(mac: Bytes, signature: Bytes, raw: Bytes, contentKey: Bytes): Promise<OpenedMessage> {
  const head = parseHead(raw);
  verifySignature(head.author, signedBytes(head.kind, mac, raw), signature);
  if (isOf(head, Report)) {
    // Keys of low order would make every answer fail.
    await checkPair(head.body);
    const { entered } = head.body;
    if (entered) verifySignature(entered.author, join(LABEL_ENTERED, head.author), entered.signature);
  }
  const id = messageId(head.kind, mac, raw);
  return { id, mac, signature, head, rawHead: raw, case: isOf(head, Report) ? id : head.case, contentKey };
}

/**
 * Return the plaintext of the chunks that hold head and signature, and at least `least` bytes if they are available.
 */
async function opened(
  contentKey: Bytes,
  header: Header,
  front: Bytes,
  padded: number,
  least: number,
): Promise<Bytes> {
  const chunks: Bytes[] = [];
  let size = 0;
  for await (const chunk of openChunks(contentKey, padded, front.subarray(headerSize(header.slots.length)))) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= Math.max(least, startSize(chunks[0]!.subarray(0, LENGTH_SIZE)))) break;
  }
  return join(...chunks);
}

/** Yield `before`, then the contents; throw MalformedError if they are not `size` bytes in total. */
async function* exactly(before: Bytes, size: number, contents: Pieces): Chunks {
  yield before;
  for await (const piece of contents) {
    size -= piece.length;
    if (size < 0) break;
    yield piece;
  }
  if (size !== 0) throw new MalformedError();
}

/** Yield sealed chunks of `size` bytes in total, regrouped into parts of 1 MiB and a shorter last one. */
async function* inParts(chunks: Chunks, size: number): Chunks {
  let part = new Uint8Array(Math.min(PART_SIZE, size));
  let filled = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const taken = chunk.subarray(at, at + part.length - filled);
      part.set(taken, filled);
      at += taken.length;
      filled += taken.length;
      if (filled < part.length) continue;
      yield part;
      size -= filled;
      part = new Uint8Array(Math.min(PART_SIZE, size));
      filled = 0;
    }
  }
}

async function sealHeader(
  contentKey: Bytes,
  readers: readonly PublicPair[],
  shape: Shape,
  content: Bytes,
): Promise<Header> {
  if (readers.length > shape.slots) throw new MalformedError();
  const placed = [];
  for (let at = 0; at < shape.slots; at++) {
    const reader = readers[at];
    const slot = reader ? await sealSlot(contentKey, reader) : await freeSlot();
    placed.push({ slot, place: random(KEY_SIZE) });
  }
  // The position of a slot would reveal the position of its reader on the roster.
  const slots = placed.sort((left, right) => compare(left.place, right.place)).map(({ slot }) => slot);
  const header = { until: shape.until, slots, content };
  return { ...header, mac: await headerMac(contentKey, header) };
}
