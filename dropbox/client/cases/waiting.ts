// Which messages of the reporter wait for a reply, and who has read which message (SPEC 12.5).

import { isOf } from "../wire/messages/head.ts";
import { Agreed, Consent, Identity, NO, Rating, ReportWithdrawn } from "../wire/messages/reporter.ts";
import { Answer, Closed, Feedback, Opened, Question } from "../wire/messages/thread.ts";
import { bit } from "./past.ts";
import { counts, type JudgedMessage } from "./thread.ts";

/** Whether this is a message of the reporter that asks for a reply. */
export function asks(message: JudgedMessage): boolean {
  const { head } = message;
  if (!message.byReporter || !counts(message)) return false;
  if (isOf(head, Agreed)) return head.body.answer === NO;
  if (isOf(head, Rating)) return head.body.text !== "";
  return [Answer, Identity, Consent, ReportWithdrawn].some(({ KIND }) => KIND === head.kind);
}

/** Whether this is a reply to the reporter's messages that its author had read. */
function replies(message: JudgedMessage): boolean {
  const isReply = [Answer, Question, Feedback, Closed].some(({ KIND }) => KIND === message.head.kind);
  return isReply && counts(message) && !message.byReporter;
}

/**
 * Return the asking messages that are in no reply's past, as a set of numbers.
 *
 * The past decides, not the place: the author of a reply had not read a message that crossed it.
 */
export function waiting(messages: readonly JudgedMessage[]): bigint {
  let asking = 0n;
  let replied = 0n;
  messages.forEach((message, number) => {
    if (asks(message)) asking |= bit(number);
    if (replies(message)) replied |= message.past;
  });
  return asking & ~replied;
}

/**
 * Return the messages that each person has read, as a set of numbers: those that their messages name, directly or
 * through others.
 *
 * The report counts as read by those who have said `opened`.
 */
export function readBy(messages: readonly JudgedMessage[]): ReadonlyMap<string, bigint> {
  const read = new Map<string, bigint>();
  for (const { person, standing, past, head } of messages) {
    if (person !== null && (standing === "counts" || standing === "late")) {
      const opened = head.kind === Opened.KIND ? 1n : 0n;
      read.set(person, (read.get(person) ?? 0n) | (past & ~1n) | opened);
    }
  }
  return read;
}
