// Who the rosters list, SPEC.md 7.2: the same person through every change of key, and whose word counts.

import { ForkError } from "../errors.ts";
import type { Recipient, Roster } from "./roster.ts";

/** Everyone who stood on one of these rosters, which stand oldest first; identities and persons are b64. */
export class People {
  readonly #rosters: readonly Roster[];
  /** Everyone by identity, as the newest roster that lists it says. */
  readonly recipientsById: ReadonlyMap<string, Recipient>;

  /** Throws ForkError where an identity is listed as two persons. */
  constructor(rosters: readonly Roster[]) {
    this.#rosters = rosters;
    const listed = rosters.flatMap(({ recipients }) => recipients);
    this.recipientsById = new Map(listed.map((one) => [one.identity, one]));
    if (listed.some(({ identity, person }) => this.personOf(identity) !== person)) throw new ForkError();
  }

  /** Return whose identity this is, or undefined where no roster has listed it. */
  personOf(identity: string): string | undefined {
    return this.recipientsById.get(identity)?.person;
  }

  /** Say whether the newest roster lists this identity: it lists none that is revoked. */
  isPresent(identity: string): boolean {
    return this.#rosters.at(-1)!.find(identity) !== undefined;
  }

  /** Return these identities and every other one of the same persons, earlier and later. */
  samePeople(identities: Iterable<string>): ReadonlySet<string> {
    const found = new Set(identities);
    const persons = new Set([...found].map((identity) => this.personOf(identity)));
    for (const { identity, person } of this.recipientsById.values()) if (persons.has(person)) found.add(identity);
    return found;
  }

  /**
   * Say whether a message of this identity counts that came on `day` and names `headDay` as its own.
   *
   * Its person stands on the roster in force on the day, its identity on that one or the one in force when it was
   * written, and it was not revoked before the day. So nobody has authority after the roster that ended them, and nobody
   * loses a word that waited while their key was replaced.
   */
  mayWrite(identity: string, day: number, headDay: number): boolean {
    const person = this.personOf(identity);
    const present = this.#inForce(day);
    if (!present?.recipients.some((one) => one.person === person)) return false;
    // Each roster repeats what those before it revoked.
    const revoked = this.#rosters.at(-1)!.revoked.get(identity);
    if (revoked !== undefined && revoked < day) return false;
    return [present, this.#inForce(headDay)].some((roster) => roster?.find(identity));
  }

  #inForce(day: number): Roster | undefined {
    return this.#rosters.filter(({ start }) => start <= day).at(-1);
  }
}
