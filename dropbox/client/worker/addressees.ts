// The recipients who can be sealed to on a day, by the roster in force and the server's bundles (SPEC 7.3).

import { NotEnrolledError, RolledBackError } from "../shared/errors.ts";
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
  /** Those who are away, according to themselves or the policy. */
  readonly away: ReadonlySet<string>;
  /** Those whose bundle names an unknown root or roster: that bundle does not count, the others do. */
  readonly unknown: ReadonlySet<string>;
  /** Those whose bundle cannot be sealed to. */
  readonly unusable: ReadonlySet<string>;

  /**
   * Choose bundles as SPEC 7.3 requires; `documents` are the ids (b64) of all known roots and rosters.
   *
   * With `lastResortOnly` no weekly bundle is used, as on an offline page. Throws ExpiredError if no roster is valid on
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
    // Nobody seals to a stolen key once its revocation is published.
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

  /** Split these people into those who can be sealed to and those who are `missing`. */
  split(people: Iterable<string>): readonly [to: readonly string[], missing: readonly string[]] {
    const ordered = [...new Set(people)].sort();
    return [ordered.filter((one) => this.bundles.has(one)), ordered.filter((one) => !this.bundles.has(one))];
  }

  /** Return the key pairs of people who can be sealed to. */
  pairsOf(people: readonly string[]): readonly PublicPair[] {
    return people.map((person) => this.bundles.get(person)!);
  }

  /** Throw NotEnrolledError if nobody can be sealed to, RolledBackError if an old roster is the reason. */
  checkAnybody(): void {
    // If all recipients name an unknown roster, the server shows an old one.
    if (this.bundles.size === 0) throw this.unknown.size > 0 ? new RolledBackError() : new NotEnrolledError();
  }

  /** The shape of every envelope of that day. */
  get shape(): { readonly slots: number; readonly until: number } {
    return { slots: this.roster.slots(), until: untilOf(this.day) };
  }
}
