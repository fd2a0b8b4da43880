// Retries of a call while the server cannot be reached.

import type { Progress, Reply } from "../shared/protocol.ts";
import { random } from "../wire/bytes.ts";
import { BYTE } from "../wire/sizes.ts";

const LONGEST_PAUSE = 60; // seconds

/** The caller: it hears the progress of the call, and can cancel it. */
export interface Asker {
  step(step: Extract<Reply, { step: unknown }>["step"]): void;
  progress(progress: Progress): void;
  readonly left: AbortSignal;
}

/** Wait this many seconds, or until the network is back; throws the reason of `left` once that is aborted. */
export type Wait = (seconds: number, left: AbortSignal) => Promise<void>;

/** Pauses between attempts: each twice as long as the one before, with jitter. */
export class Pauses {
  readonly #wait: Wait;
  #next = 1;

  constructor(wait: Wait) {
    this.#wait = wait;
  }

  /** Begin with a short pause again, after a success. */
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
