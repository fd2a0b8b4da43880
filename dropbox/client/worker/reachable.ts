// The recipients who can be sealed to, as last shown on the page: this must still be true when the message is sent.

import { AloneError } from "../shared/errors.ts";
import type { OpenedMessage } from "../sealing/envelopes.ts";
import type { Today } from "./basis.ts";
import { b64 } from "../wire/canonical.ts";

/** One page's knowledge of who can be sealed to. */
export class Reachable {
  #persons: ReadonlySet<string> = new Set();
  #servedDay: number | null = null;
  #daysAgree = false;

  /** The persons (b64) who can be sealed to. */
  get persons(): ReadonlySet<string> {
    return this.#persons;
  }

  /** Whether the server's day and the browser's can both be right. */
  get daysAgree(): boolean {
    return this.#daysAgree;
  }

  /** The server's day, if it and the browser's cannot both be right: then the page uses it. */
  get servedDay(): number | null {
    return this.#servedDay;
  }

  /** Note what the page shows; null if nothing can be sealed. */
  note(today: Today | null): void {
    this.#servedDay = today === null || today.agrees ? null : today.day;
    this.#persons = new Set(today?.addressees.bundles.keys());
    this.#daysAgree = today?.agrees ?? false;
  }

  /** Throw AloneError, once, if a message is sealed to only one of its readers and the page had shown more. */
  check({ head: { to, missing } }: OpenedMessage): void {
    const unreachable = missing.map(b64);
    if (to.length > 1 || !unreachable.some((person) => this.#persons.has(person))) return;
    this.#persons = new Set([...this.#persons].filter((person) => !unreachable.includes(person)));
    throw new AloneError(unreachable);
  }
}
