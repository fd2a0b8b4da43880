// Whether a case is open or closed (SPEC 12.6), according to its thread.

import { Closed } from "../wire/messages/thread.ts";
import { has } from "./past.ts";
import { comparePlaces } from "./place.ts";
import { counts, type JudgedMessage, standsBefore } from "./thread.ts";
import { asks } from "./waiting.ts";

/** Return the number of the message that closed the case; null if it is open. */
export function closedBy(messages: readonly JudgedMessage[]): number | null {
  const asked = [...messages.keys()].filter((number) => asks(messages[number]!));
  const standing = [...messages.keys()].filter((number) => {
    const message = messages[number]!;
    if (message.head.kind !== Closed.KIND || !counts(message)) return false;
    // Every earlier message that asks for a reply must be in its past: otherwise it would disappear unread.
    const isUnread = asked.some((one) => !has(message.past, one) && standsBefore(messages, one, number));
    return !isUnread && !asked.some((one) => standsBefore(messages, number, one));
  });
  return standing.sort((left, right) => comparePlaces(messages[left]!.place, messages[right]!.place))[0] ?? null;
}
