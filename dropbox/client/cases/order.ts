// The order in which the messages of a thread are applied (SPEC 12.1 step 3).
//
// The report is first. Then comes, again and again, the message with the lowest place; directly before it those of its
// past that were not applied yet, in the same way. A message that arrives late thus moves forward to the one that names
// it, and moves no other.

import { compare } from "../wire/bytes.ts";
import { unb64 } from "../wire/canonical.ts";
import { ID_SIZE } from "../wire/sizes.ts";
import { comparePlaces, type PlacedMessage } from "./place.ts";

/** Yield all messages except the report; `named` has the ids that each one names. */
export function* inOrder(
  here: ReadonlyMap<string, PlacedMessage>,
  named: ReadonlyMap<string, readonly string[]>,
): Generator<PlacedMessage, void, void> {
  const left = new Set(named.keys());
  for (const { id } of [...here.values()].sort(compareMessages)) {
    const path = left.has(id) ? [id] : [];
    while (path.length > 0) {
      const late = named.get(path.at(-1)!)!.filter((name) => left.has(name)).map((name) => here.get(name)!);
      if (late.length > 0) {
        path.push(late.reduce((lowest, message) => (compareMessages(message, lowest) < 0 ? message : lowest)).id);
      } else {
        const next = path.pop()!;
        left.delete(next);
        yield here.get(next)!;
      }
    }
  }
}

function compareMessages(left: PlacedMessage, right: PlacedMessage): number {
  return comparePlaces(left.place, right.place) || compare(unb64(left.id, ID_SIZE), unb64(right.id, ID_SIZE));
}
