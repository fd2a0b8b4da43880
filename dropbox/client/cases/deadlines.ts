// The deadlines of a case, SPEC 12.8, by the policy's terms. The clock is the caller's.

import type { Members } from "../policy/policy.ts";
import { DAY_MS, MAX_DAY } from "../wire/sizes.ts";
import type { Happened } from "./happened.ts";

const SATURDAY = 6;

/** What has happened, and the days on which a personal answer, the acknowledgement and the feedback are due. */
export interface DueDays extends Happened {
  readonly answer: number;
  readonly acknowledgement: number;
  readonly feedback: number;
}

/** Return the day on which this many working days have passed after `day`; holidays are dates. */
function workingDays(day: number, count: number, holidays: readonly string[]): number {
  let at = day;
  for (let left = count; left > 0; ) {
    at += 1;
    const date = new Date(at * DAY_MS);
    const free = date.getUTCDay() % SATURDAY === 0 || holidays.includes(date.toISOString().slice(0, 10));
    if (!free) left -= 1;
  }
  return at;
}

/** Return the same day of a later month, or that month's last day; never a day after MAX_DAY. */
function monthsAfter(day: number, months: number): number {
  const date = new Date(day * DAY_MS);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Math.min(Date.UTC(year, month, Math.min(date.getUTCDate(), last)) / DAY_MS, MAX_DAY);
}

/** Return the days on which each step is due, given what has happened. */
export function dueDays({ terms, holidays }: Members, happened: Happened): DueDays {
  const { received, acknowledged } = happened;
  const acknowledgement = received + terms.acknowledgement_days;
  return {
    ...happened,
    answer: Math.min(workingDays(received, terms.answer_days, holidays), MAX_DAY),
    acknowledgement: Math.min(acknowledgement, MAX_DAY),
    feedback: monthsAfter(acknowledged ?? acknowledgement, terms.feedback_months),
  };
}

/** Whether the acknowledgement is so late that the reporter is offered to send the report to others too. */
export function isLate({ terms }: Members, { received, acknowledged }: Happened, today: number): boolean {
  return acknowledged === null && today - received >= terms.late_days;
}
