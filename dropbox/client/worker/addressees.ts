// Who can be sealed to on a day, by the roster in force and the bundles that the server gives (SPEC 7.3).

import { NotEnrolledError, RolledBackError } from "../errors.ts";
import type { PublicPair } from "../sealing/slots.ts";
import { Bundle } from "../roster/bundle.ts";
import type { RosterHistory } from "../roster/history.ts";
import { canBeSealedTo } from "../roster/public_keys.ts";
import type { Recipient, Roster } from "../roster/roster.ts";
import { untilOf } from "../roster/weeks.ts";

/** The persons (b64) who can be sealed to on a day, with the bundle of each. */
export class Addressees {
  readonly roster: Roster;
  readonly day: number;
  readonly bundles: ReadonlyMap<string, Bundle>;
  /** Who is away, by their own or the policy's word. */
  readonly away: ReadonlySet<string>;
  /** Whose bundle names a root or roster that is not here: it does not count, and the others do. */
  readonly unknown: ReadonlySet<string>;
  /** Whose bundle nobody can seal to. */
  readonly unusable: ReadonlySet<string>;

  /**
   * Choose as SPEC 7.3 says; `documents` are the ids (b64) of all roots and rosters that are here.
   *
   * With `lastResortOnly` no weekly bundle is used, as without a network. Throws ExpiredError when no roster is valid on
   * that day.
   */
  constructor(
    history: RosterHistory,
    bundles: readonly Bundle[],
    day: number,
    documents: ReadonlySet<string>,
    lastResortOnly = false,
  ) {
    const roster = history.inForce(day);
    // A stolen key is sealed to by nobody from the moment on that its revocation is published.
    const receiving = roster.receiving(day).filter(({ identity }) => !history.newest.revoked.has(identity));
    const owners = new Map(receiving.map((one) => [one.identity, one.person]));
    const shown = [...Bundle.highest(bundles.filter((bundle) => bundle.covers(day)))]
      .filter(({ identity }) => owners.has(identity))
      .sort((left, right) => left.serial - right.serial);
    const known = shown.filter((bundle) => bundle.namesKnown(documents));
    const usable = known.filter((bundle) => bundle.isReadable() && canBeSealedTo(bundle));
    const chosen = new Map<string, Bundle>();
    for (const last of lastResortOnly ? [true] : [true, false]) {
      for (const bundle of usable) if (bundle.last === last) chosen.set(owners.get(bundle.identity)!, bundle);
    }
    const said = new Map(known.map(({ identity, away }) => [identity, away]));
    const isAway = ({ identity, name }: Recipient): boolean =>
      roster.policy.isAway(name, day) || (said.get(identity) ?? 0) >= day;
    const ownersOf = (some: readonly Bundle[]): ReadonlySet<string> =>
      new Set(some.map(({ identity }) => owners.get(identity)!));
    this.roster = roster;
    this.day = day;
    this.bundles = chosen;
    this.away = new Set(receiving.filter(isAway).map(({ person }) => person));
    this.unknown = ownersOf(shown.filter((bundle) => !known.includes(bundle)));
    this.unusable = ownersOf(known.filter((bundle) => !usable.includes(bundle)));
  }

  /** Return who of these people is sealed to, and who is `missing`. */
  split(people: Iterable<string>): readonly [to: readonly string[], missing: readonly string[]] {
    const ordered = [...new Set(people)].sort();
    return [ordered.filter((one) => this.bundles.has(one)), ordered.filter((one) => !this.bundles.has(one))];
  }

  /** Return the pairs of people who can be sealed to. */
  pairsOf(people: readonly string[]): readonly PublicPair[] {
    return people.map((person) => this.bundles.get(person)!);
  }

  /** Throw NotEnrolledError where nobody can be sealed to, RolledBackError where an old roster leaves nobody. */
  checkAnybody(): void {
    // Where all recipients know a roster that is not here, the server shows an old one.
    if (this.bundles.size === 0) throw this.unknown.size > 0 ? new RolledBackError() : new NotEnrolledError();
  }

  /** The shape of every envelope of the day. */
  get shape(): { readonly slots: number; readonly until: number } {
    return { slots: this.roster.slots(), until: untilOf(this.day) };
  }
}
