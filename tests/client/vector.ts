// A test vector as a file, see tests/vectors/README.md; it does not know what a subject means.

import assert from "node:assert/strict";
import type { Bytes } from "../../dropbox/client/wire/bytes.ts";

/** One scenario: its header's lines, and the bytes. */
export class Vector {
  readonly fields = new Map<string, string>();
  readonly raw: Bytes;

  constructor(file: Bytes) {
    const latin = Buffer.from(file).toString("latin1");
    const end = latin.indexOf("\n\n");
    for (const line of new TextDecoder().decode(file.subarray(0, end)).split("\n")) {
      const colon = line.indexOf(": ");
      this.fields.set(line.slice(0, colon), line.slice(colon + 2));
    }
    this.raw = file.slice(end + 2);
  }

  text(key: string): string {
    const value = this.fields.get(key);
    assert(value !== undefined, key);
    return value;
  }

  hex(key: string): Bytes {
    return bytesOf(this.text(key));
  }

  number(key: string): number {
    return Number(this.text(key));
  }

  list(key: string): string[] {
    return (this.fields.get(key) ?? "").split(" ").filter((word) => word !== "");
  }
}

/** Return the bytes of hex. */
export function bytesOf(hex: string): Bytes {
  return new Uint8Array(Buffer.from(hex, "hex"));
}
