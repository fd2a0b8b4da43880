// What the page may see of a thread: the talk, where it stands, who reads it; keys and capabilities stay behind.

import type { Case } from "../cases/case.ts";
import { holds } from "../cases/consents.ts";
import { dueDays, isLate } from "../cases/deadlines.ts";
import { happenedIn } from "../cases/happened.ts";
import { isAboutAll, type Matter } from "../cases/routing.ts";
import type { Rosters } from "../cases/rosters.ts";
import { isShown, type VisibleMessage } from "../cases/thread.ts";
import type { Alarm, ShownMessage, ShownRecipient, ShownThread } from "../protocol.ts";
import type { People } from "../roster/people.ts";
import type { Recipient, Roster } from "../roster/roster.ts";
import { shown } from "../trusting.ts";
import { b64 } from "../wire/canonical.ts";
import { isOf } from "../wire/messages/head.ts";
import { Unknown } from "../wire/messages/kind.ts";
import { kindOf } from "../wire/messages/table.ts";
import { Report } from "../wire/messages/thread.ts";
import type { Mailbox } from "./mailbox_reader.ts";

/** What a thread is shown by. */
export interface Scene {
  readonly roster: Roster;
  readonly rosters: Rosters;
  readonly people: People;
  /** The persons who can be sealed to now. */
  readonly reachable: ReadonlySet<string>;
  readonly today: number;
}

/** Who wrote a message of a key that no roster lists, as far as those are here. */
const NOBODY = { person: "", name: "", role: "" };
const NOTHING = {
  ...{ messages: [], opened: false, readers: [], unreachable: [], outside: [] },
  ...{ clocks: null, late: false, offered: [], entered: null },
};

/** Return a thread as it is shown; `found` is null where the mailbox has no report. */
export function shownThread(found: Case | null, mailbox: Mailbox, scene: Scene): ShownThread {
  const { today } = scene;
  const stopped = !mailbox.isWhole;
  const alarms = alarmsIn(found, mailbox, scene);
  if (!found) return { ...NOTHING, alarms, stopped, today };
  const { roster, people } = scene;
  const { members } = roster.policy;
  const receiving = roster.receiving(today);
  const about = aboutOf(found);
  const isOfAll = isAboutAll(receiving, about, members.chair);
  const readers = receiving.filter(({ person }) => found.readers.has(person));
  const outside = receiving.filter(({ person }) => !found.readers.has(person));
  const happened = happenedIn(found);
  const late = isLate(members, happened, today);
  const mayHelp = ({ person, role }: Recipient): boolean =>
    members.routing.late.includes(role) && !about.people.has(person) && !(isOfAll && role !== "external"); // SPEC 7.8
  const report = found.messages[0]!;
  const entered = isOf(report.head, Report) ? report.head.body.entered : null;
  const writer = entered && people.recipientOf(b64(entered.author));
  return {
    messages: found.messages.filter(isShown).map((message) => shownMessage(message, found, scene)),
    alarms,
    opened: found.readBy.get(report.id)!.size > 0,
    readers: readers.map(shown),
    unreachable: readers.filter(({ person }) => !scene.reachable.has(person)).map(shown),
    outside: outside.map((one) => {
      return { ...shown(one), about: about.people.has(one.person), leftOut: found.leftOut.has(one.person) };
    }),
    clocks: dueDays(members, happened),
    late,
    offered: late && !entered ? outside.filter(mayHelp).map(shown) : [],
    entered: entered && { by: writer ? shown(writer) : null, way: entered.way },
    stopped,
    today,
  };
}

/** Return whom the report is about. */
function aboutOf({ messages: [report] }: Case): Pick<Matter, "board" | "people"> {
  const { head } = report!;
  if (!isOf(head, Report)) return { board: false, people: new Set() };
  const { board, people } = head.body.about;
  return { board, people: new Set(people.map(b64)) };
}

function shownMessage(message: VisibleMessage, found: Case, { people, rosters }: Scene): ShownMessage {
  const { id, head, day, standing, person, byReporter } = message;
  const kind = kindOf(head.kind);
  const known = kind !== Unknown;
  const author = person === null ? NOBODY : shown(people.recipientsByPerson.get(person)!);
  const to = new Set([...head.to.map(b64), person]);
  return {
    id,
    kind: head.kind,
    known,
    body: known ? kind.members(head.body) : {},
    author: byReporter ? null : { ...author, present: rosters.isCurrent(b64(head.author)) },
    day,
    text: textOf(head.body),
    files: head.files.map(({ name, type, size }) => ({ name, type, size })),
    standing,
    people: namesOf(peopleIn(head.body), people),
    readBy: namesOf(found.readBy.get(id)!, people),
    notTo: namesOf([...message.readers].filter((one) => !to.has(one)), people),
    waits: found.waiting.includes(id),
    holds: holds(message, found),
  };
}

function namesOf(persons: Iterable<string>, { recipientsByPerson }: People): ShownRecipient[] {
  return [...persons].flatMap((person) => recipientsByPerson.get(person) ?? []).map(shown);
}

function peopleIn(body: object): string[] {
  return "people" in body && Array.isArray(body.people) ? body.people.map(b64) : [];
}

function textOf(body: object): string {
  return "text" in body && typeof body.text === "string" ? body.text : "";
}

/** Return what is wrong, each at its place among the messages that are shown. */
function alarmsIn(found: Case | null, { spoilt }: Mailbox, { people }: Scene): Alarm[] {
  const messages = found?.messages ?? [];
  // How many messages that are shown stand before the one with this number.
  const shownBefore = (number: number): number => messages.slice(0, number).filter(isShown).length;
  const numberOf = (id: string): number => messages.findIndex((one) => one.id === id);
  const authorOf = (id: string): ShownRecipient[] => namesOf([messages[numberOf(id)]!.person ?? ""], people);
  const ofAuthors = (found?.alarms ?? []).map(({ kind, message }): Alarm => {
    return { code: kind, after: shownBefore(numberOf(message)), count: 1, people: authorOf(message) };
  });
  const missing = (found?.missing ?? []).map(({ namedBy: [first] }) => shownBefore(numberOf(first!)));
  // A mailbox is opened by its report: one without has lost it.
  if (!found) missing.push(0);
  const spoiltAt = spoilt.map((number) => messages.filter((one) => isShown(one) && one.place.position < Number(number)).length);
  const alarms = [...ofAuthors, ...gathered("missing", missing), ...gathered("spoilt", spoiltAt)];
  return alarms.sort((left, right) => left.after - right.after);
}

/** Return one alarm for each place, however often it is there: who floods a mailbox gets one line. */
function gathered(code: Alarm["code"], places: readonly number[]): Alarm[] {
  return [...new Set(places)].map((after) => {
    return { code, after, count: places.filter((place) => place === after).length, people: [] };
  });
}
