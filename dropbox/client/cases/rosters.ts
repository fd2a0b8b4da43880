// The rosters that a reader holds: which is in force on a day, and which person has an identity (SPEC 7.2, 12.2).

import type { Roster } from "../roster/roster.ts";
import { b64 } from "../wire/canonical.ts";

/** What the rules read of a recipient's entry; ids and keys are in base64url. */
export interface RecipientView {
  readonly person: string;
  readonly identity: string;
  readonly start: number;
  readonly end: number;
}

/** What the rules read of a roster. Entries after the `day` of a revoked identity do not count. */
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

  /** Return what the rules read of these rosters. */
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
      // A revocation works at once, from whichever roster was published first.
      for (const { identity, day } of revoked) {
        this.#revoked.set(identity, Math.min(day, this.#revoked.get(identity) ?? day));
      }
    }
  }

  /** Say whether this roster is here. */
  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Return the person whose key this is or was, by the newest roster that lists it. */
  personOf(identity: string): string | null {
    return this.#persons.get(identity) ?? null;
  }

  /** Return the newest roster whose first day is not after `day`; null if it is not here. */
  inForce(day: number): RosterView | null {
    const at = this.#chain.reduce((last, { start }, index) => (start <= day ? index : last), -1);
    return at >= 0 && this.#hasAllAfter(at) ? this.#chain[at]! : null;
  }

  /** Say whether the reader can tell which roster was in force on `day`, or that there was none yet. */
  isKnown(day: number): boolean {
    return this.inForce(day) !== null || (this.#chain[0]?.version === 1 && this.#hasAllAfter(0));
  }

  /** Return the persons on the roster in force on `day`; null if that is not known. */
  personsOn(day: number): ReadonlySet<string> | null {
    if (!this.isKnown(day)) return null;
    const entries = this.inForce(day)?.recipients ?? [];
    return new Set(entries.filter(({ start, end }) => start <= day && day <= end).map(({ person }) => person));
  }

  /** Say whether a roster that was in force on one of these days lists the identity. */
  lists(identity: string, ...days: readonly number[]): boolean {
    return days.some((day) => this.inForce(day)?.recipients.some((entry) => entry.identity === identity));
  }

  /** Say whether the identity was revoked on an earlier day than this. */
  isRevoked(identity: string, day: number): boolean {
    return (this.#revoked.get(identity) ?? day) < day;
  }

  /** Say whether the newest roster lists the identity and nothing revokes it: a page marks messages of others. */
  isCurrent(identity: string): boolean {
    const listed = this.#chain.at(-1)?.recipients.some((entry) => entry.identity === identity) ?? false;
    return listed && !this.#revoked.has(identity);
  }

  /** Say whether no version is missing from this one on: one that is could be the one in force. */
  #hasAllAfter(at: number): boolean {
    return this.#chain.at(-1)!.version - this.#chain[at]!.version === this.#chain.length - 1 - at;
  }
}
