// The freshness step: who has looked recently. If that is a reason to go elsewhere, it warns before anything is
// written.

import type { Draft } from "../draft.ts";
import { onPress, part } from "../dom.ts";
import { dated, words } from "../messages.ts";
import { Failed } from "../worker_client.ts";
import { linesAboutKeys } from "./reasons.ts";
import type { Next, ReportContext } from "./step.ts";

/** Check who has looked. */
export async function freshness({ steps, worker, isOffline }: ReportContext, draft: Draft): Promise<Next> {
  // A saved page knows only the state of the day on which it was saved.
  if (isOffline) return { step: "topic" };
  steps.say(words("step-fetching"));
  try {
    draft.freshness = await worker.call("freshness", {});
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    return { to: "closed", code: error.code };
  }
  const { looked, days } = draft.freshness;
  return { step: looked.length === 0 || days !== null ? "warning" : "topic" };
}

/** Warn that nobody has looked, or that the days differ, and show routes outside; the reporter decides. */
export function warning({ steps }: ReportContext, draft: Draft): Promise<Next> {
  const { looked, days } = draft.freshness;
  const lines = linesAboutKeys(draft.freshness);
  const step = steps.show("stale");
  part(step, "unseen").hidden = looked.length > 0;
  part(step, "clock").hidden = days === null;
  if (days !== null) part(step, "clock").textContent = words("stale-clock", { site: dated(days[0]), own: dated(days[1]) });
  part(step, "unknown").hidden = lines.length === 0;
  part(step, "unknown").replaceChildren(...lines);
  return new Promise((next) => {
    onPress(part(step, "on"), () => next({ step: "topic" }));
    onPress(part(step, "back"), () => next({ to: "start" }));
  });
}
