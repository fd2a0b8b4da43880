// What the page may see of a case: the talk, where it stands, who reads it; keys and capabilities stay behind.

import { clocks, happenedIn, isLate } from "./cases/clocks.ts";
import { type Case, type Said, textOf } from "./cases/review.ts";
import type { Alarm, ShownMessage, ShownThread } from "./protocol.ts";
import type { Recipient, Roster } from "./roster/roster.ts";
import { shown } from "./trusting.ts";
import { Report } from "./wire/bodies.ts";
import { b64 } from "./wire/canonical.ts";
import { KINDS } from "./wire/kinds.ts";

/** Return a thread as it is shown on a day; `found` is null where the channel has no report. */
export function shownThread(found: Case | null, alarms: readonly Alarm[], roster: Roster, today: number): ShownThread {
  if (!found) {
    return { messages: [], alarms, opened: false, readers: [], leftOut: [], clocks: null, late: false, offered: [], today };
  }
  const { members } = roster.policy;
  const receiving = roster.receiving(today);
  const out = found.admission.leftOut();
  const { board, people } = concerned(found);
  const happened = happenedIn(found);
  const late = isLate(members, happened, today);
  const mayHelp = ({ identity, role }: Recipient): boolean =>
    members.routing.late.includes(role) && !found.readers.has(identity) && !people.has(identity) && !(board && role !== "external");
  return {
    messages: found.said.map((said) => shownMessage(said, found)),
    alarms,
    opened: found.said.some(({ author }) => author !== null),
    readers: receiving.filter(({ identity }) => found.readers.has(identity)).map(shown),
    leftOut: receiving
      .filter(({ identity }) => out.includes(identity))
      .map((recipient) => ({ ...shown(recipient), about: people.has(recipient.identity) })),
    clocks: clocks(members, happened),
    late,
    offered: late ? receiving.filter(mayHelp).map(shown) : [],
    today,
  };
}

/**
 * Return the identities that the report is about, SPEC.md 5: places in the list of all whom its head names, and the other
 * keys of the same persons.
 */
function concerned({ report: { head }, people: everyone }: Case): { readonly board: boolean; readonly people: ReadonlySet<string> } {
  if (!(head.body instanceof Report)) return { board: false, people: new Set() };
  const named = [...new Set([...head.to, ...head.without].map(b64))].sort();
  const { board, people } = head.body.telling.about;
  return { board, people: everyone.samePeople(people.map((place) => named[place]!)) };
}

function shownMessage({ message, day, author }: Said, { people }: Case): ShownMessage {
  const { kind, files, body } = message.head;
  const known = KINDS.has(kind);
  return {
    id: b64(message.id),
    kind,
    known,
    body: known ? body.members() : {},
    author: author && { name: author.name, role: author.role, present: people.isPresent(author.identity) },
    day,
    text: textOf(message),
    files: files.map(({ name, type, size }) => ({ name, type, size })),
  };
}
