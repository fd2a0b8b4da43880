// Whether a message counts, by its author and its day (SPEC 12.2).

import { equal } from "../wire/bytes.ts";
import { b64 } from "../wire/canonical.ts";
import { DOSSIER, RECIPIENT, REPORTER } from "../wire/messages/fields.ts";
import { type Head, isOf } from "../wire/messages/head.ts";
import { Consent } from "../wire/messages/reporter.ts";
import { kindOf } from "../wire/messages/table.ts";
import { Report } from "../wire/messages/thread.ts";
import type { PlacedMessage } from "./place.ts";
import type { Readership } from "./readers.ts";
import type { Rosters } from "./rosters.ts";

/**
 * The standing of a message; only one that counts changes anything.
 *
 * late: its author once had reason to believe that they read the case. It is shown with a mark, without an alarm.
 *
 * unclear: something is missing that is needed to decide. It is shown with a mark.
 *
 * forbidden: it raises an alarm that names the author, and is not shown.
 */
export type Standing = "counts" | "late" | "unclear" | "forbidden";

/** Whether the author of the report wrote this message. */
export function isReporter(head: Head, report: Head): boolean {
  return equal(head.author, report.author);
}

/** Whether the author may write this kind: nobody writes for the reporter, nor the reporter for others. */
export function mayWrite(head: Head, report: Head): boolean {
  const authors = kindOf(head.kind).AUTHORS;
  if (!isReporter(head, report)) return authors.includes(RECIPIENT);
  // The recipient who entered the report for somebody holds its code, and could consent in their place.
  if (isOf(head, Consent)) return isOf(report, Report) && report.body.entered === null;
  return authors.includes(REPORTER) && head.channel !== DOSSIER;
}

/**
 * Return the standing of a recipient's message at its place, by the readers there and the day of its entry.
 *
 * It does not depend on what the head claims: an author chooses its roster and its `seen`.
 */
export function standingOf(
  { head, day }: PlacedMessage,
  readership: Readership,
  rosters: Rosters,
  isComplete: boolean,
): Standing {
  const identity = b64(head.author);
  const person = rosters.personOf(identity);
  // SPEC 12.2 step 1: a reader at this place, with a key that is valid on that day.
  if (
    person !== null &&
    readership.read(rosters.personsOn(day)).has(person) &&
    rosters.isKnown(day) &&
    rosters.lists(identity, day, head.day) &&
    !rosters.isRevoked(identity, day)
  ) {
    return "counts";
  }
  // SPEC 12.2 step 2: honest people may not know yet that their reading has ended, or that it never began.
  if (person !== null && readership.wasReader(person)) return "late";
  // SPEC 12.2 step 3.
  const isKnown = rosters.has(b64(head.roster)) && rosters.isKnown(day);
  return isComplete && isKnown ? "forbidden" : "unclear";
}
