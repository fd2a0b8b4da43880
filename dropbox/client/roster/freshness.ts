// Who has looked of late, SPEC.md 7.3, by what recipients sign each week; it asks nobody.

import { b64 } from "../wire/canonical.ts";
import { Bundle } from "./bundle.ts";
import type { RosterHistory } from "./history.ts";
import { AHEAD, monday } from "./weeks.ts";

const WITNESSES = 2; // so many who have looked need no word

/**
 * Of whom the server shows today that they looked in this week or the three before, and each one's last week.
 *
 * A server that hides a new roster has to hide every bundle that names it too: then nobody has looked.
 */
export class Freshness {
  readonly looked: ReadonlySet<string>;
  readonly weeks: ReadonlyMap<string, number>;
  /** So many should have looked. */
  readonly wanted: number;

  /** Judge the bundles of those who receive today; `documents` are the ids (b64) that are here. */
  constructor(history: RosterHistory, bundles: readonly Bundle[], today: number, documents: ReadonlySet<string>) {
    const roster = history.inForce(today);
    const revoked = history.newest.revoked;
    const people = roster.receiving(today).map(({ identity }) => identity).filter((identity) => !revoked.has(identity));
    const newer = history.rosters.filter(({ version }) => version >= roster.version).map(({ id }) => id);
    const current = [roster.previous, ...newer].map((id) => id && b64(id));
    const looked = new Set<string>();
    const weeks = new Map<string, number>();
    for (const bundle of Bundle.highest(bundles.filter((one) => one.covers(today)))) {
      const { identity, seen, last, week } = bundle;
      if (!seen || week > today || !people.includes(identity)) continue;
      if (!bundle.namesKnown(documents)) continue;
      weeks.set(identity, Math.max(week, weeks.get(identity) ?? 0));
      if (!last && week >= monday(today) - AHEAD && current.includes(seen.roster)) looked.add(identity);
    }
    this.looked = looked;
    this.weeks = weeks;
    this.wanted = Math.min(WITNESSES, people.length);
  }
}
