// The thread on the page: days, authors, new messages, and alarms at their positions.

import type { Alarm, ShownMessage, ShownThread, Trusted } from "../../shared/protocol.ts";
import { namesOf, person } from "../people.ts";
import { part, piece } from "../dom.ts";
import { toldLine } from "../row.ts";
import { dated, isoDate, lastingDays, words, wordsFor } from "../messages.ts";

/** Adds the available actions to a message's item. */
export type Attach = (item: HTMLElement, message: ShownMessage) => void;

/** Return the thread, one section per day. */
export function daysOf({ messages, alarms }: ShownThread, trusted: Trusted, attach: Attach): HTMLElement[] {
  const sections: HTMLElement[] = [];
  let day: number | null = null;
  const add = (item: HTMLElement): void => part(sections.at(-1) ?? begin(sections), "messages").append(item);
  const own = messages.map(({ author }) => author === null).lastIndexOf(true);
  for (let at = 0; at <= messages.length; at += 1) {
    for (const alarm of alarms.filter(({ after }) => after === at)) add(alarmItem(alarm));
    const message = messages[at];
    if (message === undefined) break;
    if (message.day !== day) {
      day = message.day;
      const section = begin(sections);
      part(section, "heading").hidden = false;
      const date = part<HTMLTimeElement>(section, "date");
      date.dateTime = isoDate(day);
      date.textContent = dated(day);
    }
    const item = itemOf(message, at > own, trusted, attach);
    part(item, "marks").replaceChildren(...marksOf(message).map(lineOf));
    add(item);
  }
  return sections;
}

function begin(sections: HTMLElement[]): HTMLElement {
  const section = piece("day");
  sections.push(section);
  return section;
}

function alarmItem({ code, count, people }: Alarm): HTMLElement {
  const item = piece("alarm");
  const name = people.length === 0 ? words("author-unknown") : namesOf(people);
  item.textContent = words(count === 1 ? `alarm-${code}` : `alarms-${code}`, { count: String(count), name });
  return item;
}

/** Return the marks of a message: who has read it, whether it waits for a reply, whether it counts. */
function marksOf({ author, kind, standing, readBy, notTo, waits }: ShownMessage): string[] {
  const marks: string[] = [];
  if (standing !== "counts") marks.push(words(`mark-${standing}`));
  if (author === null && kind !== "left") {
    marks.push(readBy.length === 0 ? words("mark-unread") : words("mark-read", { names: namesOf(readBy) }));
  }
  if (waits === 0) marks.push(words("mark-waits-today"));
  else if (waits !== null) marks.push(words("mark-waits", { time: lastingDays(waits) }));
  if (notTo.length > 0) marks.push(words("mark-not-to", { names: namesOf(notTo) }));
  return marks;
}

function lineOf(sentence: string): HTMLElement {
  const line = document.createElement("li");
  line.textContent = sentence;
  return line;
}

function itemOf(message: ShownMessage, isNew: boolean, trusted: Trusted, attach: Attach): HTMLElement {
  const { author, kind, known, text } = message;
  const name = author === null ? words("you") : signer(author);
  if (!known || (text === "" && !WORDED.has(kind))) {
    const item = piece("event");
    const people = namesOf(message.people);
    part(item, "what").textContent = wordsFor("event", known ? eventOf(message) : "other", { name, people });
    return item;
  }
  const item = piece("message");
  item.classList.toggle("mine", author === null);
  part(item, "who").textContent = name;
  part(item, "kind").textContent = wordsFor("kind", kind);
  part(item, "new").hidden = !isNew;
  part(item, "told").replaceChildren(...toldIn(message, trusted));
  part(item, "text").textContent = text;
  attach(item, message);
  return item;
}

/** Return an author's name. A stolen or replaced key must not be shown as the person's current key. */
function signer({ name, role, present }: NonNullable<ShownMessage["author"]>): string {
  if (name === "") return words("author-unknown");
  return present ? person(name, role) : words("old-key", { name: person(name, role) });
}

// Kinds with an answer beside the text, which may be empty.
const WORDED: ReadonlySet<string> = new Set(["agreed", "rating", "report-withdrawn"]);

function eventOf({ kind, body }: ShownMessage): string {
  return kind === "consent" ? consentOf(body) : kind;
}

function consentOf(body: ShownMessage["body"]): string {
  const answer = textIn(body, "answer");
  return body["request"] === null ? `people-${answer}` : `consent-${answer}`;
}

/** Return the contents of a message besides its text. */
function toldIn({ kind, body, people }: ShownMessage, { topics, questions }: Trusted): HTMLElement[] {
  if (kind === "report") {
    const topic = topics.find(({ id }) => id === body["topic"]);
    const answers = (body["answers"] ?? {}) as Readonly<Record<string, string>>;
    return [
      toldLine(words("told-topic"), topic?.name ?? textIn(body, "topic")),
      ...Object.entries(answers).map(([name, answer]) => {
        const asked = questions.find(({ id }) => id === name);
        const named = asked?.choices.find(({ id }) => id === answer);
        return toldLine(asked?.label ?? name, named?.name ?? answer);
      }),
    ];
  }
  if (kind === "request") {
    return [
      toldLine(words("request-to"), textIn(body, "to")),
      toldLine(words("request-what"), textIn(body, "what")),
      ...(people.length === 0 ? [] : [toldLine(words("request-people"), namesOf(people))]),
      toldLine(words("request-why"), ""),
    ];
  }
  if (kind !== "agreed" && kind !== "rating") return [];
  const answer = textIn(body, "answer");
  return [toldLine("", words(`${kind}-${answer}`))];
}

function textIn(body: ShownMessage["body"], name: string): string {
  const value = body[name];
  return typeof value === "string" ? value : "";
}
