/**
 * Run the page's worker as it is, with lines of JSON in place of messages: requests on stdin, replies on stdout.
 *
 * A file to be sent is named by its path, `{path, name, type}`: a Blob of the disk that fails once it was changed,
 * as Chromium's does; with `live` one that gives what stands there now, as Firefox's does. A Blob in an answer is told
 * by its size, its type and its SHA-256, a proof by its bytes in hex. `{"online": true}` says that the network is back, `{"memory": true}` is
 * answered with how much of it this program has and had at most.
 *
 * Usage: node page.ts ORIGIN MILLISECONDS HURRY  (what `new Date()` shows; how many times as fast its timers are)
 */
import { createHash } from "node:crypto";
import { openAsBlob, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";

const STREAMED = 64 * 1024; // bytes that a stream gives at a time
const [origin, now, hurry] = process.argv.slice(2);
const proving = new Set<number>();
const listeners = new Map<string, Set<(message: { data: unknown }) => void>>();
const RealDate = Date;
const realTimeout = setTimeout;

class StoppedDate extends RealDate {
  constructor(...given: [] | [number]) {
    super(given[0] ?? Number(now));
  }
}

/** A file as Firefox reads it: as long as it was, with the bytes that it has now. */
class LiveBlob {
  readonly path: string;
  readonly start: number;
  readonly size: number;

  constructor(path: string, start: number, size: number) {
    this.path = path;
    this.start = start;
    this.size = size;
  }

  slice(start: number, end = this.size): LiveBlob {
    const from = start < 0 ? Math.max(0, this.size + start) : start;
    return new LiveBlob(this.path, from, Math.min(end, this.size) - from);
  }

  /** What stands there now, to where it ends now. */
  stream(): ReadableStream<Uint8Array> {
    let at = 0;
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
      const file = await open(this.path);
      try {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(STREAMED), 0, STREAMED, at);
        at += bytesRead;
        if (bytesRead === 0) controller.close();
        else controller.enqueue(new Uint8Array(buffer.subarray(0, bytesRead)));
      } finally {
        await file.close();
      }
    };
    return new ReadableStream({ pull }, { highWaterMark: 0 });
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const file = await open(this.path);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(this.size), 0, this.size, this.start);
      return buffer.buffer.slice(0, bytesRead);
    } finally {
      await file.close();
    }
  }
}

interface Named {
  readonly path: string;
  readonly name: string;
  readonly type: string;
  readonly live?: boolean;
}

async function chosen({ path, name, type, live }: Named): Promise<unknown> {
  const blob = live ? new LiveBlob(path, 0, statSync(path).size) : await openAsBlob(path);
  return { blob, name, type };
}

async function told(reply: any): Promise<unknown> {
  const blob = reply.done?.blob;
  if (!(blob instanceof Blob)) return reply;
  if (proving.delete(reply.number)) {
    return { ...reply, done: { proof: Buffer.from(await blob.arrayBuffer()).toString("hex") } };
  }
  const hash = createHash("sha256");
  for await (const piece of blob.stream()) hash.update(piece);
  return { ...reply, done: { blob: { size: blob.size, type: blob.type, sha256: hash.digest("hex") } } };
}

function tell(type: string, message: { data: unknown }): void {
  for (const listener of [...(listeners.get(type) ?? [])]) listener(message);
}

Object.assign(globalThis, {
  Date: StoppedDate,
  self: { location: { origin }, name: "" },
  importScripts: () => undefined,
  sealing: await import("../../dropbox/client/worker/report_handlers.ts"),
  setTimeout: (call: () => void, milliseconds: number) => realTimeout(call, milliseconds / Number(hurry)),
  postMessage: async (reply: unknown) => console.log(JSON.stringify(await told(reply))),
  addEventListener(type: string, listener: (message: { data: unknown }) => void) {
    listeners.set(type, (listeners.get(type) ?? new Set()).add(listener));
  },
  removeEventListener: (type: string, listener: never) => listeners.get(type)?.delete(listener),
});
await import("../../dropbox/client/entry/worker.ts");
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  if (asked.online) tell("online", { data: null });
  else if (asked.memory) {
    console.log(JSON.stringify({ memory: [process.memoryUsage.rss(), process.resourceUsage().maxRSS * 1024] }));
  } else {
    if (asked.params.files) asked.params.files = await Promise.all(asked.params.files.map(chosen));
    if (asked.params.file?.path) asked.params.file = await openAsBlob(asked.params.file.path);
    if (asked.name === "prove") proving.add(asked.number);
    tell("message", { data: asked });
  }
}
