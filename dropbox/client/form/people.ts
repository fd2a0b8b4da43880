// Sentences with the names and roles of recipients.

import type { ShownRecipient } from "../shared/protocol.ts";
import { listed, words, wordsFor } from "./messages.ts";

/** Return a name with its role, or the name alone if it includes the role. */
export function person(name: string, role: string): string {
  const said = wordsFor("role", role);
  return name.toLowerCase().includes(said.toLowerCase()) ? name : words("person", { name, role: said });
}

export function namesOf(people: readonly ShownRecipient[]): string {
  return listed(people.map(({ name, role }) => person(name, role)));
}

/** Return a sentence of `family` about these people. */
export function withNames(family: string, people: readonly ShownRecipient[]): string {
  return words(people.length === 1 ? `${family}-one` : `${family}-some`, { names: namesOf(people) });
}

/** Return a sentence that says who can read it. */
export function readersOf(readers: readonly ShownRecipient[]): string {
  return readers.length === 0 ? words("readers-none") : withNames("readers", readers);
}

/** Return which readers get it later, and whether only one can open it now; "" if all can. */
export function laterOf(readers: readonly ShownRecipient[], unreachable: readonly ShownRecipient[]): string {
  if (unreachable.length === 0) return "";
  const now = readers.filter(({ person: id }) => unreachable.every((one) => one.person !== id));
  const later = withNames("later", unreachable);
  if (now.length === 0) return words("readers-unreachable");
  return now.length === 1 ? [words("alone", { name: namesOf(now) }), later].join(" ") : later;
}
