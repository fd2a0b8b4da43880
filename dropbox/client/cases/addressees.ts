// Whom a message names in `to` and `missing` (SPEC 5.3, 12.3).

import type { Case } from "./case.ts";

/**
 * Return whom a message that is being written is sealed to; the case is computed with it, at its last place.
 *
 * They are the readers, the message itself applied, and those whose reading it ends: nobody goes on to write in a case
 * without knowing that they read no more.
 */
export function addresseesOf({ messages }: Case, id: string): ReadonlySet<string> {
  const { readers, ended } = messages.find((message) => message.id === id)!;
  return new Set([...readers, ...ended]);
}
