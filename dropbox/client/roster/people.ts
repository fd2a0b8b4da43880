// The people on the rosters, SPEC 7.2: a person stays the same through every change of key.

import { ForkError } from "../shared/errors.ts";
import type { Recipient, Roster } from "./roster.ts";

/** Everyone who was ever on one of these rosters, which are ordered oldest first; identities and persons are b64. */
export class People {
  /** The newest entry of each person. */
  readonly recipientsByPerson: ReadonlyMap<string, Recipient>;
  readonly #persons: ReadonlyMap<string, string>;

  /** Throws ForkError if an identity is listed as two persons. */
  constructor(rosters: readonly Roster[]) {
    const listed = rosters.flatMap(({ recipients }) => recipients);
    this.recipientsByPerson = new Map(listed.map((one) => [one.person, one]));
    this.#persons = new Map(listed.map(({ identity, person }) => [identity, person]));
    if (listed.some(({ identity, person }) => this.#persons.get(identity) !== person)) throw new ForkError();
  }

  /** Return the recipient with this identity, or null if no roster has listed it. */
  recipientOf(identity: string): Recipient | null {
    return this.recipientsByPerson.get(this.#persons.get(identity) ?? "") ?? null;
  }
}
