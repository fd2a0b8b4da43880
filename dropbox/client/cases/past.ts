// The messages of a thread in order, and the past of each (SPEC 5.3, 12.1 steps 1 and 2).
// A past is a set of messages, stored as the bits of an integer: bit n is the n-th message of the order.

import { b64 } from "../wire/canonical.ts";
import { THREAD } from "../wire/messages/fields.ts";
import { isOf } from "../wire/messages/head.ts";
import { Report } from "../wire/messages/thread.ts";
import { inOrder } from "./order.ts";
import { comparePlaces, type PlacedMessage } from "./place.ts";

/** The messages of a thread in order, the report first, each with the part of its past that is present. */
export interface Past {
  readonly messages: readonly PlacedMessage[];
  readonly numbers: ReadonlyMap<string, number>;
  /** The past of each message. */
  readonly masks: readonly bigint[];
  /** The messages whose past is incomplete. */
  readonly incomplete: bigint;
  /** Ids that are named but missing, with the messages that name them. */
  readonly missing: ReadonlyMap<string, readonly number[]>;
}

/** Put the messages of one thread in order; return null if the report is missing. */
export function pastOf(messages: Iterable<PlacedMessage>): Past | null {
  const unique = uniqueOf(messages);
  const report = [...unique.values()].find(({ head }) => isOf(head, Report));
  if (!report) return null;
  unique.delete(report.id);
  const named = new Map([...unique].map(([id, { head }]) => [id, head.seen.map(b64)]));
  const order = [report, ...inOrder(unique, named)];
  const numbers = new Map(order.map(({ id }, number) => [id, number]));
  const masks: bigint[] = [];
  const missing = new Map<string, number[]>();
  let incomplete = 0n;
  order.forEach(({ id }, number) => {
    // The report is in the past of every message but itself.
    let mask = number === 0 ? 0n : 1n;
    for (const name of named.get(id) ?? []) {
      const at = numbers.get(name);
      if (at !== undefined) {
        mask |= masks[at]! | bit(at);
      } else {
        missing.set(name, [...missing.get(name) ?? [], number]);
        incomplete |= bit(number);
      }
    }
    masks.push(mask);
    if (mask & incomplete) incomplete |= bit(number);
  });
  return { messages: order, numbers, masks, incomplete, missing };
}

/** Return the set with one number. */
export function bit(number: number): bigint {
  return 1n << BigInt(number);
}

/** Whether a set contains a number. */
export function has(mask: bigint, number: number): boolean {
  return (mask & bit(number)) !== 0n;
}

/** Return each message of the thread once, at its lowest place: a copy of a known id changes nothing. */
function uniqueOf(messages: Iterable<PlacedMessage>): Map<string, PlacedMessage> {
  const unique = new Map<string, PlacedMessage>();
  for (const message of messages) {
    if (message.head.channel !== THREAD) continue;
    const known = unique.get(message.id);
    if (!known || comparePlaces(message.place, known.place) < 0) unique.set(message.id, message);
  }
  return unique;
}
