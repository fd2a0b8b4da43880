// The way from what somebody tells to a report that is stored: write, review, send; each step back loses no word.

import type { Question, Trusted } from "../protocol.ts";
import { askAbout, askReaders } from "./asking.ts";
import { question } from "./choices.ts";
import { endsAlike, showCode } from "./code.ts";
import { type Desk, Failed } from "./desk.ts";
import { listFiles, showFiles } from "./choosing.ts";
import { chosenOf, type Draft, emptyDraft, letterOf, questionsFor, toldBy } from "./draft.ts";
import { control, encodedSize, mistakeInText, showMistakes, showRoom, type Mistake } from "./fields.ts";
import { laterOf, namesOf, readersOf, withNames } from "./people.ts";
import { showErrand } from "./progress.ts";
import { hand } from "./saving.ts";
import { onPress, onSubmit, oneAtATime, part, type Stage } from "./stage.ts";
import { toldLine } from "./told.ts";
import { dated, words, wordsFor } from "./words.ts";

export interface ReportSteps {
  readonly stage: Stage;
  readonly desk: Desk;
  readonly trusted: Trusted;
  /** How many bytes the files of one message may have together. */
  readonly limit: number;
  /** Whether there is no network: the report becomes a file. */
  readonly apart: boolean;
  /** Say that nothing can be reported now, by the code of the reason. */
  readonly closed: (code: string) => void;
  /** Go back to the first step. */
  readonly back: () => void;
  /** Let the browser ask before the page is left, until the errand ends. */
  readonly during: <T>(errand: Promise<T>) => Promise<T>;
  /** Go on to the talk of a receipt. */
  readonly talk: (receipt: string) => void;
}

/** Show the form with what the draft has, and `mistakes` in it. */
export function write(steps: ReportSteps, draft: Draft, mistakes: readonly Mistake[] = []): void {
  const { stage, trusted } = steps;
  const step = stage.show("write");
  const asked = questionsFor(draft, trusted.questions);
  part(step, "readers").textContent = readersOf(chosenOf(draft));
  const story = control(step, "story");
  story.value = draft.text;
  story.addEventListener("input", () => {
    draft.text = story.value;
  });
  // A file holds one message: the page without a network asks for no name.
  if (!steps.apart) {
    const identity = control(step, "identity");
    identity.value = draft.identity;
    identity.addEventListener("input", () => {
      draft.identity = identity.value;
    });
    part<HTMLDetailsElement>(step, "naming").open = draft.identity !== "";
  }
  part(step, "asked").replaceChildren(...asked.map((one) => questionField(one, draft)));
  part<HTMLDetailsElement>(step, "questions").open = asked.some(({ id }) => (draft.answers.get(id) ?? "") !== "");
  part(step, "questions").hidden = asked.length === 0;
  showRoom(step, "story");
  showFiles(steps, step, draft.files);
  onPress(part(step, "back"), () => askReaders(steps, draft));
  const next = async (): Promise<void> => {
    const found = mistakesIn(steps, draft);
    if (found.some(({ field }) => field === "identity")) part<HTMLDetailsElement>(step, "naming").open = true;
    showMistakes(step, found);
    if (found.length > 0) return;
    try {
      await review(steps, draft);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      showMistakes(step, [{ field: null, sentence: wordsFor("send", error.code) }]);
    }
  };
  onSubmit(step, oneAtATime()(next));
  if (mistakes.length > 0) showMistakes(step, mistakes);
}

function questionField({ id, label, hint, choices }: Question, draft: Draft): HTMLElement {
  const options = choices.map((one) => [one.id, one.name] as const);
  const shown = { label, hint, options };
  return question(shown, draft.answers.get(id) ?? "", (answer) => void draft.answers.set(id, answer));
}

/** Show what is about to be sent; `failed` is what went wrong when it was sent before. */
async function review(steps: ReportSteps, draft: Draft, failed: readonly Mistake[] | null = null): Promise<void> {
  const { stage, desk, trusted } = steps;
  const asked = questionsFor(draft, trusted.questions);
  // The server may have stored the earlier text under the earlier code: another text needs a code of its own.
  const changed = draft.tried !== "" && draft.tried !== letterOf(draft, asked);
  if (changed || draft.receipt === "") {
    draft.receipt = (await desk.ask("draw", {})).receipt;
    draft.tried = "";
  }
  const step = stage.show("review");
  const readers = chosenOf(draft);
  const others = draft.places.filter(({ person }) => readers.every((reader) => reader.person !== person));
  part(step, "changed").hidden = !changed;
  part(step, "told").replaceChildren(...toldLines(steps, draft, asked));
  part(step, "text").textContent = draft.text;
  part(step, "attached").hidden = draft.files.list.length === 0;
  part(step, "files").replaceChildren(...listFiles(draft.files));
  part(step, "named").hidden = draft.identity.trim() === "";
  part(step, "identity").textContent = draft.identity;
  part(step, "readers").textContent = readersOf(readers);
  part(step, "later").textContent = laterOf(readers, readers.filter(({ reachable }) => !reachable));
  part(step, "without").textContent = others.length === 0 ? "" : withNames("without", others);
  showCode(stage, step, draft.receipt);
  onPress(part(step, "back"), () => write(steps, draft));
  onSubmit(step, () => {
    const typed = control(step, "confirm").value;
    if (typed.trim() === "" || endsAlike(draft.receipt, typed)) void send(steps, draft);
    else showMistakes(step, [{ field: "confirm", sentence: words("mistake-confirm") }]);
  });
  if (failed !== null) showMistakes(step, failed);
}

/** Return what is told beside the story, line by line. */
function toldLines({ trusted }: ReportSteps, draft: Draft, asked: readonly Question[]): HTMLElement[] {
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

async function send(steps: ReportSteps, draft: Draft): Promise<void> {
  const { stage, desk, trusted } = steps;
  const step = stage.show("sending");
  const errand = showErrand(stage, step);
  onPress(part(step, "cancel"), () => void desk.ask("cancel", {}));
  const { receipt, files, identity } = draft;
  const asked = questionsFor(draft, trusted.questions);
  const chosen = chosenOf(draft).map(({ person }) => person);
  draft.tried = letterOf(draft, asked);
  try {
    const told = toldBy(draft, asked);
    const report = desk.ask("report", { receipt, told, chosen, files: files.chosen(), identity }, errand);
    const outcome = await steps.during(report);
    if (outcome.file === null) sent(steps, draft, outcome);
    else made(steps, draft, outcome.file);
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    if (error.code === "cancelled") {
      await review(steps, draft, []);
      stage.say(words(errand.perhapsSent() ? "cancelled-late" : "cancelled"));
      return;
    }
    const unreachable = trusted.recipients.filter(({ person }) => error.who.includes(person));
    const sentence = wordsFor("send", error.code, { people: namesOf(unreachable) });
    const wrong = files.blame(error.code, error.who, steps.limit);
    if (wrong.length > 0) write(steps, draft, wrong);
    else if (error.code === "nobody") askAbout(steps, draft, [{ field: null, sentence }]);
    else if (error.code === "not-enrolled") askReaders(steps, draft, [{ field: "readers", sentence }]);
    else await review(steps, draft, [{ field: null, sentence }]);
  } finally {
    errand.end();
  }
}

function sent(steps: ReportSteps, draft: Draft, { day, named }: { readonly day: number; readonly named: boolean }): void {
  const { receipt } = draft;
  Object.assign(draft, emptyDraft());
  const step = steps.stage.show("sent");
  part(step, "stored").textContent = words("stored", { day: dated(day) });
  part(step, "unnamed").hidden = named;
  showCode(steps.stage, step, receipt);
  onPress(part(step, "talk"), () => steps.talk(receipt));
}

/** Show the sealed file that a page without a network has made: it is sent later, from anywhere. */
function made({ stage }: ReportSteps, draft: Draft, file: Blob): void {
  const { receipt } = draft;
  Object.assign(draft, emptyDraft());
  const step = stage.show("made");
  showCode(stage, step, receipt);
  onPress(part(step, "save"), () => {
    hand(file, words("sealed-name"));
    stage.say(words("saved", { name: words("sealed-name") }));
  });
}

function mistakesIn({ trusted, limit }: ReportSteps, draft: Draft): Mistake[] {
  const { answers, about } = toldBy(draft, questionsFor(draft, trusted.questions));
  const mistakes: Mistake[] = [];
  const besides = encodedSize(answers) + encodedSize(about.others);
  const sentence = mistakeInText(draft.text, besides);
  if (sentence !== null) mistakes.push({ field: "story", sentence });
  const wrong = draft.identity.trim() === "" ? null : mistakeInText(draft.identity);
  if (wrong !== null) mistakes.push({ field: "identity", sentence: wrong });
  return [...mistakes, ...draft.files.refused(limit)];
}
