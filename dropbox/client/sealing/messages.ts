// Messages sealed into envelopes and opened again, SPEC.md 3 to 5; who may say what in a case is not its concern.

import { ed25519 } from "@noble/curves/ed25519.js";
import { MalformedError, NoSlotError } from "../errors.ts";
import { verifySignature } from "../roster/signature.ts";
import { type Bytes, compare, equal, join, random } from "../wire/bytes.ts";
import { encodeHeader, type Header, headerBody, headerSize, parseHeader } from "../wire/envelope.ts";
import { checkPadding, encodeHead, type Head, messageId, pad, parseHead, signedBytes, split } from "../wire/head.ts";
import { Report } from "../wire/kinds.ts";
import { checkPair, freeSlot, KEY_SIZE, openSlot, type PrivatePair, type PublicPair, sealSlot } from "./slots.ts";
import { checkMac, headerMac, openStream, sealStream } from "./stream.ts";

/** An Ed25519 key that signs messages. */
export interface Signer {
  readonly seed: Bytes;
  readonly public: Bytes;
}

/** Return the signer of a 32-byte seed. */
export function signerFromSeed(seed: Bytes): Signer {
  return { seed, public: ed25519.getPublicKey(seed) };
}

/** A sealed message: its envelope, its id, and the content key that its author may keep. */
export interface Sealed {
  readonly envelope: Bytes;
  readonly mac: Bytes;
  readonly id: Bytes;
  readonly contentKey: Bytes;
}

/** A message whose envelope opened and whose author's signature is right; whether the author may say it is open. */
export interface Message {
  readonly id: Bytes;
  readonly head: Head;
  /** The id of the case: the report's own id, or the one that the head names. */
  readonly case: Bytes;
  readonly contentKey: Bytes;
}

/** The shape that every envelope of a roster has today. */
export interface Shape {
  readonly slots: number;
  readonly until: number;
}

/**
 * Seal a message for `readers` into an envelope of this shape.
 *
 * Throws MalformedError when there are more readers than slots, or the head is too large or not as SPEC.md says.
 */
export async function seal(
  head: Head,
  signer: Signer,
  readers: readonly PublicPair[],
  shape: Shape,
): Promise<Sealed> {
  const contentKey = random(KEY_SIZE);
  const header = await sealHeader(contentKey, readers, shape);
  const raw = encodeHead(head);
  parseHead(raw);
  if (!equal(signer.public, head.author)) throw new MalformedError();
  const signature = ed25519.sign(signedBytes(head.kind, header.mac, raw), signer.seed);
  const envelope = join(encodeHeader(header), await sealStream(contentKey, pad(raw, signature)));
  return { envelope, mac: header.mac, id: messageId(head.kind, header.mac, raw), contentKey };
}

/**
 * Return the content key of a header in which `pair` has a slot.
 *
 * Throws NoSlotError when it has none, TamperedError when a slot or the mac is spoilt.
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
 * Open a whole envelope by its content key and check its author's signature.
 *
 * Throws FormatError: MalformedError, TamperedError or UnsupportedError, each of which is an alarm.
 */
export async function openMessage(envelope: Bytes, contentKey: Bytes): Promise<Message> {
  const header = parseHeader(envelope);
  await checkMac(contentKey, header);
  const plaintext = await openStream(contentKey, envelope.subarray(headerSize(header.slots.length)));
  const [raw, signature] = split(plaintext);
  const head = parseHead(raw);
  checkPadding(plaintext, raw);
  verifySignature(head.author, signedBytes(head.kind, header.mac, raw), signature);
  if (head.body instanceof Report) await checkPair(head.body);
  const id = messageId(head.kind, header.mac, raw);
  return { id, head, case: head.case ?? id, contentKey };
}

async function sealHeader(contentKey: Bytes, readers: readonly PublicPair[], shape: Shape): Promise<Header> {
  if (readers.length > shape.slots) throw new MalformedError();
  const placed = [];
  for (let at = 0; at < shape.slots; at++) {
    const reader = readers[at];
    const slot = reader ? await sealSlot(contentKey, reader) : await freeSlot();
    placed.push({ slot, place: random(KEY_SIZE) });
  }
  // The place of a slot would tell the place of its reader on the roster.
  const slots = placed.sort((left, right) => compare(left.place, right.place)).map(({ slot }) => slot);
  return { until: shape.until, slots, mac: await headerMac(contentKey, headerBody(shape.until, slots)) };
}
