// What the fields of bodies are, and the bodies that are words: report, answers, notices; SPEC.md 5.

import { MalformedError } from "../errors.ts";
import type { Bytes } from "./bytes.ts";
import {
  b64,
  checkMembers,
  encode,
  encodedSize,
  isList,
  isObject,
  type Json,
  type JsonObject,
  unb64,
  unb64List,
} from "./canonical.ts";
import { BOX_KEY_SIZE, KEM_KEY_SIZE, KEY_SIZE } from "./sizes.ts";

export const MAX_TEXT_SIZE = 100_000; // SPEC.md 4
export const MAX_OTHERS_SIZE = 1000; // SPEC.md 5
const MAX_PEOPLE = 31; // SPEC.md 3: what a roster has at most

export const REPORTER = "reporter";
export const RECIPIENT = "recipient";
export type Speaker = typeof REPORTER | typeof RECIPIENT;

export const THREAD = "thread";
export const DOSSIER = "dossier";
export const FEED = "feed";
export const CHANNELS: readonly Json[] = [THREAD, DOSSIER, FEED];

const ID = /^[a-z][a-z0-9-]{0,39}$/;
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/;

/** Throw MalformedError unless a body has exactly these members. */
export function members(body: JsonObject, ...names: readonly string[]): void {
  checkMembers(body, names);
}

/** Return a text of so many bytes as encoded. */
export function textOf(value: Json | undefined, least = 1, most = MAX_TEXT_SIZE): string {
  if (typeof value !== "string") throw new MalformedError();
  const size = encodedSize(value);
  if (size < least || size > most) throw new MalformedError();
  return value;
}

/** Return identity keys that stand in ascending order of their text, none twice. */
export function identitiesOf(value: Json | undefined, least = 0): readonly Bytes[] {
  const people = unb64List(value, KEY_SIZE);
  if (people.length < least || people.length > MAX_PEOPLE) throw new MalformedError();
  return people;
}

/** Return identity keys as they stand in a body. */
export function listed(identities: readonly Bytes[]): readonly string[] {
  return [...new Set(identities.map(b64))].sort();
}

function matching(value: Json | undefined, pattern: RegExp): string {
  if (typeof value !== "string" || !pattern.test(value)) throw new MalformedError();
  return value;
}

/** A body that one kind of message has. */
export interface Body {
  members(): JsonObject;
}

export interface Kind {
  readonly prototype: Body;
  readonly KIND: string;
  readonly AUTHORS: readonly Speaker[];
  readonly CHANNEL: string;
  parse(body: JsonObject): Body;
}

/**
 * Whom a report is about: the whole board, people on the roster, and others in the reporter's words, or "".
 *
 * `people` are places in the ascending list of all whom the report's head names, chosen or left out: an identity key
 * each would take the room of a long text.
 */
export interface About {
  readonly board: boolean;
  readonly others: string;
  readonly people: readonly number[];
}

function aboutOf(value: Json | undefined): About {
  if (!isObject(value)) throw new MalformedError();
  members(value, "board", "others", "people");
  const { board, others, people } = value;
  if (typeof board !== "boolean" || !isList(people)) throw new MalformedError();
  let last = -1;
  const places = people.map((place) => {
    if (typeof place !== "number" || place <= last) throw new MalformedError();
    last = place;
    return place;
  });
  return { board, others: textOf(others, 0, MAX_OTHERS_SIZE), people: places };
}

/** What a report tells; `topic` and the names of `answers` are ids of the policy, `language` is that of the page. */
export interface Telling {
  readonly text: string;
  readonly topic: string;
  readonly language: string;
  readonly about: About;
  readonly answers: Readonly<Record<string, string>>;
}

/** The first message of a case; `box` and `kem` are the reporter's public keys. */
export class Report implements Body {
  static readonly KIND = "report";
  static readonly AUTHORS = [REPORTER] as const;
  static readonly CHANNEL = THREAD;
  readonly telling: Telling;
  readonly box: Bytes;
  readonly kem: Bytes;

  constructor(telling: Telling, box: Bytes, kem: Bytes) {
    this.telling = telling;
    this.box = box;
    this.kem = kem;
  }

  static parse(body: JsonObject): Report {
    members(body, "about", "answers", "box", "kem", "language", "text", "topic");
    const { answers } = body;
    if (!isObject(answers)) throw new MalformedError();
    const telling = {
      text: textOf(body["text"]),
      topic: matching(body["topic"], ID),
      language: matching(body["language"], LANGUAGE),
      about: aboutOf(body["about"]),
      answers: Object.fromEntries(
        Object.entries(answers).map(([name, answer]) => [matching(name, ID), textOf(answer)]),
      ),
    };
    if (sizeOf(telling) > MAX_TEXT_SIZE) throw new MalformedError();
    return new Report(telling, unb64(body["box"], BOX_KEY_SIZE), unb64(body["kem"], KEM_KEY_SIZE));
  }

  get text(): string {
    return this.telling.text;
  }

  members(): JsonObject {
    const { about, ...told } = this.telling;
    return { ...told, about: { ...about }, box: b64(this.box), kem: b64(this.kem) };
  }
}

/** Return how many bytes the reporter's words take as encoded: the text, the answers, whom else it is about. */
export function sizeOf({ text, answers, about }: Telling): number {
  return encodedSize(text) + encode(answers).length - "{}".length + encodedSize(about.others);
}

/** A body that is a text and nothing else. */
export class Words implements Body {
  static readonly CHANNEL = THREAD;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  static parse(body: JsonObject): Words {
    members(body, "text");
    return new this(textOf(body["text"]));
  }

  members(): JsonObject {
    return { text: this.text };
  }
}

/** Words in the thread, by the reporter or a recipient. */
export class Answer extends Words {
  static readonly KIND = "answer";
  static readonly AUTHORS = [REPORTER, RECIPIENT] as const;
}

/** Words in the thread that ask the reporter for an answer. */
export class Question extends Words {
  static readonly KIND = "question";
  static readonly AUTHORS = [RECIPIENT] as const;
}

/** The confirmation that the law wants within seven days. */
export class Acknowledgement extends Words {
  static readonly KIND = "acknowledgement";
  static readonly AUTHORS = [RECIPIENT] as const;
}

/** What is done or planned, and why: the law wants it within three months. */
export class Feedback extends Words {
  static readonly KIND = "feedback";
  static readonly AUTHORS = [RECIPIENT] as const;
}

/** The words to the reporter with which a case is closed. */
export class Closed extends Words {
  static readonly KIND = "closed";
  static readonly AUTHORS = [RECIPIENT] as const;
}

/** What was said aloud, for the reporter to agree to or to correct. */
export class Minutes extends Words {
  static readonly KIND = "minutes";
  static readonly AUTHORS = [RECIPIENT] as const;
}

/** Who the reporter is: a compartment of its own, to be opened on purpose. */
export class Identity extends Words {
  static readonly KIND = "identity";
  static readonly AUTHORS = [REPORTER] as const;
}

/** Its author has written the report down for somebody who told it. */
export class Entered implements Body {
  static readonly KIND = "entered";
  static readonly AUTHORS = [RECIPIENT] as const;
  static readonly CHANNEL = THREAD;
  readonly way: string;

  constructor(way: string) {
    this.way = way;
  }

  static parse(body: JsonObject): Entered {
    members(body, "way");
    const { way } = body;
    if (way !== "phone" && way !== "in-person" && way !== "letter") throw new MalformedError();
    return new Entered(way);
  }

  members(): JsonObject {
    return { way: this.way };
  }
}

/** A recipient has opened the report; before that the page says that nobody has. */
export class Opened implements Body {
  static readonly KIND = "opened";
  static readonly AUTHORS = [RECIPIENT] as const;
  static readonly CHANNEL = THREAD;

  static parse(body: JsonObject): Opened {
    members(body);
    return new Opened();
  }

  members(): JsonObject {
    return {};
  }
}
