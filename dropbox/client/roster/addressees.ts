// Whom an envelope of today can be sealed to, SPEC.md 7.3, and whose keys do not count; it seals nothing.

import { NotEnrolledError, RolledBackError } from "../errors.ts";
import { Bundle } from "./bundle.ts";
import { canBeSealedTo } from "./public_keys.ts";
import type { RosterHistory } from "./history.ts";
import type { Roster } from "./roster.ts";
import { untilOf } from "./weeks.ts";

/**
 * The bundle used today for each recipient of a roster that has one, by identity, and `until` of every envelope.
 *
 * `away` are those who say so, or of whom the policy does. `unknown` are those whose bundle names a root or roster that
 * is not here, `unusable` those to whose keys nobody can seal: one bundle of one recipient closes nothing for the
 * others, and its owner is named.
 */
export class Addressees {
  readonly roster: Roster;
  readonly bundles: ReadonlyMap<string, Bundle>;
  readonly away: ReadonlySet<string>;
  readonly until: number;
  readonly unknown: ReadonlySet<string>;
  readonly unusable: ReadonlySet<string>;

  /**
   * Choose as SPEC.md 7.3 says; `documents` are the ids (b64) of all roots and rosters that are here.
   *
   * Throws ExpiredError when no roster is valid today, NotEnrolledError when nobody has a bundle to seal to, and
   * RolledBackError when all who have one know a root or a roster that is not here.
   */
  constructor(
    history: RosterHistory,
    bundles: readonly Bundle[],
    today: number,
    documents: ReadonlySet<string>,
    lastResortOnly = false,
  ) {
    const roster = history.inForce(today);
    // A stolen key is sealed to by nobody from the moment on that its revocation is published.
    const receiving = roster.receiving(today).filter(({ identity }) => !history.newest.revoked.has(identity));
    const covering = bundles.filter((bundle) => bundle.covers(today));
    const shown = [...Bundle.highest(covering)]
      .filter((bundle) => receiving.some(({ identity }) => identity === bundle.identity))
      .sort((left, right) => left.serial - right.serial);
    const known = shown.filter((bundle) => bundle.namesKnown(documents));
    const usable = known.filter(canBeSealedTo);
    const chosen = new Map<string, Bundle>();
    const said = new Map<string, number | null>();
    for (const bundle of usable) said.set(bundle.identity, bundle.away);
    for (const last of [true, false]) {
      if (!last && lastResortOnly) break;
      for (const bundle of usable) if (bundle.last === last && bundle.isReadable()) chosen.set(bundle.identity, bundle);
    }
    const away = receiving.filter(
      ({ identity, name }) => roster.policy.isAway(name, today) || (said.get(identity) ?? 0) >= today,
    );
    this.roster = roster;
    this.bundles = chosen;
    this.away = idsOf(away);
    this.until = untilOf(today);
    this.unknown = idsOf(shown.filter((bundle) => !known.includes(bundle)));
    this.unusable = idsOf(known.filter((bundle) => !usable.includes(bundle)));
    // Where all who can be sealed to know another roster, it is the server that shows an old one.
    if (chosen.size === 0) throw this.unknown.size > 0 ? new RolledBackError() : new NotEnrolledError();
  }

  /** The shape of every envelope of today. */
  get shape(): { readonly slots: number; readonly until: number } {
    return { slots: this.roster.slots(), until: this.until };
  }
}

function idsOf(people: readonly { readonly identity: string }[]): ReadonlySet<string> {
  return new Set(people.map(({ identity }) => identity));
}
