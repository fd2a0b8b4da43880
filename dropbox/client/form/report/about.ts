// The step for the people whom the report is about: they do not receive it.

import { choice } from "../choices.ts";
import { type Draft, matterOf } from "../draft.ts";
import { onPress, onSubmit, oneAtATime, part } from "../dom.ts";
import { control, type Mistake, mistakeInOthers, showMistakes } from "../fields.ts";
import { words, wordsFor } from "../messages.ts";
import { person } from "../people.ts";
import { Failed } from "../worker_client.ts";
import type { Next, ReportContext } from "./step.ts";

/** Ask whom the report is about, and then the worker who can receive it. */
export function about(context: ReportContext, draft: Draft, failed: readonly Mistake[]): Promise<Next> {
  const { steps, worker, trusted } = context;
  const step = steps.show("about");
  const rows = trusted.recipients.map(({ person: id, name, role }) =>
    choice(person(name, role), draft.people.has(id), (on) => {
      if (on) draft.people.add(id);
      else draft.people.delete(id);
    }));
  const board = choice(words("whole-board"), draft.board, (on) => {
    draft.board = on;
  });
  part(step, "choices").replaceChildren(...rows, board);
  const others = control(step, "others");
  others.value = draft.others;
  others.addEventListener("input", () => {
    draft.others = others.value;
  });
  if (failed.length > 0) showMistakes(step, failed);
  return new Promise((next) => {
    const goOn = async (): Promise<void> => {
      const mistake = mistakeInOthers(draft.others);
      showMistakes(step, mistake === null ? [] : [{ field: "others", sentence: mistake }]);
      if (mistake !== null) return;
      steps.say(words("step-fetching"));
      try {
        Object.assign(draft, await worker.call("route", { matter: matterOf(draft) }));
      } catch (error) {
        if (!(error instanceof Failed)) throw error;
        steps.say("");
        showMistakes(step, [{ field: null, sentence: wordsFor("route", error.code) }]);
        return;
      }
      next({ step: "readers" });
    };
    onSubmit(step, oneAtATime()(goOn));
    onPress(part(step, "back"), () => next({ step: "topic" }));
  });
}
