// Makes the browser's garbage collector run in time.

import { MIB } from "../wire/files.ts";

const UNTOUCHED = 8 * MIB;

/**
 * Make the garbage collector count memory that it does not see.
 *
 * Chromium keeps a copy of what `fetch` has sent until the collector runs, and counts only what scripts have allocated:
 * after an upload of a GiB in parts, a GiB would be waiting. So the worker allocates an unused buffer after each part.
 * It is counted at once and takes no memory, since no page of it is written to.
 */
export function freeMemory(): void {
  new ArrayBuffer(UNTOUCHED);
}
