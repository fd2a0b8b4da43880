// Getting one envelope to the server, however often it takes, SPEC.md 10; it does not know what is in it.

import type { Composed } from "./cases/compose.ts";
import type { Courier } from "./courier.ts";
import { RefusedError } from "./errors.ts";
import type { Reply } from "./protocol.ts";
import type { Today, Trust } from "./trust.ts";
import { encodePosting, makeStamp, type Posting } from "./wire/exchange.ts";

const MAX_REFUSALS = 3;

export type Step = (step: Extract<Reply, { step: unknown }>["step"]) => void;

/** A message sealed, and where its envelope goes. */
interface Letter extends Composed, Pick<Posting, "door" | "address"> {}

/** Writes a letter by the keys of today. */
export type Write = (today: Today) => Promise<Letter>;

/** A letter whose envelope may be at the server or not: until it is known, the very same bytes are sent again. */
interface Draft extends Letter {
  readonly about: string;
  readonly work: number;
  readonly nonce: Posting["nonce"];
}

/** What was stored, and on which day of the server. */
export interface Stored extends Composed {
  readonly day: number;
}

/** Deliveries of one reporter, one after another. */
export class Delivery {
  readonly #courier: Courier;
  #draft: Draft | null = null;

  constructor(courier: Courier) {
    this.#courier = courier;
  }

  /** The message that was sealed and may or may not have arrived. */
  get pending(): Composed | null {
    return this.#draft;
  }

  /** Forget the message that may or may not have arrived. */
  drop(): void {
    this.#draft = null;
  }

  /**
   * Seal what `write` gives, stamp it and post it; return once the server has stored it.
   *
   * `about` names what is sent: asked again with the same after a failure, it posts the same bytes. An envelope past
   * its `until` is sealed anew, one whose stamp does not suffice gets another stamp. Throws NetworkError, RefusedError,
   * and whatever `write` throws.
   */
  async deliver(
    about: string,
    trust: Trust,
    write: Write,
    step: Step,
  ): Promise<Stored> {
    for (let refusals = 0; ; refusals++) {
      if (this.#draft?.about !== about) this.#draft = await prepare(about, trust, write, step);
      const draft: Draft = this.#draft;
      step("sending");
      try {
        const day = await this.#courier.post(encodePosting({ ...draft, envelope: draft.sealed.envelope }));
        this.#draft = null;
        return { sealed: draft.sealed, message: draft.message, day };
      } catch (error) {
        if (!(error instanceof RefusedError) || refusals === MAX_REFUSALS) throw error;
        if (error.code === "until") this.#draft = null;
        else if (error.code === "stamp" && error.work > draft.work) {
          this.#draft = await stamp(draft, error.work, step);
        } else throw error;
      }
    }
  }
}

async function prepare(
  about: string,
  trust: Trust,
  write: Write,
  step: Step,
): Promise<Draft> {
  step("fetching");
  const today = await trust.addressees();
  step("sealing");
  const letter = await write(today);
  return stamp({ ...letter, about }, today.work, step);
}

async function stamp(
  letter: Omit<Draft, "work" | "nonce">,
  work: number,
  step: Step,
): Promise<Draft> {
  step("stamping");
  const nonce = await makeStamp(letter.sealed.mac, work);
  return { ...letter, work, nonce };
}
