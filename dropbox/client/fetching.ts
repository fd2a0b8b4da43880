// Messages and their files fetched from a channel, SPEC.md 4.4: a text without its files, a file when it is asked for.

import type { Courier } from "./courier.ts";
import { type Asker, Pauses, type Wait } from "./delivery.ts";
import { MalformedError, NetworkError, RefusedError, TamperedError } from "./errors.ts";
import { openContents } from "./sealing/files.ts";
import { findContentKey, frontSize, type Message, openMessage } from "./sealing/messages.ts";
import { sha256 } from "./sealing/native.ts";
import type { PrivatePair } from "./sealing/slots.ts";
import { type Bytes, equal, join } from "./wire/bytes.ts";
import type { Item } from "./wire/exchange.ts";
import { contentSize, digestOf, type File, MIB } from "./wire/files.ts";
import { partCount } from "./wire/upload.ts";

const MAX_ATTEMPTS = 6;

/** An envelope of a channel as far as its message reaches; the files are behind it. */
export interface Front {
  readonly capability: Bytes;
  readonly item: Item;
  readonly raw: Bytes;
  readonly message: Message;
}

/**
 * Open the message of an item, fetching no more than that takes.
 *
 * Throws FormatError where there is an alarm, NetworkError, RefusedError.
 */
export async function openFront(
  courier: Courier,
  { capability, item }: Pick<Front, "capability" | "item">,
  pair: PrivatePair,
): Promise<Front> {
  const { header, prefix, size } = item;
  const contentKey = await findContentKey(header, pair);
  const needed = await frontSize(prefix, size, contentKey);
  const raw = needed > prefix.length ? join(prefix, await courier.part(capability, item, 0)) : prefix;
  return { capability, item, raw, message: await openMessage(raw, contentKey, size) };
}

/**
 * Fetch the file at this place of a message, its digest checked.
 *
 * A line that breaks is tried again a few times. Throws MalformedError where there is no such file, TamperedError,
 * NetworkError, RefusedError.
 */
export async function fetchFile(
  courier: Courier,
  { capability, item, raw, message }: Front,
  place: number,
  wait: Wait,
  asker: Asker,
): Promise<Blob> {
  const { files } = message.head;
  const file = files[place];
  if (!file) throw new MalformedError();
  const persist = (number: number): Promise<Bytes> =>
    persistently(() => courier.part(capability, item, number), new Pauses(wait), asker);
  const parts = oneAhead(partCount(item.prefix.length, item.size), persist);
  const contents = openContents(raw, item.size, message.contentKey, parts, contentSize(files.slice(0, place)));
  const pieces: Blob[] = [];
  const digests: Bytes[] = [];
  let done = 0;
  for await (const piece of mebibytes(file, contents)) {
    asker.left.throwIfAborted();
    digests.push(await sha256(piece));
    // Each a Blob of its own: a browser keeps those outside of the script's memory.
    pieces.push(new Blob([piece]));
    done += piece.length;
    asker.progress({ phase: "fetching", done, total: file.size });
  }
  if (!equal(digestOf(digests), file.digest)) throw new TamperedError();
  // A stranger's type would let a browser show what it should only keep.
  return new Blob(pieces, { type: "application/octet-stream" });
}

/** Yield the first bytes of `contents`, as many as the file has, a MiB at a time. */
async function* mebibytes({ size }: File, contents: AsyncGenerator<Bytes, void, void>): AsyncGenerator<Bytes> {
  if (size === 0) return;
  let piece = new Uint8Array(Math.min(MIB, size));
  let filled = 0;
  for await (const chunk of contents) {
    for (let at = 0; at < chunk.length;) {
      const taken = chunk.subarray(at, at + piece.length - filled);
      piece.set(taken, filled);
      at += taken.length;
      filled += taken.length;
      if (filled < piece.length) continue;
      yield piece;
      size -= filled;
      if (size === 0) return;
      piece = new Uint8Array(Math.min(MIB, size));
      filled = 0;
    }
  }
  throw new MalformedError();
}

/** Return what gives a part, and fetches the next one while this one is opened. */
function oneAhead(count: number, fetch: (number: number) => Promise<Bytes>): (number: number) => Promise<Bytes> {
  const begun = new Map<number, Promise<Bytes>>();
  const begin = (number: number): Promise<Bytes> => {
    const one = begun.get(number) ?? fetch(number);
    begun.set(number, one);
    // It may fail when nobody needs it any more.
    one.catch(() => undefined);
    return one;
  };
  return (number) => {
    const one = begin(number);
    begun.delete(number);
    if (number + 1 < count) begin(number + 1);
    return one;
  };
}

async function persistently<T>(attempt: () => Promise<T>, pauses: Pauses, asker: Asker): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof NetworkError) || error instanceof RefusedError || attempts === MAX_ATTEMPTS) throw error;
      await pauses.pause(asker);
    }
  }
}
