// Files of a message fetched from a mailbox (SPEC 4.4), each when it is asked for.

import { type Asker, Pauses, type Wait } from "../delivery.ts";
import { MalformedError, NetworkError, RefusedError, TamperedError } from "../errors.ts";
import { openFiles } from "../sealing/files.ts";
import { sha256 } from "../sealing/native.ts";
import { type Bytes, equal } from "../wire/bytes.ts";
import { contentSize, digestOf, type File, MIB } from "../wire/files.ts";
import { partCount } from "../wire/upload.ts";
import type { MailboxMessage } from "./mailbox_reader.ts";

const MAX_ATTEMPTS = 6;

/**
 * Fetch the file at this place of a message, its digest checked.
 *
 * `fetch` gives a part by its number. A line that breaks is tried again a few times. Throws MalformedError where there is
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
