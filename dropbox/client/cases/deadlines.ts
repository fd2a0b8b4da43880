// The deadlines of a case, SPEC 12.8: which day something is due, by the policy's terms; it reads no clock itself.

import type { Members } from "../policy/policy.ts";
import type { Happened } from "./happened.ts";

const DAY = 86_400_000; // milliseconds
const SATURDAY = 6;

/** What has happened, and the days by which a personal answer, the acknowledgement, and what is done are due. */
export interface DueDays extends Happened {
  readonly answer: number;
  readonly acknowledgement: number;
  readonly feedback: number;
}

/** Return the day by which so many working days have passed after `day`; holidays are dates. */
function workingDays(day: number, count: number, holidays: readonly string[]): number {
  let at = day;
  for (let left = count; left > 0; ) {
    at += 1;
    const date = new Date(at * DAY);
    const free = date.getUTCDay() % SATURDAY === 0 || holidays.includes(date.toISOString().slice(0, 10));
    if (!free) left -= 1;
  }
  return at;
}

/** Return the same day of a later month, or its last one. */
function monthsAfter(day: number, months: number): number {
  const date = new Date(day * DAY);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(date.getUTCDate(), last)) / DAY;
}

/** Return what is due when, after what has happened. */
export function dueDays({ terms, holidays }: Members, happened: Happened): DueDays {
  const { received, acknowledged } = happened;
  const acknowledgement = received + terms.acknowledgement_days;
  return {
    ...happened,
    answer: workingDays(received, terms.answer_days, holidays),
    acknowledgement,
    feedback: monthsAfter(acknowledged ?? acknowledgement, terms.feedback_months),
  };
}

/** Whether the acknowledgement is so late that the reporter is offered to send it to others too. */
export function isLate({ terms }: Members, { received, acknowledged }: Happened, today: number): boolean {
  return acknowledged === null && today - received >= terms.late_days;
}
