// Alarms on authors, as named kinds (SPEC 14); the sentences for people are elsewhere.

import { b64 } from "../wire/canonical.ts";
import { type Head, isOf } from "../wire/messages/head.ts";
import { Consent, YES } from "../wire/messages/reporter.ts";
import { Joined } from "../wire/messages/thread.ts";
import { bit } from "./past.ts";
import { counts, isShown, type JudgedMessage } from "./thread.ts";

/** One alarm: what, about which message, and whom it names. Honest people never cause one. */
export interface Notice {
  /**
   * forbidden: it is not for its author to write this, or to write here.
   * left-out-named: it names somebody left out, whom no "yes" that it knows of has ever named.
   */
  readonly kind: "forbidden" | "left-out-named";
  readonly message: string;
  readonly people: readonly string[];
}

/** Return the alarms on authors. */
export function alarms(messages: readonly JudgedMessage[]): Notice[] {
  const without = new Set(messages[0]!.head.without.map(b64));
  // The messages that say "yes" to each, as a set of numbers.
  const answers = new Map([...without].map((person) => [person, 0n]));
  const found: Notice[] = [];
  messages.forEach((message, number) => {
    const { id, head, past, isComplete, byReporter } = message;
    if (!isShown(message)) {
      found.push({ kind: "forbidden", message: id, people: [] });
    } else if (!byReporter) {
      const people = named(head).filter((person) => without.has(person) && !(answers.get(person)! & past)).sort();
      // Where something of its past is missing, the "yes" can be there.
      if (people.length > 0 && isComplete) found.push({ kind: "left-out-named", message: id, people });
    } else if (counts(message) && isOf(head, Consent) && head.body.answer === YES) {
      for (const person of head.body.people.map(b64)) {
        if (without.has(person)) answers.set(person, answers.get(person)! | bit(number));
      }
    }
  });
  return found;
}

function named(head: Head): string[] {
  const joined = isOf(head, Joined) ? head.body.people : [];
  return [...new Set([...head.to, ...head.missing, ...joined].map(b64))];
}
