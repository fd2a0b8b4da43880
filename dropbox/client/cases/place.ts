// The place of a message in the mailbox, and the day of its entry.

import type { Head } from "../wire/messages/head.ts";

/** A place in the order: a number of the mailbox, or the `after`-th position between it and the next. */
export interface Place {
  readonly position: number;
  readonly after: number;
}

/**
 * Return the place of an own message that is not in the mailbox yet: after the whole mailbox, in the order of writing.
 */
export function unposted(written: number): Place {
  return { position: Infinity, after: written };
}

/** Compare places: negative, zero or positive. */
export function comparePlaces(left: Place, right: Place): number {
  return left.position === right.position ? left.after - right.after : left.position - right.position;
}

/** A message with a verified signature, its place and the day of its entry; `id` is in base64url. */
export interface PlacedMessage {
  readonly id: string;
  readonly head: Head;
  readonly place: Place;
  readonly day: number;
}
