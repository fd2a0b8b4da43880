// Messages that others name but that are missing (SPEC 12.5).

import { compare } from "../wire/bytes.ts";
import { unb64 } from "../wire/canonical.ts";
import { ID_SIZE } from "../wire/sizes.ts";
import type { Past } from "./past.ts";
import { isShown, type JudgedMessage } from "./thread.ts";

/** A missing message, and the messages that name it. It accuses nobody: the server or its author withholds it. */
export interface Missing {
  readonly id: string;
  readonly namedBy: readonly string[];
}

/** Return the ids that are named but missing; those that only a forbidden message names prove nothing. */
export function missing(past: Past, messages: readonly JudgedMessage[]): Missing[] {
  return [...past.missing]
    .map(([id, numbers]) => ({ id, namedBy: numbers.map((at) => messages[at]!).filter(isShown).map((one) => one.id) }))
    .filter(({ namedBy }) => namedBy.length > 0)
    .sort((left, right) => compare(unb64(left.id, ID_SIZE), unb64(right.id, ID_SIZE)));
}
