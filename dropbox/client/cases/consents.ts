// The answer of the reporter to a request that holds (SPEC 12.6): of answers that did not know of each other, the "no".

import { b64 } from "../wire/canonical.ts";
import { type Head, isOf } from "../wire/messages/head.ts";
import { Consent, YES } from "../wire/messages/reporter.ts";
import type { Case } from "./case.ts";
import { has } from "./past.ts";
import { counts, type JudgedMessage } from "./thread.ts";

type Answer = JudgedMessage & { readonly head: Head & { readonly body: Consent } };

/** Return the last answer to the request with this id that no denial overrides; null if the request has none. */
export function answerTo(request: string, { messages }: Case): Answer | null {
  const isAnswer = (message: JudgedMessage): message is Answer =>
    counts(message) &&
    isOf(message.head, Consent) &&
    message.head.body.request !== null &&
    b64(message.head.body.request) === request;
  const denials = [...messages.keys()].filter((number) => {
    const message = messages[number]!;
    return isAnswer(message) && message.head.body.answer !== YES;
  });
  const holds = ({ head, past }: Answer): boolean =>
    head.body.answer !== YES || denials.every((number) => has(past, number));
  return messages.filter(isAnswer).filter(holds).at(-1) ?? null;
}
