// The rosters that a reader holds: the one in force on a day, and the person of an identity (SPEC 7.2, 12.2).

import type { Roster } from "../roster/roster.ts";
import { b64 } from "../wire/canonical.ts";

/** A recipient's roster entry, as the rules read it; ids and keys are in base64url. */
interface RecipientView {
  readonly person: string;
  readonly identity: string;
  readonly start: number;
  readonly end: number;
}

/** A roster, as the rules read it. Entries after the `day` of a revoked identity do not count. */
export interface RosterView {
  readonly id: string;
  readonly version: number;
  readonly start: number;
  readonly recipients: readonly RecipientView[];
  readonly revoked: readonly { readonly identity: string; readonly day: number }[];
}

/** The rosters that a reader holds, in any order; a page may lack older ones. */
export class Rosters {
  readonly #chain: readonly RosterView[];
  readonly #ids: ReadonlySet<string>;
  readonly #persons = new Map<string, string>();
  readonly #revoked = new Map<string, number>();

  /** Return the view that the rules have of these rosters. */
  static of(rosters: readonly Roster[]): Rosters {
    return new Rosters(rosters.map(({ id, version, start, recipients, revoked }) => {
      const ended = [...revoked].map(([identity, day]) => ({ identity, day }));
      return { id: b64(id), version, start, recipients, revoked: ended };
    }));
  }

  constructor(rosters: Iterable<RosterView>) {
    const versions = new Map([...rosters].map((roster) => [roster.version, roster]));
    this.#chain = [...versions.values()].sort((left, right) => left.version - right.version);
    this.#ids = new Set(this.#chain.map(({ id }) => id));
    for (const { recipients, revoked } of this.#chain) {
      for (const { identity, person } of recipients) this.#persons.set(identity, person);
      // A revocation takes effect at once, from the roster that was published first.
      for (const { identity, day } of revoked) {
        this.#revoked.set(identity, Math.min(day, this.#revoked.get(identity) ?? day));
      }
    }
  }

  /** Whether this roster is held. */
  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Return the person who has or had this key, according to the newest roster that lists it. */
  personOf(identity: string): string | null {
    return this.#persons.get(identity) ?? null;
  }

  /** Return the newest roster whose first day is not after `day`; null if it is not held. */
  inForce(day: number): RosterView | null {
    const at = this.#chain.reduce((last, { start }, index) => (start <= day ? index : last), -1);
    return at >= 0 && this.#hasAllAfter(at) ? this.#chain[at]! : null;
  }

  /** Whether it is known which roster was in force on `day`, or that there was none yet. */
  isKnown(day: number): boolean {
    return this.inForce(day) !== null || (this.#chain[0]?.version === 1 && this.#hasAllAfter(0));
  }

  /** Return the persons on the roster in force on `day`; null if that is not known. */
  personsOn(day: number): ReadonlySet<string> | null {
    if (!this.isKnown(day)) return null;
    const entries = this.inForce(day)?.recipients ?? [];
    return new Set(entries.filter(({ start, end }) => start <= day && day <= end).map(({ person }) => person));
  }

  /** Whether a roster that was in force on one of these days lists the identity. */
  lists(identity: string, ...days: readonly number[]): boolean {
    return days.some((day) => this.inForce(day)?.recipients.some((entry) => entry.identity === identity));
  }

  /** Whether the identity was revoked on a day before this one. */
  isRevoked(identity: string, day: number): boolean {
    return (this.#revoked.get(identity) ?? day) < day;
  }

  /**
   * Whether the newest roster lists the identity and none revokes it: a page marks the messages of other identities.
   */
  isCurrent(identity: string): boolean {
    const listed = this.#chain.at(-1)?.recipients.some((entry) => entry.identity === identity) ?? false;
    return listed && !this.#revoked.has(identity);
  }

  /** Whether no version from this one on is missing: a missing one could be the one in force. */
  #hasAllAfter(at: number): boolean {
    return this.#chain.at(-1)!.version - this.#chain[at]!.version === this.#chain.length - 1 - at;
  }
}
