// The review step: everything that will be sent. Typing the end of the receipt shows that it was written down.

import type { Question } from "../../shared/protocol.ts";
import { chosenOf, type Draft, questionsFor, toldBy } from "../draft.ts";
import { onPress, onSubmit, part } from "../dom.ts";
import { control, type Mistake, showMistakes } from "../fields.ts";
import { listFiles } from "../file_picker.ts";
import { words } from "../messages.ts";
import { laterOf, namesOf, readersOf, withNames } from "../people.ts";
import { endsAlike, showCode } from "../receipt.ts";
import { toldLine } from "../row.ts";
import type { Next, ReportContext } from "./step.ts";

/** Show the whole report and its receipt. `failed` are the errors of the last attempt to send it. */
export function review(context: ReportContext, draft: Draft, failed: readonly Mistake[]): Promise<Next> {
  const { steps, trusted } = context;
  const step = steps.show("review");
  const readers = chosenOf(draft);
  const others = draft.places.filter(({ person }) => readers.every((reader) => reader.person !== person));
  part(step, "changed").hidden = !draft.hasNewReceipt;
  part(step, "told").replaceChildren(...toldLines(context, draft, questionsFor(draft, trusted.questions)));
  part(step, "text").textContent = draft.text;
  part(step, "attached").hidden = draft.files.list.length === 0;
  part(step, "files").replaceChildren(...listFiles(draft.files));
  part(step, "named").hidden = draft.identity.trim() === "";
  part(step, "identity").textContent = draft.identity;
  part(step, "readers").textContent = readersOf(readers);
  part(step, "later").textContent = laterOf(readers, readers.filter(({ reachable }) => !reachable));
  part(step, "without").textContent = others.length === 0 ? "" : withNames("without", others);
  showCode(steps, step, draft.receipt);
  if (failed.length > 0) showMistakes(step, failed);
  return new Promise((next) => {
    onPress(part(step, "back"), () => next({ step: "write" }));
    onSubmit(step, () => {
      const typed = control(step, "confirm").value;
      if (typed.trim() === "" || endsAlike(draft.receipt, typed)) next({ step: "send" });
      else showMistakes(step, [{ field: "confirm", sentence: words("mistake-confirm") }]);
    });
  });
}

/** Return the answers besides the story, line by line. */
function toldLines({ trusted }: ReportContext, draft: Draft, asked: readonly Question[]): HTMLElement[] {
  const { about, answers } = toldBy(draft, asked);
  const topic = trusted.topics.find(({ id }) => id === draft.topic);
  const people = trusted.recipients.filter(({ person }) => draft.people.has(person));
  const concerned = [
    ...(about.board ? [words("whole-board")] : []),
    ...(people.length > 0 ? [namesOf(people)] : []),
    ...(about.others === "" ? [] : [about.others]),
  ];
  return [
    toldLine(words("told-topic"), topic?.name ?? ""),
    ...concerned.map((one, at) => toldLine(at === 0 ? words("told-about") : "", one)),
    ...asked.flatMap(({ id, label, choices }) => {
      const answer = answers[id] ?? "";
      const named = choices.find((one) => one.id === answer);
      return answer === "" ? [] : [toldLine(label, named?.name ?? answer)];
    }),
  ];
}
