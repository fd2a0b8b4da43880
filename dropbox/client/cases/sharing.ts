// Sharing: which messages of a thread the page gives to whom. Shares carry keys, never rights (SPEC 12.4).

import { b64 } from "../wire/canonical.ts";
import type { Case } from "./case.ts";
import type { JudgedMessage } from "./thread.ts";

/** The ids of the messages already given, by person. */
export type Given = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Return the ids that the page still has to give to each person on the roster in force, the `listed` ones.
 *
 * A reader gets each message of the thread whose `to` does not name them, once from each page and vault: a share by
 * somebody else can be worthless, and nobody can see that. A person whose reading was ended gets only the message that
 * ended it.
 */
export function owed(
  { messages, readers }: Case,
  listed: Iterable<string>,
  given: Given,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const person of [...listed].sort()) {
    const wanted = readers.has(person) ? messages : messages.filter(({ ended }) => ended.has(person)).slice(-1);
    const ids = wanted.filter((message) => lacks(person, message)).map(({ id }) => id);
    const left = ids.filter((id) => !given.get(person)?.has(id));
    if (left.length > 0) found.set(person, left);
  }
  return found;
}

function lacks(person: string, { place, person: author, head }: JudgedMessage): boolean {
  // Only messages that are in the mailbox, and so in the log, are shared.
  return place.position !== Infinity && author !== person && !head.to.some((one) => b64(one) === person);
}
