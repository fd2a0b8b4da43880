// A case: a pure function of its messages, the rosters and the day (SPEC 12.1). A reporter has only the messages of the
// thread.

import { alarms, type Notice } from "./notices.ts";
import { closedBy } from "./closings.ts";
import { type Missing, missing } from "./missing.ts";
import { has, pastOf } from "./past.ts";
import type { PlacedMessage } from "./place.ts";
import type { Rosters } from "./rosters.ts";
import { judge, type JudgedMessage } from "./thread.ts";
import { readBy, waiting } from "./waiting.ts";

/** A case, as computed from the messages of its thread. */
export interface Case {
  /** In order, the report first. */
  readonly messages: readonly JudgedMessage[];
  /** Today's readers. */
  readonly readers: ReadonlySet<string>;
  readonly leftOut: ReadonlySet<string>;
  /** The persons that any "yes" or `joined` has ever named. */
  readonly admitted: ReadonlySet<string>;
  /** Messages of the reporter that ask for a reply and have none. */
  readonly waiting: readonly string[];
  readonly missing: readonly Missing[];
  /** Null while the case is open, according to the thread. */
  readonly closedBy: string | null;
  readonly alarms: readonly Notice[];
  /** The persons who have read each message. */
  readonly readBy: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Return the case of these messages, with its readers on `day`; null if the report is missing. */
export function caseOf(placed: Iterable<PlacedMessage>, rosters: Rosters, day: number): Case | null {
  const past = pastOf(placed); // SPEC 12.1 steps 1 to 3
  if (!past) return null;
  const [messages, readership] = judge(past, rosters); // steps 4 to 6
  const waits = waiting(messages); // step 8
  const closed = closedBy(messages); // step 10
  const read = [...readBy(messages)];
  return {
    messages,
    readers: readership.read(rosters.personsOn(day)), // step 12
    leftOut: readership.leftOut,
    admitted: readership.admitted,
    waiting: messages.filter((_, number) => has(waits, number)).map(({ id }) => id),
    missing: missing(past, messages),
    closedBy: closed === null ? null : messages[closed]!.id,
    alarms: alarms(messages), // step 7
    readBy: new Map(messages.map(({ id }, number) => [
      id,
      new Set(read.filter(([, mask]) => has(mask, number)).map(([person]) => person)),
    ])),
  };
}
