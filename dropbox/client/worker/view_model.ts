// View model of a thread: its messages, deadlines and readers. Keys and capabilities must not leave the worker.

import type { Case } from "../cases/case.ts";
import { answerTo } from "../cases/consents.ts";
import { dueDays, isLate } from "../cases/deadlines.ts";
import { happenedIn } from "../cases/happened.ts";
import { isAboutAll, type Matter } from "../cases/routing.ts";
import type { Rosters } from "../cases/rosters.ts";
import { isShown, type JudgedMessage, type VisibleMessage } from "../cases/thread.ts";
import type { Alarm, ShownMessage, ShownRecipient, ShownThread } from "../shared/protocol.ts";
import type { People } from "../roster/people.ts";
import type { Recipient, Roster } from "../roster/roster.ts";
import { shown } from "./shown.ts";
import { b64 } from "../wire/canonical.ts";
import { isOf } from "../wire/messages/head.ts";
import { Unknown } from "../wire/messages/kind.ts";
import { kindOf } from "../wire/messages/table.ts";
import { Report, Request } from "../wire/messages/thread.ts";
import type { Mailbox } from "./mailbox_reader.ts";

/** The context in which a thread is shown. */
export interface Scene {
  readonly roster: Roster;
  readonly rosters: Rosters;
  readonly people: People;
  /** The persons who can be sealed to now. */
  readonly reachable: ReadonlySet<string>;
  readonly today: number;
}

/** The author of a message whose key is on no known roster. */
const NOBODY = { person: "", name: "", role: "" };
const NOTHING = {
  ...{ messages: [], opened: false, readers: [], unreachable: [], outside: [] },
  ...{ clocks: null, late: false, offered: [], entered: null },
};

/** Return a thread as shown on the page; `found` is null if the mailbox has no report. */
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
  const writer = writerOf(report, people);
  return {
    messages: found.messages.filter(isShown).map((message) => shownMessage(message, found, scene)),
    alarms,
    opened: entered !== null || found.readBy.get(report.id)!.size > 0,
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

/** Return the people whom the report is about. */
function aboutOf({ messages: [report] }: Case): Pick<Matter, "board" | "people"> {
  const { head } = report!;
  if (!isOf(head, Report)) return { board: false, people: new Set() };
  const { board, people } = head.body.about;
  return { board, people: new Set(people.map(b64)) };
}

/** Return the recipient who wrote a report down for somebody; null for any other message. */
function writerOf({ head }: JudgedMessage, people: People): Recipient | null {
  const entered = isOf(head, Report) ? head.body.entered : null;
  return entered && (people.recipientOf(b64(entered.author)) ?? null);
}

function shownMessage(message: VisibleMessage, found: Case, { people, rosters, today }: Scene): ShownMessage {
  const { id, head, day, standing, person, byReporter } = message;
  const kind = kindOf(head.kind);
  const known = kind !== Unknown;
  const answer = isOf(head, Request) ? answerTo(id, found) : null;
  const author = person === null ? NOBODY : shown(people.recipientsByPerson.get(person)!);
  const writer = writerOf(message, people);
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
    readBy: namesOf(new Set([...(writer ? [writer.person] : []), ...found.readBy.get(id)!]), people),
    notTo: namesOf([...message.readers].filter((one) => !to.has(one)), people),
    // The browser's day can be the one before the server's.
    waits: found.waiting.includes(id) ? Math.max(0, today - day) : null,
    answer: answer && { given: answer.head.body.answer, day: answer.day },
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

/** Return the alarms, each at its position among the shown messages. */
function alarmsIn(found: Case | null, { spoilt, misdated }: Mailbox, { people }: Scene): Alarm[] {
  const messages = found?.messages ?? [];
  // The number of shown messages before the one with this number.
  const shownBefore = (number: number): number => messages.slice(0, number).filter(isShown).length;
  const numberOf = (id: string): number => messages.findIndex((one) => one.id === id);
  const authorOf = (id: string): ShownRecipient[] => namesOf([messages[numberOf(id)]!.person ?? ""], people);
  const ofAuthors = (found?.alarms ?? []).map(({ kind, message }): Alarm => {
    return { code: kind, after: shownBefore(numberOf(message)), count: 1, people: authorOf(message) };
  });
  const missing = (found?.missing ?? []).map(({ namedBy: [first] }) => shownBefore(numberOf(first!)));
  const shownAt = (item: bigint): number =>
    messages.filter((one) => isShown(one) && one.place.position < Number(item)).length;
  const alarms = [
    ...ofAuthors,
    // A report opens its mailbox: one without a report has lost it.
    ...gathered("no-report", found ? [] : [0]),
    ...gathered("missing", missing),
    ...gathered("entry-day", misdated.map(shownAt)),
    ...gathered("spoilt", spoilt.map(shownAt)),
  ];
  return alarms.sort((left, right) => left.after - right.after);
}

/** Return one alarm per position, with a count: flooding a mailbox adds only one line. */
function gathered(code: Alarm["code"], places: readonly number[]): Alarm[] {
  return [...new Set(places)].map((after) => {
    return { code, after, count: places.filter((place) => place === after).length, people: [] };
  });
}
