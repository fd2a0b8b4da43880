// Giving memory back that a browser would keep for long; it knows nothing of what was in it.

import type { Bytes } from "./wire/bytes.ts";

const nowhere = new MessageChannel().port1;
nowhere.close();

/**
 * Give back the memory of bytes that nobody needs any more, and of all that shares it.
 *
 * A collector comes late for what lies outside of its own heap: of a GiB that is sealed, 100 MiB would wait for it. What
 * is handed to a port that leads nowhere is gone at once, while `transfer(0)` keeps it in Chromium.
 */
export function release(raw: Bytes): void {
  nowhere.postMessage(null, [raw.buffer]);
}
