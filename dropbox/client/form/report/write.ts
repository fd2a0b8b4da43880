// The form of the report: the story, files, a name, the policy's questions.

import type { Question } from "../../shared/protocol.ts";
import { question } from "../choices.ts";
import { chosenOf, type Draft, letterOf, questionsFor, toldBy } from "../draft.ts";
import { onPress, onSubmit, oneAtATime, part } from "../dom.ts";
import { control, encodedSize, mistakeInText, type Mistake, showMistakes, showRoom } from "../fields.ts";
import { showFiles } from "../file_picker.ts";
import { wordsFor } from "../messages.ts";
import { readersOf } from "../people.ts";
import { Failed } from "../worker_client.ts";
import type { Next, ReportContext } from "./step.ts";

/** Show the form, filled from the draft. */
export function write(context: ReportContext, draft: Draft, mistakes: readonly Mistake[]): Promise<Next> {
  const step = context.steps.show("write");
  part(step, "readers").textContent = readersOf(chosenOf(draft));
  fillStory(step, draft);
  // A file contains one message: an offline page does not ask for a name.
  if (!context.isOffline) fillName(step, draft);
  fillQuestions(step, draft, questionsFor(draft, context.trusted.questions));
  showFiles(context, step, draft.files);
  if (mistakes.length > 0) showMistakes(step, mistakes);
  return new Promise((next) => {
    const goOn = async (): Promise<void> => {
      const found = mistakesIn(context, draft);
      if (found.some(({ field }) => field === "identity")) part<HTMLDetailsElement>(step, "naming").open = true;
      showMistakes(step, found);
      if (found.length > 0) return;
      try {
        await drawReceipt(context, draft);
      } catch (error) {
        if (!(error instanceof Failed)) throw error;
        showMistakes(step, [{ field: null, sentence: wordsFor("send", error.code) }]);
        return;
      }
      next({ step: "review" });
    };
    onSubmit(step, oneAtATime()(goOn));
    onPress(part(step, "back"), () => next({ step: "readers" }));
  });
}

function fillStory(step: HTMLElement, draft: Draft): void {
  const story = control(step, "story");
  story.value = draft.text;
  story.addEventListener("input", () => {
    draft.text = story.value;
  });
  showRoom(step, "story");
}

function fillName(step: HTMLElement, draft: Draft): void {
  const identity = control(step, "identity");
  identity.value = draft.identity;
  identity.addEventListener("input", () => {
    draft.identity = identity.value;
  });
  part<HTMLDetailsElement>(step, "naming").open = draft.identity !== "";
}

function fillQuestions(step: HTMLElement, draft: Draft, asked: readonly Question[]): void {
  const fields = asked.map(({ id, label, hint, choices }) => {
    const options = choices.map((one) => [one.id, one.name] as const);
    return question({ label, hint, options }, draft.answers.get(id) ?? "", (answer) => void draft.answers.set(id, answer));
  });
  part(step, "asked").replaceChildren(...fields);
  part<HTMLDetailsElement>(step, "questions").open = asked.some(({ id }) => (draft.answers.get(id) ?? "") !== "");
  part(step, "questions").hidden = asked.length === 0;
}

/** Generate a receipt if the draft has none, or if it has changed since an attempt to send it. */
async function drawReceipt({ worker, trusted }: ReportContext, draft: Draft): Promise<void> {
  // The server may have stored the earlier text under the earlier code: a different text needs its own code.
  draft.hasNewReceipt = draft.tried !== "" && draft.tried !== letterOf(draft, questionsFor(draft, trusted.questions));
  if (!draft.hasNewReceipt && draft.receipt !== "") return;
  draft.receipt = (await worker.call("draw", {})).receipt;
  draft.tried = "";
}

function mistakesIn({ trusted, limit }: ReportContext, draft: Draft): Mistake[] {
  const { answers, about } = toldBy(draft, questionsFor(draft, trusted.questions));
  const mistakes: Mistake[] = [];
  const besides = encodedSize(answers) + encodedSize(about.others);
  const sentence = mistakeInText(draft.text, besides);
  if (sentence !== null) mistakes.push({ field: "story", sentence });
  const wrong = draft.identity.trim() === "" ? null : mistakeInText(draft.identity);
  if (wrong !== null) mistakes.push({ field: "identity", sentence: wrong });
  return [...mistakes, ...draft.files.refused(limit)];
}
