// The recipients that a message names in `to` and `missing` (SPEC 5.3, 12.3).

import type { Case } from "./case.ts";

/**
 * Return the persons to whom a message being written is sealed; the case is computed with it, at its last place.
 *
 * They are the readers after the message is applied, and those whose reading it ends: nobody should go on writing in a
 * case without knowing that they no longer read it.
 */
export function addresseesOf({ messages }: Case, id: string): ReadonlySet<string> {
  const { readers, ended } = messages.find((message) => message.id === id)!;
  return new Set([...readers, ...ended]);
}
