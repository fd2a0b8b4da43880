// Which of the reporter's consents hold (SPEC 12.3, 12.6): of words that did not know of each other, the no.

import { b64 } from "../wire/canonical.ts";
import { isOf } from "../wire/messages/head.ts";
import { Consent, YES } from "../wire/messages/reporter.ts";
import type { Case } from "./case.ts";
import { has } from "./past.ts";
import { counts, type JudgedMessage } from "./thread.ts";

/** Say whether a message is a consent that no denial of the same request or about the same people undoes. */
export function holds(message: JudgedMessage, { messages }: Case): boolean {
  const { head, past } = message;
  if (!counts(message) || !isOf(head, Consent)) return false;
  const { answer, request, people } = head.body;
  if (answer !== YES) return true;
  const named = new Set(people.map(b64));
  const isDenied = (one: JudgedMessage): boolean =>
    counts(one) &&
    isOf(one.head, Consent) &&
    one.head.body.answer !== YES &&
    ((request !== null && one.head.body.request !== null && b64(request) === b64(one.head.body.request)) ||
      one.head.body.people.some((person) => named.has(b64(person))));
  return messages.every((one, number) => !isDenied(one) || has(past, number));
}
