// Freshness, SPEC 7.7: which recipients have looked recently, according to the bundles that they sign each week.

import { b64 } from "../wire/canonical.ts";
import { Bundle, type Witness } from "./bundle.ts";
import type { RosterHistory } from "./history.ts";
import { AHEAD, monday } from "./weeks.ts";

const WITNESSES = 2; // if this many have looked, the page shows no warning

/**
 * The recipients who looked in this week or the three before, according to the server, and each one's last week;
 * persons.
 *
 * A server that hides a new roster must also hide every bundle that names it: then nobody has looked.
 */
export class Freshness {
  readonly looked: ReadonlySet<string>;
  readonly weeks: ReadonlyMap<string, number>;
  /**
   * Those whose bundles name different logs at one place: the server shows them different logs, or one bundle is false.
   */
  readonly differing: ReadonlySet<string>;
  /** How many of them should have looked. */
  readonly wanted: number;

  /** Evaluate the bundles of today's recipients; `documents` are the ids (b64) of the held roots and rosters. */
  constructor(history: RosterHistory, bundles: readonly Bundle[], today: number, documents: ReadonlySet<string>) {
    const roster = history.inForce(today);
    const receiving = roster.receiving(today).filter(({ identity }) => !history.newest.revoked.has(identity));
    const owners = new Map(receiving.map(({ identity, person }) => [identity, person]));
    const newer = history.rosters.filter(({ version }) => version >= roster.version).map(({ id }) => id);
    const current = [roster.previous, ...newer].map((id) => id && b64(id));
    const shown = Bundle.highest(bundles.filter((one) => one.covers(today))).flatMap((bundle) => {
      const { identity, seen, week } = bundle;
      const owner = owners.get(identity);
      const counts = owner !== undefined && seen && week <= today && bundle.namesKnown(documents);
      return counts ? [{ owner, seen, week, last: bundle.last }] : [];
    });
    const weeks = new Map<string, number>();
    for (const { owner, week } of shown) weeks.set(owner, Math.max(week, weeks.get(owner) ?? 0));
    const forked = shown.filter(({ seen }) => shown.some((other) => differ(seen, other.seen)));
    const differing = new Set(forked.map(({ owner }) => owner));
    const looked = shown.filter(({ owner, seen, week, last }) =>
      !last && week >= monday(today) - AHEAD && current.includes(seen.roster) && !differing.has(owner));
    this.looked = new Set(looked.map(({ owner }) => owner));
    this.weeks = weeks;
    this.differing = differing;
    this.wanted = Math.min(WITNESSES, receiving.length);
  }
}

/** SPEC 7.6 step 9: one log has one digest at each place. */
function differ(one: Witness, other: Witness): boolean {
  return one.place === other.place && one.digest !== other.digest;
}
