// The upload of a large envelope in parts, SPEC 13.1: each part is kept until it has arrived, and none is sealed twice.

import type { Courier } from "./courier.ts";
import { LostError, MalformedError, NetworkError, RefusedError } from "../shared/errors.ts";
import { freeMemory } from "./free_memory.ts";
import type { LongSealed } from "../sealing/envelopes.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { Posting } from "../wire/posting.ts";
import { encodeOpening, encodePartPosting, partCount, partSize } from "../wire/upload.ts";

const LANES = 3; // parts in flight at a time: with a latency of 200 ms, a single one would wait half of its time
const FORGOTTEN = ["unknown", "conflict"];

/** The upload of one envelope, while the page is open. */
export class Upload {
  readonly #sealed: LongSealed;
  readonly #count: number;
  readonly #sizeOf: (number: number) => number;
  /** The parts that are sealed but not known to have arrived, as they are sent; at most LANES of them. */
  readonly #kept = new Map<number, Bytes>();
  #next = 0;
  #arrived = 0;

  constructor(sealed: LongSealed) {
    const { prefix, size } = sealed;
    this.#sealed = sealed;
    this.#count = partCount(prefix.length, size);
    this.#sizeOf = (number) => partSize(prefix.length, size, number);
  }

  /** The number of bytes of the envelope that are known to have arrived. */
  get arrived(): number {
    return this.#arrived;
  }

  /**
   * Send what the server lacks until it has stored the whole envelope; return its day.
   *
   * Can be called again after any error except LostError and ChangedError: it resumes. LostError: the server lacks a
   * part that is no longer kept, so the message must be sealed anew.
   */
  async send(
    courier: Courier,
    stamped: Pick<Posting, "door" | "nonce" | "address">,
    arrived: (bytes: number) => void,
  ): Promise<number> {
    const opening = encodeOpening({ ...stamped, size: this.#sealed.size, prefix: this.#sealed.prefix });
    for (;;) {
      const answer = await courier.opening(opening, this.#count);
      if (typeof answer === "number") return answer;
      this.#compare(answer);
      arrived(this.#arrived);
      await this.#sendAll(courier, arrived);
    }
  }

  /** Drop the parts that have arrived; each missing part must still be kept, or not be sealed yet. */
  #compare(missing: readonly number[]): void {
    // Nothing is missing and nothing is stored: no honest server answers that.
    if (missing.length === 0) throw new MalformedError();
    if (missing.some((number) => number < this.#next && !this.#kept.has(number))) throw new LostError();
    for (const number of [...this.#kept.keys()]) if (!missing.includes(number)) this.#kept.delete(number);
    this.#arrived = missing.reduce((size, number) => size - this.#sizeOf(number), this.#sealed.size);
  }

  async #sendAll(courier: Courier, arrived: (bytes: number) => void): Promise<void> {
    const again = [...this.#kept.keys()].sort((left, right) => left - right);
    const failures: unknown[] = [];
    const lane = async (): Promise<void> => {
      while (failures.length === 0) {
        const number = again.shift() ?? (await this.#seal());
        if (number === null) return;
        await this.#sendOne(courier, number);
        arrived(this.#arrived);
      }
    };
    // Wait for all of them: none may go on sealing or sending after this call has failed.
    await Promise.all(Array.from({ length: LANES }, () => lane().catch((error) => failures.push(error))));
    if (failures.length > 0) throw gravest(failures);
  }

  async #sendOne(courier: Courier, number: number): Promise<void> {
    try {
      await courier.send(this.#kept.get(number)!);
    } catch (error) {
      // The server has forgotten the upload, or has a part that we never sent.
      throw error instanceof RefusedError && FORGOTTEN.includes(error.code) ? new LostError() : error;
    }
    this.#kept.delete(number);
    this.#arrived += this.#sizeOf(number);
    freeMemory();
  }

  /** Seal the next part and return its number, or null after the last one. */
  async #seal(): Promise<number | null> {
    // Callers get their parts in the order in which they asked: a generator queues its calls.
    const part = await this.#sealed.parts.next();
    if (part.done) return null;
    const number = this.#next++;
    this.#kept.set(number, encodePartPosting({ mac: this.#sealed.mac, number, stream: part.value }));
    return number;
  }
}

/** Return the most serious failure: a changed file first, then a refusal, then a broken connection. */
function gravest(failures: readonly unknown[]): unknown {
  const rank = (error: unknown): number =>
    Number(error instanceof NetworkError) + Number(error instanceof NetworkError && !(error instanceof RefusedError));
  return [...failures].sort((left, right) => rank(left) - rank(right))[0];
}
