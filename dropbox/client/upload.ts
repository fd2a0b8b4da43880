// A large envelope on its way in parts, SPEC 13.1: each part is kept until it has arrived; none is made twice.

import type { Courier } from "./courier.ts";
import { LostError, MalformedError, NetworkError, RefusedError } from "./errors.ts";
import { release } from "./release.ts";
import type { LongSealed } from "./sealing/envelopes.ts";
import type { Bytes } from "./wire/bytes.ts";
import type { Posting } from "./wire/posting.ts";
import { encodeOpening, encodePartPosting, partCount, partSize } from "./wire/upload.ts";

const LANES = 3; // parts on their way at a time: on a line of 200 ms one alone would wait half of the time
const FORGOTTEN = ["unknown", "conflict"];

/** The upload of one envelope, for as long as the page is open. */
export class Upload {
  readonly #sealed: LongSealed;
  readonly #count: number;
  readonly #sizeOf: (number: number) => number;
  /** The parts that were sealed and are not known to have arrived, at most as many as there are lanes. */
  readonly #kept = new Map<number, Bytes>();
  #next = 0;
  #arrived = 0;

  constructor(sealed: LongSealed) {
    const { prefix, size } = sealed;
    this.#sealed = sealed;
    this.#count = partCount(prefix.length, size);
    this.#sizeOf = (number) => partSize(prefix.length, size, number);
  }

  /** How many bytes of the envelope are known to have arrived. */
  get arrived(): number {
    return this.#arrived;
  }

  /**
   * Send what the server lacks until it has stored all of it; return its day.
   *
   * May be called again after any error but LostError and ChangedError: it goes on where it was. LostError: the server
   * lacks a part that is not kept any more, so all has to be sealed anew.
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

  /** Forget what has arrived; what is missing has to be kept, or not sealed yet. */
  #compare(missing: readonly number[]): void {
    // Nothing is missing and nothing is stored: no honest server says so.
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
    // All of them end before anything else is done: none may be left that still seals or sends.
    await Promise.all(Array.from({ length: LANES }, () => lane().catch((error) => failures.push(error))));
    if (failures.length > 0) throw gravest(failures);
  }

  async #sendOne(courier: Courier, number: number): Promise<void> {
    const stream = this.#kept.get(number)!;
    const posting = encodePartPosting({ mac: this.#sealed.mac, number, stream });
    try {
      await courier.send(posting);
    } catch (error) {
      // The server has forgotten that this was begun, or keeps what we never sent.
      throw error instanceof RefusedError && FORGOTTEN.includes(error.code) ? new LostError() : error;
    }
    this.#kept.delete(number);
    this.#arrived += stream.length;
    release(posting);
    release(stream);
  }

  /** Seal the next part and return its number, or null behind the last one. */
  async #seal(): Promise<number | null> {
    // Whoever asks first gets the earlier part: a generator answers in order.
    const part = await this.#sealed.parts.next();
    if (part.done) return null;
    const number = this.#next++;
    this.#kept.set(number, part.value);
    return number;
  }
}

/** A changed file ends it all, and a refusal says more than a line that broke. */
function gravest(failures: readonly unknown[]): unknown {
  const rank = (error: unknown): number =>
    Number(error instanceof NetworkError) + Number(error instanceof NetworkError && !(error instanceof RefusedError));
  return [...failures].sort((left, right) => rank(left) - rank(right))[0];
}
