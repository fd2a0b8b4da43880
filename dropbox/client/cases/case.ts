// What a case is: one pure function of its messages, the rosters and the day (SPEC 12.1); of the thread alone, which is
// all that a reporter has.

import { alarms, type Notice } from "./notices.ts";
import { closedBy } from "./closings.ts";
import { type Missing, missing } from "./missing.ts";
import { has, pastOf } from "./past.ts";
import type { PlacedMessage } from "./place.ts";
import type { Rosters } from "./rosters.ts";
import { judge, type JudgedMessage } from "./thread.ts";
import { readBy, waiting } from "./waiting.ts";

/** A case, as it follows from the messages of its thread. */
export interface Case {
  /** In their order, the report first. */
  readonly messages: readonly JudgedMessage[];
  /** Who reads today. */
  readonly readers: ReadonlySet<string>;
  readonly leftOut: ReadonlySet<string>;
  /** Whom any "yes" or `joined` ever named. */
  readonly admitted: ReadonlySet<string>;
  /** Asking messages without a reply. */
  readonly waiting: readonly string[];
  readonly missing: readonly Missing[];
  /** Null while the case is open, as far as the thread tells. */
  readonly closedBy: string | null;
  readonly alarms: readonly Notice[];
  /** Who has read each message. */
  readonly readBy: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Return the case that these messages make for who reads on `day`, or null if their report is not here. */
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
