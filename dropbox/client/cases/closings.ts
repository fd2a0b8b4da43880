// Whether a case is open or closed (SPEC 12.6), by its thread.

import { Closed } from "../wire/messages/thread.ts";
import { bit } from "./past.ts";
import { counts, type JudgedMessage } from "./thread.ts";
import { asks } from "./waiting.ts";

/** Return the number of the message that closed the case; null while it is open. */
export function closedBy(messages: readonly JudgedMessage[]): number | null {
  let asked = 0n;
  let closed: number | null = null;
  messages.forEach((message, number) => {
    if (asks(message)) {
      asked |= bit(number);
      closed = null;
    } else if (message.head.kind === Closed.KIND && counts(message)) {
      // Every asking message before it has to be in its past: else the reporter's words vanish unread.
      if ((asked & ~message.past) === 0n) closed ??= number;
    }
  });
  return closed;
}
