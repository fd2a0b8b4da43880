// The deadlines of a case, SPEC 12.8: which day something is due, by the policy's terms; it reads no clock itself.

import type { Members } from "../policy/policy.ts";
import { Acknowledgement, Answer, Closed, Feedback, Question } from "../wire/messages/thread.ts";
import type { Case } from "./case.ts";
import { counts } from "./thread.ts";

const DAY = 86_400_000; // milliseconds
const SATURDAY = 6;

/** Days; what has not happened yet is null. */
export interface Deadlines {
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
export function deadlines({ terms, holidays }: Members, happened: Happened): Deadlines {
  const { received, acknowledged } = happened;
  const acknowledgement = received + terms.acknowledgement_days;
  return {
    ...happened,
    answer: workingDays(received, terms.answer_days, holidays),
    acknowledgement,
    feedback: monthsAfter(acknowledged ?? acknowledgement, terms.feedback_months),
  };
}

/** Return what has happened in a case, by the days of the mailbox; it is `closed` on the day of what closes it now. */
export function happenedIn({ messages, closedBy }: Case): Happened {
  const first = (...kinds: readonly { readonly KIND: string }[]): number | null =>
    messages.find((one) => !one.byReporter && counts(one) && kinds.some(({ KIND }) => KIND === one.head.kind))?.day ??
    null;
  return {
    received: messages[0]!.day,
    answered: first(Acknowledgement, Question, Answer, Feedback, Closed),
    acknowledged: first(Acknowledgement),
    informed: first(Feedback, Closed),
    closed: messages.find(({ id }) => id === closedBy)?.day ?? null,
  };
}

/** Whether the acknowledgement is so late that the reporter is offered to send it to others too. */
export function isLate({ terms }: Members, { received, acknowledged }: Happened, today: number): boolean {
  return acknowledged === null && today - received >= terms.late_days;
}
