// Bodies of the thread that recipients write, and the report (SPEC 5.1, 5.2).

import { MalformedError } from "../../shared/errors.ts";
import { encodedSize } from "../canonical.ts";
import { BOX_KEY_SIZE, ID_SIZE, KEM_KEY_SIZE, SIGNATURE_SIZE } from "../sizes.ts";
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
import { MAX_TEXT_SIZE } from "../../shared/limits.ts";

/** The people whom a report is about: the whole board, people on the roster, and others as free text. */
const About = { board: Flag, others: textField(0, MAX_REASON_SIZE), people: People };

/**
 * The recipient who wrote a report down for somebody; `signature` is that recipient's, over the report's author key.
 */
const Entered = {
  author: Author,
  signature: bytesField("signature", SIGNATURE_SIZE),
  way: choiceField("phone", "in-person", "letter"),
};

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

/** Return the size of the reporter's text as encoded: the text, the answers, and whom else the report is about. */
export function reportSize({ text, answers, about }: Pick<Report, "text" | "answers" | "about">): number {
  return encodedSize(text) + answersSize(answers) + encodedSize(about.others);
}

/** Text in the thread, by the reporter or a recipient. */
export const Answer = defineWords("answer", THREAD, [REPORTER, RECIPIENT]);
/** Text in the thread that asks the reporter for an answer. */
export const Question = defineWords("question", THREAD);
/** The acknowledgement that the law requires within seven days. */
export const Acknowledgement = defineWords("acknowledgement", THREAD);
/** A recipient opens the report: until then, the page says that nobody has. */
export const Opened = defineKind("opened", THREAD, {});
/** What has been or will be done, and why: the law requires it within three months. */
export const Feedback = defineWords("feedback", THREAD);
/** Minutes of a conversation, for the reporter to agree to or to correct. */
export const Minutes = defineWords("minutes", THREAD);
/** The message to the reporter that closes a case. */
export const Closed = defineWords("closed", THREAD);
/** A recipient asks for consent: to disclose `what` to `to` for the reason in `text`, or to let `people` in. */
export const Request = defineKind("request", THREAD, { text: Text, to: Text, what: Text, people: People });
/** A reader lets people read the case; it has no effect for those whom the reporter left out. */
export const Joined = defineKind("joined", THREAD, { people: SomePeople });
/** The author no longer reads the case; the reason is in the dossier. */
export const SteppedBack = defineKind("stepped-back", THREAD, {});
