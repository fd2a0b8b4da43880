// The rosters before the one in force, fetched for what was said and confirmed in their days; it trusts no server.

import type { Courier } from "./courier.ts";
import { ForkError, RefusedError } from "./errors.ts";
import type { RosterHistory } from "./roster/history.ts";
import { type Bytes, equal } from "./wire/bytes.ts";
import { idOf, LABEL_ROSTER, type Signed } from "./wire/signed.ts";

/** Return a history with every roster from the first one on; throw ForkError where the server has others. */
export async function wholeHistory(courier: Courier, history: RosterHistory): Promise<RosterHistory> {
  return history.precededBy(await earlierRosters(courier, history));
}

/** Return every root, and the roster with this id behind them, as they were signed; throw ForkError without one. */
export async function evidence(
  courier: Courier,
  history: RosterHistory,
  id: Bytes,
): Promise<{ readonly roots: readonly Signed[]; readonly roster: Signed }> {
  const { roots, rosters } = await courier.chain();
  const all = [...rosters, ...(await earlierRosters(courier, history))];
  const found = all.find((signed) => equal(idOf(signed, LABEL_ROSTER), id));
  if (!found) throw new ForkError();
  return { roots, roster: found };
}

async function earlierRosters(courier: Courier, { rosters }: RosterHistory): Promise<readonly Signed[]> {
  // All of them, whoever wrote in a thread: which one it needs would tell the server whose message stands in it.
  const versions = Array.from({ length: rosters[0]!.version - 1 }, (_, at) => at + 1);
  try {
    return await Promise.all(versions.map((version) => courier.roster(version)));
  } catch (error) {
    // Not "unknown", which a person reads as: no such code.
    throw error instanceof RefusedError ? new ForkError() : error;
  }
}
