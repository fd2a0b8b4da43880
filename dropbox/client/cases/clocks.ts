// The clocks of a case, SPEC.md 5.4: which day something is due, by the policy's terms; it reads no clock itself.

import type { Members } from "../policy/policy.ts";
import type { Case } from "./review.ts";

const DAY = 86_400_000; // milliseconds
const SATURDAY = 6;

/** Days; what has not happened yet is null. */
export interface Clocks {
  readonly received: number;
  /** When a personal answer is due, the acknowledgement, and what is done. */
  readonly answer: number;
  readonly acknowledgement: number;
  readonly feedback: number;
  readonly answered: number | null;
  readonly acknowledged: number | null;
  readonly informed: number | null;
  readonly closed: number | null;
}

/** Return the day by which so many working days have passed after `day`; holidays are dates. */
export function workingDays(day: number, count: number, holidays: readonly string[]): number {
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
export function monthsAfter(day: number, months: number): number {
  const date = new Date(day * DAY);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(date.getUTCDate(), last)) / DAY;
}

export interface Happened {
  readonly received: number;
  readonly answered: number | null;
  readonly acknowledged: number | null;
  readonly informed: number | null;
  readonly closed: number | null;
}

/** Return what is due when, after what has happened. */
export function clocks({ terms, holidays }: Members, happened: Happened): Clocks {
  const { received, acknowledged } = happened;
  const acknowledgement = received + terms.acknowledgement_days;
  return {
    ...happened,
    answer: workingDays(received, terms.answer_days, holidays),
    acknowledgement,
    feedback: monthsAfter(acknowledged ?? acknowledgement, terms.feedback_months),
  };
}

/** Return what has happened in a case, by the server's days. */
export function happenedIn({ said }: Case): Happened {
  const first = (...kinds: readonly string[]): number | null =>
    said.find(({ author, message }) => author !== null && kinds.includes(message.head.kind))?.day ?? null;
  return {
    received: said[0]!.day,
    answered: first("acknowledgement", "question", "answer", "feedback", "closed"),
    acknowledged: first("acknowledgement"),
    informed: first("feedback", "closed"),
    closed: first("closed"),
  };
}

/** Whether the acknowledgement is so late that the reporter is offered to send it to others too. */
export function isLate({ terms }: Members, { received, acknowledged }: Happened, today: number): boolean {
  return acknowledged === null && today - received >= terms.late_days;
}
