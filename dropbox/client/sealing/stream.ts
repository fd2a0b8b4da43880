// The sealed stream behind a header and the mac before it, SPEC.md 3 and 3.3; it knows nothing of messages.

import { TamperedError } from "../errors.ts";
import { bigEndian, type Bytes, join } from "../wire/bytes.ts";
import {
  CHUNK_SIZE,
  classOfStream,
  type Header,
  headerBody,
  LABEL_HEADER,
  LABEL_PAYLOAD,
  LABEL_RECIPIENTS,
  SEALED_CHUNK_SIZE,
} from "../wire/envelope.ts";
import { gcm, gcmKey, hkdf, hmac, hmacHolds, hmacKey, openGcm } from "./native.ts";

const COUNTER_SIZE = 11;

/** Return the mac that commits to the content key and to every slot. */
export async function headerMac(contentKey: Bytes, beforeMac: Bytes): Promise<Bytes> {
  return hmac(await hmacKey(await hkdf(contentKey, LABEL_HEADER)), beforeMac);
}

/** Throw TamperedError unless the header's mac belongs to this content key. */
export async function checkMac(contentKey: Bytes, header: Header): Promise<void> {
  const key = await hmacKey(await hkdf(contentKey, LABEL_HEADER));
  if (!(await hmacHolds(key, header.mac, headerBody(header.until, header.slots)))) throw new TamperedError();
}

/** Return the recipients' capability of the channel that this envelope is the first of (SPEC.md 5.3). */
export async function recipientsCapability(contentKey: Bytes): Promise<Bytes> {
  return hkdf(contentKey, LABEL_RECIPIENTS);
}

/** Return the stream of a padded plaintext. */
export async function sealStream(contentKey: Bytes, plaintext: Bytes): Promise<Bytes> {
  const key = await gcmKey(await hkdf(contentKey, LABEL_PAYLOAD));
  const chunks: Bytes[] = [];
  for (let start = 0; start < plaintext.length; start += CHUNK_SIZE) {
    const end = start + CHUNK_SIZE;
    chunks.push(await gcm(key, nonce(chunks.length, end >= plaintext.length), plaintext.subarray(start, end)));
  }
  return join(...chunks);
}

/**
 * Return the padded plaintext of a stream.
 *
 * Throws MalformedError when its size belongs to no class, TamperedError when a chunk does not open where it stands.
 */
export async function openStream(contentKey: Bytes, stream: Bytes): Promise<Bytes> {
  classOfStream(stream.length);
  const key = await gcmKey(await hkdf(contentKey, LABEL_PAYLOAD));
  const chunks: Bytes[] = [];
  for (let start = 0; start < stream.length; start += SEALED_CHUNK_SIZE) {
    const end = start + SEALED_CHUNK_SIZE;
    const chunk = await openGcm(key, nonce(chunks.length, end >= stream.length), stream.subarray(start, end));
    if (!chunk) throw new TamperedError();
    chunks.push(chunk);
  }
  return join(...chunks);
}

function nonce(counter: number, last: boolean): Bytes {
  return join(bigEndian(counter, COUNTER_SIZE), new Uint8Array([Number(last)]));
}
