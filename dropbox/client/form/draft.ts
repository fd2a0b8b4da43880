// What is being written, in this page's memory until the page is left; it sends and shows nothing.

import type { Matter, Question, ShownFreshness, ShownPlace, Told } from "../protocol.ts";
import { Files } from "./files.ts";
import { language } from "./words.ts";

export interface Draft {
  topic: string;
  board: boolean;
  /** The persons whom it is about. */
  readonly people: Set<string>;
  others: string;
  /** Who can get it, as it was asked last. */
  places: readonly ShownPlace[];
  /** Who has looked of late, as it was asked last. */
  freshness: ShownFreshness;
  /** The persons who are unticked, and those who were added. */
  readonly without: Set<string>;
  readonly added: Set<string>;
  text: string;
  /** By the ids of questions. */
  readonly answers: Map<string, string>;
  identity: string;
  readonly files: Files;
  /** "" until the first review. */
  receipt: string;
  /** What was last tried to send with this receipt, "" for nothing. */
  tried: string;
}

const UNKNOWN: ShownFreshness = { looked: [], wanted: 0, unknown: [], differing: [], days: null };

/** Return a draft of nothing. */
export function emptyDraft(): Draft {
  return {
    ...{ topic: "", board: false, people: new Set(), others: "", places: [], freshness: UNKNOWN, without: new Set(), added: new Set() },
    ...{ text: "", answers: new Map(), identity: "", files: new Files(), receipt: "", tried: "" },
  };
}

export function matterOf({ topic, board, people }: Draft): Matter {
  return { topic, board, people: [...people].sort() };
}

/** Return those who get it. */
export function chosenOf({ places, without, added }: Draft): readonly ShownPlace[] {
  return places.filter(({ state, person }) =>
    (state === "reads" && !without.has(person)) || (state === "added" && added.has(person)));
}

/** Return the questions that are asked of its topic. */
export function questionsFor({ topic }: Draft, questions: readonly Question[]): readonly Question[] {
  return questions.filter(({ topics }) => topics.length === 0 || topics.includes(topic));
}

/** Return what the report tells; `asked` are the questions of its topic. */
export function toldBy(draft: Draft, asked: readonly Question[]): Told {
  const { topic, board, people, others, text, answers } = draft;
  const given = asked.map(({ id }) => [id, answers.get(id) ?? ""]).filter(([, answer]) => answer?.trim() !== "");
  const about = { board, others: others.trim(), people: [...people].sort() };
  return { text, topic, language: language(), about, answers: Object.fromEntries(given) as Told["answers"] };
}

/** Return a text that is another one whenever something else would be sent. */
export function letterOf(draft: Draft, asked: readonly Question[]): string {
  const chosen = chosenOf(draft).map(({ person }) => person);
  return JSON.stringify([toldBy(draft, asked), draft.identity, draft.files.letter(), chosen]);
}
