// A courier without a network, for the page that was saved: it has the signed documents with it, and makes a sealed file.

import { Courier } from "./courier.ts";
import { MalformedError, NetworkError, RefusedError } from "./errors.ts";
import { type Bytes, equal } from "./wire/bytes.ts";
import { parsePartPosting } from "./wire/upload.ts";

const DAY = 86_400_000; // milliseconds
const STAMP_FACTOR = 16; // SPEC 9: a stamp that holds under load, as `meldbus seal` makes it

/** What the server put into the page: its answers by path, in base64 (RFC 4648, section 4). */
export type Kept = Readonly<Record<string, string>>;

export class KeptCourier extends Courier {
  readonly #kept: Kept;
  #start: Bytes | null = null;
  readonly #parts = new Map<number, Blob>();

  constructor(kept: Kept, left: () => AbortSignal) {
    super("", left);
    this.#kept = kept;
  }

  override get apart(): boolean {
    return true;
  }

  /** Return the bundles that were kept; the day is ours where it is a later one. */
  override async bundles(): ReturnType<Courier["bundles"]> {
    const { day, work, bundles } = await super.bundles();
    const today = Math.floor(Date.now() / DAY);
    return { day: Math.max(day, today), work: work * STAMP_FACTOR, bundles };
  }

  override async post(posting: Bytes): Promise<number> {
    this.#begin(posting);
    return this.#today();
  }

  override async opening(opening: Bytes, count: number): Promise<number | readonly number[]> {
    if (this.#start === null || !equal(this.#start, opening)) this.#begin(opening);
    const missing = Array.from({ length: count }, (_, number) => number).filter((number) => !this.#parts.has(number));
    return missing.length === 0 ? this.#today() : missing;
  }

  override async send(part: Bytes): Promise<void> {
    const { number, stream } = parsePartPosting(part);
    // A copy: whoever sends it lets go of its bytes.
    this.#parts.set(number, new Blob([stream]));
  }

  /** Return the sealed file, SPEC 13.1. */
  override file(): Blob {
    if (this.#start === null) throw new MalformedError();
    const parts = [...this.#parts].sort(([left], [right]) => left - right).map(([, part]) => part);
    return new Blob([this.#start, ...parts]);
  }

  protected override async ask(path: string): Promise<Bytes> {
    const text = this.#kept[path];
    if (text === undefined) throw path.startsWith("/rosters/") ? new RefusedError("unknown", 0) : new NetworkError();
    return Uint8Array.from(atob(text), (symbol) => symbol.charCodeAt(0));
  }

  #begin(start: Bytes): void {
    this.#start = start.slice();
    this.#parts.clear();
  }

  async #today(): Promise<number> {
    return (await this.bundles()).day;
  }
}
