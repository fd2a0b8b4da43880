// The messages of a case, applied one by one: the standing of each, and the readers there (SPEC 12.1 steps 4 to 6).

import { b64 } from "../wire/canonical.ts";
import { isOf } from "../wire/messages/head.ts";
import { Consent, YES } from "../wire/messages/reporter.ts";
import { isReporter, mayWrite, type Standing, standingOf } from "./authors.ts";
import { has, type Past } from "./past.ts";
import { comparePlaces, type PlacedMessage } from "./place.ts";
import { Readership } from "./readers.ts";
import type { Rosters } from "./rosters.ts";

/** A message of a case, with everything that follows from its place. */
export interface JudgedMessage extends PlacedMessage {
  /** The messages of its past, by number. */
  readonly past: bigint;
  /** Whether its whole past is present. */
  readonly isComplete: boolean;
  readonly standing: Standing;
  /** Null for the reporter, and if no roster lists the author. */
  readonly person: string | null;
  readonly byReporter: boolean;
  /** The readers after this message is applied. */
  readonly readers: ReadonlySet<string>;
  /** The persons whose reading it ends: it is sealed to them too. */
  readonly ended: ReadonlySet<string>;
}

/** A message that readers can see. */
export type VisibleMessage = JudgedMessage & { readonly standing: Exclude<Standing, "forbidden"> };

/** Whether a message changes anything. */
export function counts({ standing }: JudgedMessage): boolean {
  return standing === "counts";
}

/** Whether readers can see a message; it has a mark if it does not count. */
export function isShown(message: JudgedMessage): message is VisibleMessage {
  return message.standing !== "forbidden";
}

/** Return the messages in order with their standing, and the readership after the last one. */
export function judge(past: Past, rosters: Rosters): readonly [judged: JudgedMessage[], readership: Readership] {
  const report = past.messages[0]!.head;
  const readership = new Readership(report);
  const judged = past.messages.map((message, number) => {
    const { id, head, day } = message;
    const listed = rosters.personsOn(day);
    const byReporter = isReporter(head, report);
    const isComplete = !has(past.incomplete, number);
    const person = byReporter ? null : rosters.personOf(b64(head.author));
    const before = readership.read(listed);
    const admitted = new Set(readership.admitted);
    let standing: Standing = "forbidden";
    if (mayWrite(head, report)) {
      standing = byReporter ? "counts" : standingOf(message, readership, rosters, isComplete);
      readership.note(head);
    }
    if (standing === "counts") readership.apply(id, head, person, listed);
    const readers = readership.read(listed);
    const ended = new Set([...before].filter((one) => !readers.has(one)));
    if (standing === "counts" && isOf(head, Consent) && head.body.answer !== YES) {
      // A person named by any "yes" may believe that they read, even if it has no effect here: it can have crossed this
      // one.
      for (const one of head.body.people.map(b64)) if (admitted.has(one) && !readers.has(one)) ended.add(one);
    }
    return { ...message, past: past.masks[number]!, isComplete, standing, person, byReporter, readers, ended };
  });
  return [judged, readership];
}

/**
 * Whether a message comes before another, both by number: it is in the other's past, or has the lower place.
 *
 * The past comes first: a message that is named but posted only later must not change the order, and a restored server
 * can have put a message after one that names it.
 */
export function standsBefore(messages: readonly JudgedMessage[], first: number, second: number): boolean {
  const [one, other] = [messages[first]!, messages[second]!];
  if (has(other.past, first)) return true;
  return !has(one.past, second) && comparePlaces(one.place, other.place) < 0;
}
