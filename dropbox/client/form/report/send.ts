// Sends the report and shows the result: stored, sealed into a file, or back to the step that can correct the error.

import type { Calls } from "../../shared/protocol.ts";
import { chosenOf, type Draft, emptyDraft, letterOf, questionsFor, toldBy } from "../draft.ts";
import { onPress, part } from "../dom.ts";
import { hand } from "../file_download.ts";
import { dated, words, wordsFor } from "../messages.ts";
import { namesOf } from "../people.ts";
import { showProgress } from "../progress.ts";
import { showCode } from "../receipt.ts";
import type { Steps } from "../steps.ts";
import { Failed } from "../worker_client.ts";
import type { Next, ReportContext } from "./step.ts";

/** Send it. */
export async function send(context: ReportContext, draft: Draft): Promise<Next> {
  const { steps, worker, trusted } = context;
  const step = steps.show("sending");
  const bar = showProgress(steps, step);
  onPress(part(step, "cancel"), () => void worker.call("cancel", {}));
  const { receipt, files, identity } = draft;
  const asked = questionsFor(draft, trusted.questions);
  const chosen = chosenOf(draft).map(({ person }) => person);
  draft.hasNewReceipt = false;
  draft.tried = letterOf(draft, asked);
  let outcome: Calls["report"]["result"];
  try {
    const params = { receipt, told: toldBy(draft, asked), chosen, files: files.chosen(), identity };
    outcome = await context.during(worker.call("report", params, bar));
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    if (error.code !== "cancelled") return afterFailure(context, draft, error);
    return { step: "review", note: words(bar.perhapsSent() ? "cancelled-late" : "cancelled") };
  } finally {
    bar.end();
  }
  Object.assign(draft, emptyDraft());
  return outcome.file === null ? stored(steps, receipt, outcome) : made(steps, receipt, outcome.file);
}

/** Return the step in which the error can be corrected. */
function afterFailure({ trusted, limit }: ReportContext, draft: Draft, { code, who }: Failed): Next {
  const wrong = draft.files.blame(code, who, limit);
  if (wrong.length > 0) return { step: "write", mistakes: wrong };
  const unreachable = trusted.recipients.filter(({ person }) => who.includes(person));
  const sentence = wordsFor("send", code, { people: namesOf(unreachable) });
  if (code === "nobody") return { step: "about", mistakes: [{ field: null, sentence }] };
  if (code === "not-enrolled") return { step: "readers", mistakes: [{ field: "readers", sentence }] };
  return { step: "review", mistakes: [{ field: null, sentence }] };
}

function stored(steps: Steps, receipt: string, { day, named }: Calls["report"]["result"]): Promise<Next> {
  const step = steps.show("sent");
  part(step, "stored").textContent = words("stored", { day: dated(day) });
  part(step, "unnamed").hidden = named;
  showCode(steps, step, receipt);
  return new Promise((next) => {
    onPress(part(step, "talk"), () => next({ to: "conversation", receipt }));
  });
}

/** Show the sealed file of an offline page: it is sent later, from anywhere. This is the last step. */
function made(steps: Steps, receipt: string, file: Blob): Promise<never> {
  const step = steps.show("made");
  showCode(steps, step, receipt);
  onPress(part(step, "save"), () => {
    hand(file, words("sealed-name"));
    steps.say(words("saved", { name: words("sealed-name") }));
  });
  return new Promise(() => undefined);
}
