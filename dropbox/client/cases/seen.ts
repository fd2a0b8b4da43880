// The messages that a message being written names in its `seen` (SPEC 5.3).

import { b64 } from "../wire/canonical.ts";
import { MAX_SEEN } from "../wire/messages/head.ts";
import { Consent } from "../wire/messages/reporter.ts";
import { Joined, SteppedBack } from "../wire/messages/thread.ts";
import type { Case } from "./case.ts";
import { has } from "./past.ts";
import { isShown } from "./thread.ts";

const SAYS_WHO_READS: readonly string[] = [Consent.KIND, Joined.KIND, SteppedBack.KIND];

/**
 * Return the ids that the next message of `author` in the thread names, given the messages on the screen.
 *
 * Ids that are in the past of another of these messages are left out. The author's own last message and those that
 * change the readers are always named. At most 64: the author's last one, then the reporter's, then the rest, the
 * newest first.
 */
export function seenOf({ messages }: Case, author: string, screen: ReadonlySet<string>): string[] {
  const shown = messages.map((message, number) => ({ ...message, number })).filter(isShown);
  const own = shown.filter(({ head }) => b64(head.author) === author).at(-1)?.number ?? -1;
  const onScreen = shown.filter(({ id }) => screen.has(id));
  const saysWhoReads = shown.filter(({ head }) => SAYS_WHO_READS.includes(head.kind));
  const covered = [...onScreen, ...saysWhoReads].reduce((mask, { past }) => mask | past, 0n);
  // Messages that change the readers are named again after all required ones, if there is room.
  const rank = ({ number, byReporter }: (typeof shown)[number]) =>
    number === own ? 0 : (has(covered, number) ? 3 : 1) + Number(!byReporter);
  const chosen = new Set([...onScreen.filter(({ number }) => !has(covered, number)), ...saysWhoReads]);
  if (own >= 0) chosen.add(shown.find(({ number }) => number === own)!);
  return [...chosen]
    .sort((left, right) => rank(left) - rank(right) || right.number - left.number)
    .slice(0, MAX_SEEN)
    .map(({ id }) => id);
}
