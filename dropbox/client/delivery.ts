// Getting one envelope to the server, however often it takes, SPEC 13.1; it does not know what is in it.

import type { Courier } from "./courier.ts";
import { ChangedError, LostError, NetworkError, RefusedError } from "./errors.ts";
import type { Progress, Reply } from "./protocol.ts";
import { type Composed, envelopeOf, isLong } from "./sealing/envelopes.ts";
import type { Days, Today } from "./today.ts";
import type { Trust } from "./trust.ts";
import { Upload } from "./upload.ts";
import { random } from "./wire/bytes.ts";
import { encodePosting, type Posting } from "./wire/posting.ts";
import { makeStamp } from "./wire/stamp.ts";

const MAX_REFUSALS = 3;
const LONGEST_PAUSE = 60; // seconds
const BYTE = 256;

/** Who asked for an errand: hears how far it is, and may leave. */
export interface Asker {
  step(step: Extract<Reply, { step: unknown }>["step"]): void;
  progress(progress: Progress): void;
  readonly left: AbortSignal;
}

/** Wait so many seconds, or until the network is back; throws the reason of `left` once that is aborted. */
export type Wait = (seconds: number, left: AbortSignal) => Promise<void>;

/** A message sealed, and where its envelope goes. */
interface Letter extends Composed, Pick<Posting, "door" | "address"> {}

/** Writes a letter by the keys of today. */
export type Write = (today: Today) => Promise<Letter>;

/** A letter whose envelope may be at the server or not: until it is known, the very same bytes are sent again. */
interface Draft extends Letter {
  readonly about: string;
  readonly work: number;
  readonly nonce: Posting["nonce"];
  readonly upload: Upload | null;
}

/** What was stored, and on which day of the server. */
export interface Stored extends Composed {
  readonly day: number;
}

/** Pauses between attempts: each twice as long as the one before, and never quite the same for everyone. */
export class Pauses {
  readonly #wait: Wait;
  #next = 1;

  constructor(wait: Wait) {
    this.#wait = wait;
  }

  /** Begin with a short one again: something has worked. */
  reset(): void {
    this.#next = 1;
  }

  async pause({ progress, left }: Asker): Promise<void> {
    const seconds = this.#next * (1 + random(1)[0]! / BYTE / 4);
    this.#next = Math.min(2 * this.#next, LONGEST_PAUSE);
    progress({ phase: "waiting", seconds: Math.ceil(seconds) });
    await this.#wait(seconds, left);
  }
}

/** Deliveries of one reporter, one after another. */
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

  /** The message that was sealed and may or may not have arrived. */
  get pending(): Composed | null {
    return this.#draft;
  }

  /** Forget the message that may or may not have arrived. */
  drop(): void {
    this.#draft = null;
  }

  /**
   * Seal what `write` gives, stamp it and send it; return once the server has stored it.
   *
   * `about` names what is sent: asked again with the same after a failure, it sends the same bytes, or goes on behind
   * those that have arrived. An envelope past its `until`, and one of which the server lost a part, is sealed anew; one
   * whose stamp does not suffice gets another stamp. Whoever is `patient` waits for the network, however long it takes.
   * Throws NetworkError, RefusedError, and whatever `write` throws.
   */
  async deliver(about: string, trust: Trust, write: Write, asker: Asker, patient: boolean): Promise<Stored> {
    const pauses = new Pauses(this.#wait);
    let refusals = 0;
    for (;;) {
      const arrived = this.#draft?.upload?.arrived;
      try {
        if (this.#draft?.about !== about) this.#draft = await prepare(about, await this.#today(trust, asker), write, asker);
        const draft: Draft = this.#draft;
        asker.step("sending");
        const day = await this.#send(draft, asker, patient);
        this.#draft = null;
        return { sealed: draft.sealed, message: draft.message, day };
      } catch (error) {
        if (this.#draft?.upload?.arrived !== arrived) pauses.reset();
        // What was sealed of a file that has changed is never sent, and never gone on with.
        if (error instanceof ChangedError) this.#draft = null;
        if (refusals < MAX_REFUSALS && (await this.#heed(error, asker))) refusals++;
        else if (patient && isLine(error)) await pauses.pause(asker);
        else throw error;
      }
    }
  }

  #today(trust: Trust, { step }: Asker): Promise<Today> {
    step("fetching");
    return this.#days.today(trust);
  }

  /** Do what a refusal asks for; return whether that makes sense. */
  async #heed(error: unknown, { step }: Asker): Promise<boolean> {
    const draft = this.#draft;
    if (error instanceof LostError || (error instanceof RefusedError && error.code === "until")) {
      this.#draft = null;
      return true;
    }
    if (!draft || !(error instanceof RefusedError) || error.code !== "stamp" || error.work <= draft.work) return false;
    this.#draft = { ...draft, ...(await stamp(draft, error.work, step)) };
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

/** Whether the server was not reached, or something before it answered. */
function isLine(error: unknown): boolean {
  return error instanceof NetworkError && !(error instanceof RefusedError) && !(error instanceof LostError);
}

async function prepare(about: string, today: Today, write: Write, { step }: Asker): Promise<Draft> {
  step("sealing");
  const letter = await write(today);
  const upload = isLong(letter.sealed) ? new Upload(letter.sealed) : null;
  return { ...letter, about, upload, ...(await stamp(letter, today.work, step)) };
}

async function stamp(letter: Letter, work: number, step: Asker["step"]): Promise<Pick<Draft, "work" | "nonce">> {
  step("stamping");
  return { work, nonce: await makeStamp(letter.sealed.mac, work) };
}
