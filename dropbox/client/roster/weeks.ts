// Weeks, SPEC 3.5 and 7.3: Mondays, the last day of an envelope, the days of keys.

import { MalformedError } from "../shared/errors.ts";

const WEEK = 7;
const FIRST_MONDAY = 4; // 1970-01-05
const SUNDAY = 6; // days after a Monday
const UNTIL_DAYS = 27; // an envelope is accepted for four weeks, counted from a Monday
const LAST_RESORT_DAYS = 391; // 56 weeks, counted from a Monday to a Sunday
const CLOCK_DAYS = 2; // if two clocks differ by more, one of them is wrong

/** Bundles are made for this week and this many days more. */
export const AHEAD = 3 * WEEK;

/** Return the Monday on or before `day`, M(d) of SPEC 3.5. */
export function monday(day: number): number {
  return day - ((day - FIRST_MONDAY + WEEK) % WEEK);
}

/** Return the `until` of every envelope that is sealed on `day`. */
export function untilOf(day: number): number {
  return monday(day) + UNTIL_DAYS;
}

/** Return the `to` of a bundle that starts on `start`; throw MalformedError unless that is a Monday. */
export function lastDay(start: number, last: boolean): number {
  if (monday(start) !== start) throw new MalformedError();
  return start + (last ? LAST_RESORT_DAYS : SUNDAY);
}

/** Whether the server's day and our own can both be right. */
export function agree(served: number, own: number): boolean {
  return Math.abs(served - own) <= CLOCK_DAYS;
}
