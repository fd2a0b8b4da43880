// Bodies of the thread that recipients write, and the report (SPEC 5.1, 5.2).

import { MalformedError } from "../../errors.ts";
import { encodedSize } from "../canonical.ts";
import { SIGNATURE_SIZE } from "../plaintext.ts";
import { BOX_KEY_SIZE, ID_SIZE, KEM_KEY_SIZE } from "../sizes.ts";
import {
  Answers,
  answersSize,
  Author,
  bytesField,
  choiceField,
  Flag,
  Id,
  Language,
  MAX_REASON_SIZE,
  MAX_TEXT_SIZE,
  type MembersOf,
  optional,
  People,
  RECIPIENT,
  recordField,
  REPORTER,
  SomePeople,
  Text,
  textField,
  THREAD,
} from "./fields.ts";
import { type BodyOf, defineKind, defineWords, MANY_FILES } from "./kind.ts";

/** Whom a report is about: the whole board, people on the roster, and others in the reporter's words. */
export const About = { board: Flag, others: textField(0, MAX_REASON_SIZE), people: People };
export type About = MembersOf<typeof About>;

/** The recipient who wrote a report down for somebody: `signature` is theirs, over the report's author key. */
export const Entered = {
  author: Author,
  signature: bytesField("signature", SIGNATURE_SIZE),
  way: choiceField("phone", "in-person", "letter"),
};
export type Entered = MembersOf<typeof Entered>;

/**
 * The first message of a case; `box` and `kem` are the reporter's keys, `mailbox` is the SHA-256 of a capability.
 *
 * `topic` and the names of `answers` are ids of the policy; `language` is that of the page.
 */
export const Report = defineKind(
  "report",
  THREAD,
  {
    text: Text,
    box: bytesField("X25519 key", BOX_KEY_SIZE),
    kem: bytesField("ML-KEM-768 key", KEM_KEY_SIZE),
    mailbox: bytesField("SHA-256", ID_SIZE),
    topic: Id,
    language: Language,
    about: recordField(About),
    answers: Answers,
    entered: optional(recordField(Entered)),
  },
  {
    AUTHORS: [REPORTER],
    CASE: "absent",
    FILES: MANY_FILES,
    check(report) {
      if (reportSize(report) > MAX_TEXT_SIZE) throw new MalformedError();
    },
  },
);
export type Report = BodyOf<typeof Report>;

/** Return the bytes of the reporter's words as encoded: the text, the answers, whom else the report is about. */
export function reportSize({ text, answers, about }: Pick<Report, "text" | "answers" | "about">): number {
  return encodedSize(text) + answersSize(answers) + encodedSize(about.others);
}

/** Words in the thread, by the reporter or a recipient. */
export const Answer = defineWords("answer", THREAD, [REPORTER, RECIPIENT]);
/** Words in the thread that ask the reporter for an answer. */
export const Question = defineWords("question", THREAD);
/** The confirmation that the law wants within seven days. */
export const Acknowledgement = defineWords("acknowledgement", THREAD);
/** A recipient opens the report: before that, the page says that nobody has. */
export const Opened = defineKind("opened", THREAD, {});
/** What is done or planned, and why: the law wants it within three months. */
export const Feedback = defineWords("feedback", THREAD);
/** What was said aloud, for the reporter to agree to or to correct. */
export const Minutes = defineWords("minutes", THREAD);
/** The words to the reporter with which a case is closed. */
export const Closed = defineWords("closed", THREAD);
/** A recipient asks for consent: to tell `to` exactly `what`, because `text`; or to let `people` in. */
export const Request = defineKind("request", THREAD, { text: Text, to: Text, what: Text, people: People });
/** A reader lets people read the case; it has no effect for those whom the reporter left out. */
export const Joined = defineKind("joined", THREAD, { people: SomePeople });
/** Its author reads the case no more; the reason goes into the dossier. */
export const SteppedBack = defineKind("stepped-back", THREAD, {});
