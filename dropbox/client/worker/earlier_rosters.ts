// The rosters before the one in force, fetched to verify old messages and proofs. The server is not trusted.

import type { Courier } from "../net/courier.ts";
import { ForkError, RefusedError } from "../shared/errors.ts";
import type { RosterHistory } from "../roster/history.ts";
import { type Bytes, equal } from "../wire/bytes.ts";
import { idOf, LABEL_ROSTER, type Signed } from "../wire/signed.ts";

/** Return a history with every roster from the first one on; throw ForkError if the server's are different. */
export async function wholeHistory(courier: Courier, history: RosterHistory): Promise<RosterHistory> {
  return history.precededBy(await earlierRosters(courier, history));
}

/** Return every root, and after them the roster with this id, as signed documents; throw ForkError if it is missing. */
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
  // All of them, whatever the thread needs: a single one would tell the server whose message is in the thread.
  const versions = Array.from({ length: rosters[0]!.version - 1 }, (_, at) => at + 1);
  try {
    return await Promise.all(versions.map((version) => courier.roster(version)));
  } catch (error) {
    // Not "unknown", which the page would show as: this code does not exist.
    throw error instanceof RefusedError ? new ForkError() : error;
  }
}
