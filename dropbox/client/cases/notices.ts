// Alarms on authors, as named kinds (SPEC 14). Their sentences for people are in the templates.

import { b64 } from "../wire/canonical.ts";
import { type Head, isOf } from "../wire/messages/head.ts";
import { Consent, YES } from "../wire/messages/reporter.ts";
import { Joined } from "../wire/messages/thread.ts";
import { bit } from "./past.ts";
import { counts, isShown, type JudgedMessage } from "./thread.ts";

/** One alarm: its kind, its message, and the persons named there. Honest people never cause one. */
export interface Notice {
  /**
   * forbidden: its author may not write this kind, or not in this case.
   *
   * left-out-named: it names a person who was left out, and no "yes" in its past names that person.
   */
  readonly kind: "forbidden" | "left-out-named";
  readonly message: string;
  readonly people: readonly string[];
}

/** Return the alarms on authors. */
export function alarms(messages: readonly JudgedMessage[]): Notice[] {
  const without = new Set(messages[0]!.head.without.map(b64));
  // By person, the set of messages that say "yes" to them.
  const answers = new Map([...without].map((person) => [person, 0n]));
  const found: Notice[] = [];
  messages.forEach((message, number) => {
    const { id, head, past, isComplete, byReporter } = message;
    if (!isShown(message)) {
      found.push({ kind: "forbidden", message: id, people: [] });
    } else if (!byReporter) {
      const people = named(head).filter((person) => without.has(person) && !(answers.get(person)! & past)).sort();
      // If part of its past is missing, the "yes" can be in that part.
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
