// The draft of a report, in this page's memory until the page is left. It must not be stored.

import type { Matter, Question, ShownFreshness, ShownPlace, Told } from "../shared/protocol.ts";
import { Files } from "./files.ts";
import { language } from "./messages.ts";

export interface Draft {
  topic: string;
  board: boolean;
  /** The persons whom the report is about. */
  readonly people: Set<string>;
  others: string;
  /** The possible recipients, from the last `route` call. */
  places: readonly ShownPlace[];
  /** Who has looked recently, from the last call. */
  freshness: ShownFreshness;
  /** The persons whom the reporter removed, and those whom they added. */
  readonly without: Set<string>;
  readonly added: Set<string>;
  text: string;
  /** By the ids of questions. */
  readonly answers: Map<string, string>;
  identity: string;
  readonly files: Files;
  /** "" until the first review. */
  receipt: string;
  /** Whether the receipt replaces one that was shown, because the draft changed after an attempt to send it. */
  hasNewReceipt: boolean;
  /** The letter of the last attempt to send with this receipt, or "". */
  tried: string;
}

const UNKNOWN: ShownFreshness = { looked: [], wanted: 0, unknown: [], differing: [], days: null };

/** Return an empty draft. */
export function emptyDraft(): Draft {
  return {
    ...{ topic: "", board: false, people: new Set(), others: "", places: [], freshness: UNKNOWN, without: new Set(), added: new Set() },
    ...{ text: "", answers: new Map(), identity: "", files: new Files(), receipt: "", hasNewReceipt: false, tried: "" },
  };
}

export function matterOf({ topic, board, people }: Draft): Matter {
  return { topic, board, people: [...people].sort() };
}

/** Return those who would receive the report. */
export function chosenOf({ places, without, added }: Draft): readonly ShownPlace[] {
  return places.filter(({ state, person }) =>
    (state === "reads" && !without.has(person)) || (state === "added" && added.has(person)));
}

/** Return the questions for its topic. */
export function questionsFor({ topic }: Draft, questions: readonly Question[]): readonly Question[] {
  return questions.filter(({ topics }) => topics.length === 0 || topics.includes(topic));
}

/** Return the contents of the report; `asked` are the questions for its topic. */
export function toldBy(draft: Draft, asked: readonly Question[]): Told {
  const { topic, board, people, others, text, answers } = draft;
  const given = asked.map(({ id }) => [id, answers.get(id) ?? ""]).filter(([, answer]) => answer?.trim() !== "");
  const about = { board, others: others.trim(), people: [...people].sort() };
  return { text, topic, language: language(), about, answers: Object.fromEntries(given) as Told["answers"] };
}

/** Return a text that changes whenever the message to send changes. */
export function letterOf(draft: Draft, asked: readonly Question[]): string {
  const chosen = chosenOf(draft).map(({ person }) => person);
  return JSON.stringify([toldBy(draft, asked), draft.identity, draft.files.letter(), chosen]);
}
