/**
 * Run the page's worker as it is, with lines of JSON in place of messages: requests on stdin, replies on stdout.
 *
 * Usage: node page.ts ORIGIN MILLISECONDS  (what `new Date()` shows)
 */
import { createInterface } from "node:readline";

const [origin, now] = process.argv.slice(2);
const listeners: ((message: { data: unknown }) => void)[] = [];
const RealDate = Date;

class StoppedDate extends RealDate {
  constructor() {
    super(Number(now));
  }
}

Object.assign(globalThis, {
  Date: StoppedDate,
  self: { location: { origin } },
  postMessage: (reply: unknown) => console.log(JSON.stringify(reply)),
  addEventListener: (_: string, listener: (message: { data: unknown }) => void) => listeners.push(listener),
});
await import("../../dropbox/client/worker.ts");
for await (const line of createInterface({ input: process.stdin })) {
  for (const listener of listeners) listener({ data: JSON.parse(line) });
}
