// The days of a case's steps that the law or the policy requires (SPEC 12.8).

import { Acknowledgement, Answer, Closed, Feedback, Question } from "../wire/messages/thread.ts";
import type { Case } from "./case.ts";
import { counts } from "./thread.ts";

/** The day of each step, null if it was not taken; `closed` is null while the case is open. */
export interface Happened {
  readonly received: number;
  readonly answered: number | null;
  readonly acknowledged: number | null;
  readonly informed: number | null;
  readonly closed: number | null;
}

/** Return the days of a case's steps, by messages that count; `closed` is the day of the message that closes it now. */
export function happenedIn({ messages, closedBy }: Case): Happened {
  const first = (...kinds: readonly { readonly KIND: string }[]): number | null => {
    const days = messages
      .filter((one) => !one.byReporter && counts(one) && kinds.some(({ KIND }) => KIND === one.head.kind))
      .map(({ day }) => day);
    return days.length === 0 ? null : Math.min(...days);
  };
  return {
    received: messages[0]!.day,
    answered: first(Acknowledgement, Question, Answer, Feedback, Closed),
    acknowledged: first(Acknowledgement),
    informed: first(Feedback, Closed),
    closed: messages.find(({ id }) => id === closedBy)?.day ?? null,
  };
}
