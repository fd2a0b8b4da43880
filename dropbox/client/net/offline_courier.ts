// Offline courier of the saved page: it reads the signed documents from the page, and returns a sealed file instead of
// sending.

import { Courier } from "./courier.ts";
import { MalformedError, NetworkError, RefusedError } from "../shared/errors.ts";
import { type Bytes, equal } from "../wire/bytes.ts";
import { STAMP_FACTOR } from "../wire/stamp.ts";
import { parsePartPosting } from "../wire/upload.ts";
import { DAY_MS } from "../wire/sizes.ts";


/** The server's answers that the page contains, by path, in base64 (RFC 4648, section 4). */
export type SavedDocuments = Readonly<Record<string, string>>;

export class OfflineCourier extends Courier {
  readonly #kept: SavedDocuments;
  #start: Bytes | null = null;
  readonly #parts = new Map<number, Blob>();

  constructor(kept: SavedDocuments, left: () => AbortSignal) {
    super("", left);
    this.#kept = kept;
  }

  override get isOffline(): boolean {
    return true;
  }

  /** Return the bundles in the page; the day is the browser's if that is later. */
  override async bundles(): ReturnType<Courier["bundles"]> {
    const { day, work, bundles } = await super.bundles();
    const today = Math.floor(Date.now() / DAY_MS);
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
    // A copy: the caller reuses its bytes.
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
