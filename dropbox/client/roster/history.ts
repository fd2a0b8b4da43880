// The chain of rosters, SPEC 7.2: which one is in force on a day.

import { ExpiredError, MalformedError } from "../shared/errors.ts";
import type { Signed } from "../wire/signed.ts";
import type { Root } from "./root.ts";
import { Roster } from "./roster.ts";

/** Consecutive rosters, oldest first; the last one is verified, and through it all of them. */
export class RosterHistory {
  readonly rosters: readonly Roster[];

  private constructor(rosters: readonly Roster[]) {
    this.rosters = rosters;
  }

  /**
   * Return the rosters of `documents`, oldest first, if the newest root's keys signed the last one.
   *
   * The others need no signature: the last one commits to them. Throws what `Roster.verify` and `Roster.previousOf` throw.
   */
  static verify(documents: readonly Signed[], root: Root): RosterHistory {
    const newest = documents.at(-1);
    if (!newest) throw new MalformedError();
    return new RosterHistory([Roster.verify(newest, root)]).precededBy(documents.slice(0, -1));
  }

  /** Return this history with earlier rosters, oldest first; throw what `verify` throws. */
  precededBy(documents: readonly Signed[]): RosterHistory {
    const rosters = [...this.rosters];
    for (const signed of [...documents].reverse()) rosters.unshift(rosters[0]!.previousOf(signed));
    return new RosterHistory(rosters);
  }

  /** The last roster, in force or not yet. */
  get newest(): Roster {
    return this.rosters.at(-1)!;
  }

  /** Return the newest roster whose first day is not after `day`; throw ExpiredError if it is not valid on that day. */
  inForce(day: number): Roster {
    const found = this.rosters.filter(({ start }) => start <= day).at(-1);
    if (!found) throw new ExpiredError();
    found.checkDay(day);
    return found;
  }
}
