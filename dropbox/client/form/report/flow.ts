// The order of a report's steps: each returns what comes next.

import type { Draft } from "../draft.ts";
import { about } from "./about.ts";
import { freshness, warning } from "./freshness.ts";
import { readers } from "./readers.ts";
import { review } from "./review.ts";
import { send } from "./send.ts";
import type { Leaving, Name, Next, ReportContext, Step } from "./step.ts";
import { topic } from "./topic.ts";
import { write } from "./write.ts";

const STEPS: Readonly<Record<Name, Step>> = { freshness, warning, topic, about, readers, write, review, send };

/** Show the steps of a report one by one, and return where the page goes next. */
export async function report(context: ReportContext, draft: Draft): Promise<Leaving> {
  let next: Next = { step: "freshness" };
  while ("step" in next) {
    const shown = STEPS[next.step](context, draft, next.mistakes ?? []);
    if (next.note !== undefined) context.steps.say(next.note);
    next = await shown;
  }
  return next;
}
