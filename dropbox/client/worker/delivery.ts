// Delivery of one envelope to the server, SPEC 13.1, with retries.

import type { Courier } from "../net/courier.ts";
import { type Asker, Pauses, type Wait } from "../net/retry.ts";
import { Upload } from "../net/upload.ts";
import { ChangedError, LostError, NetworkError, RefusedError, TooMuchWorkError } from "../shared/errors.ts";
import { type Composed, envelopeOf, isLong } from "../sealing/envelopes.ts";
import type { Days, Today } from "./basis.ts";
import type { Trust } from "./trust.ts";
import { encodePosting, mostWork, type Posting } from "../wire/posting.ts";
import { makeStamp } from "../wire/stamp.ts";

const MAX_REFUSALS = 3;

/** A sealed message, and the destination of its envelope. */
interface Letter extends Composed, Pick<Posting, "door" | "address"> {}

/** Composes a letter with today's keys. */
export type Write = (today: Today) => Promise<Letter>;

/** A letter whose envelope may or may not have arrived: until that is known, exactly the same bytes are sent again. */
interface Draft extends Letter {
  readonly about: string;
  readonly work: number;
  readonly nonce: Posting["nonce"];
  readonly upload: Upload | null;
}

/** A stored message, and the server's day on which it was stored. */
export interface Stored extends Composed {
  readonly day: number;
}

/** The deliveries of one reporter, one at a time. */
export class Delivery {
  readonly #courier: Courier;
  readonly #days: Days;
  readonly #wait: Wait;
  #draft: Draft | null = null;

  constructor(courier: Courier, days: Days, wait: Wait) {
    this.#courier = courier;
    this.#days = days;
    this.#wait = wait;
  }

  /** The sealed message that may or may not have arrived. */
  get pending(): Composed | null {
    return this.#draft;
  }

  /** Forget the message that may or may not have arrived. */
  drop(): void {
    this.#draft = null;
  }

  /**
   * Seal what `write` returns, stamp it and send it; returns when the server has stored it.
   *
   * `about` identifies the message: called again with the same after a failure, it sends the same bytes, or resumes
   * after those that have arrived. An envelope past its `until`, or of which the server lost a part, is sealed anew;
   * one whose stamp does not suffice gets another stamp. With `patient`, it waits for the network as long as necessary.
   * Throws NetworkError, RefusedError, TooMuchWorkError if the server demands more work than the policy allows, and
   * what `write` throws.
   */
  async deliver(about: string, trust: Trust, write: Write, asker: Asker, patient: boolean): Promise<Stored> {
    const pauses = new Pauses(this.#wait);
    let refusals = 0;
    for (;;) {
      const arrived = this.#draft?.upload?.arrived;
      try {
        if (this.#draft?.about !== about) this.#draft = await this.#prepare(about, trust, write, asker);
        const draft: Draft = this.#draft;
        asker.step("sending");
        const day = await this.#send(draft, asker, patient);
        this.#draft = null;
        return { sealed: draft.sealed, message: draft.message, day };
      } catch (error) {
        if (this.#draft?.upload?.arrived !== arrived) pauses.reset();
        // What was sealed from a file that has changed must never be sent or continued.
        if (error instanceof ChangedError) this.#draft = null;
        if (refusals < MAX_REFUSALS && (await this.#heed(error, trust, asker))) refusals++;
        else if (patient && isLine(error)) await pauses.pause(asker);
        else throw error;
      }
    }
  }

  async #prepare(about: string, trust: Trust, write: Write, asker: Asker): Promise<Draft> {
    asker.step("fetching");
    const today = await this.#days.today(trust);
    asker.step("sealing");
    const letter = await write(today);
    const upload = isLong(letter.sealed) ? new Upload(letter.sealed) : null;
    return { ...letter, about, upload, ...(await stamp(letter, today.work, trust, asker)) };
  }

  /** Respond to a refusal; return whether another attempt makes sense. */
  async #heed(error: unknown, trust: Trust, asker: Asker): Promise<boolean> {
    const draft = this.#draft;
    if (error instanceof LostError || (error instanceof RefusedError && error.code === "until")) {
      this.#draft = null;
      return true;
    }
    if (!draft || !(error instanceof RefusedError) || error.code !== "stamp" || error.work <= draft.work) return false;
    this.#draft = { ...draft, ...(await stamp(draft, error.work, trust, asker)) };
    return true;
  }

  async #send(draft: Draft, { progress }: Asker, patient: boolean): Promise<number> {
    const { sealed, upload } = draft;
    const total = sealed.size;
    const sending = (done: number): void => {
      if (patient) progress({ phase: "sending", done, total });
    };
    if (upload) return upload.send(this.#courier, draft, sending);
    sending(0);
    const day = await this.#courier.post(encodePosting({ ...draft, envelope: await envelopeOf(sealed) }));
    sending(total);
    return day;
  }
}

/** Whether the server was not reached, or a host in between answered. */
function isLine(error: unknown): boolean {
  return error instanceof NetworkError && ![RefusedError, LostError, TooMuchWorkError].some((kind) => error instanceof kind);
}

async function stamp(letter: Letter, work: number, trust: Trust, { step, left }: Asker): Promise<Pick<Draft, "work" | "nonce">> {
  if (work > mostWork(letter.door, trust.roster.policy.members.work)) throw new TooMuchWorkError();
  step("stamping");
  return { work, nonce: await makeStamp(letter.sealed.mac, work, left) };
}
