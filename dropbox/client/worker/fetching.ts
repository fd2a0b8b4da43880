// Download of a message's files from a mailbox (SPEC 4.4), on demand.

import { type Asker, Pauses, type Wait } from "../net/retry.ts";
import { MalformedError, NetworkError, RefusedError, TamperedError } from "../shared/errors.ts";
import { openFiles } from "../sealing/files.ts";
import { sha256 } from "../sealing/native.ts";
import { type Bytes, equal } from "../wire/bytes.ts";
import { contentSize, digestOf, type File, MIB } from "../wire/files.ts";
import { partCount } from "../wire/upload.ts";
import type { MailboxMessage } from "./mailbox_reader.ts";

const MAX_ATTEMPTS = 6;

/**
 * Fetch the file at this index of a message, and check its digest.
 *
 * `fetch` returns a part by its number. A broken connection is retried several times. Throws MalformedError if there is
 * no such file, TamperedError, NetworkError, RefusedError.
 */
export async function fetchFile(
  { entry, front, message }: MailboxMessage,
  place: number,
  fetch: (number: number) => Promise<Bytes>,
  wait: Wait,
  asker: Asker,
): Promise<Blob> {
  const { files } = message.head;
  const file = files[place];
  if (!file) throw new MalformedError();
  const persist = (number: number): Promise<Bytes> =>
    persistently(() => fetch(number), new Pauses(wait), asker);
  const parts = oneAhead(partCount(entry.prefix.length, entry.size), persist);
  const contents = openFiles(front, entry.size, message, parts, contentSize(files.slice(0, place)));
  const pieces: Blob[] = [];
  const digests: Bytes[] = [];
  let done = 0;
  for await (const piece of mebibytes(file, contents)) {
    asker.left.throwIfAborted();
    digests.push(await sha256(piece));
    // A Blob for each: browsers store those outside of the script's memory.
    pieces.push(new Blob([piece]));
    done += piece.length;
    asker.progress({ phase: "fetching", done, total: file.size });
  }
  if (!equal(digestOf(digests), file.digest)) throw new TamperedError();
  // With the type that the sender claims, a browser could display the file instead of saving it.
  return new Blob(pieces, { type: "application/octet-stream" });
}

/** Yield the first bytes of `contents`, up to the file's size, a MiB at a time. */
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

/** Return a function that returns a part, and prefetches the next one while this one is opened. */
function oneAhead(count: number, fetch: (number: number) => Promise<Bytes>): (number: number) => Promise<Bytes> {
  const begun = new Map<number, Promise<Bytes>>();
  const begin = (number: number): Promise<Bytes> => {
    const one = begun.get(number) ?? fetch(number);
    begun.set(number, one);
    // It may fail when nobody needs it any more: that must not become an unhandled rejection.
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
