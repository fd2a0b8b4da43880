// The way from an empty form to a report that is stored: write, review, send; each step back loses no word.

import type { ShownRecipient, Trusted } from "../protocol.ts";
import { endsAlike, showCode } from "./code.ts";
import { type Desk, Failed } from "./desk.ts";
import { listFiles, showFiles } from "./choosing.ts";
import { control, mistakeInText, showMistakes, showRoom, type Mistake } from "./fields.ts";
import { Files } from "./files.ts";
import { showErrand } from "./progress.ts";
import { onPress, onSubmit, oneAtATime, part, piece, type Stage } from "./stage.ts";
import { dated, listed, words, wordsFor } from "./words.ts";

/** What is being written. It lives in this page's memory, until the page is left. */
export interface Draft {
  text: string;
  /** Identities that are unticked. */
  readonly without: Set<string>;
  readonly files: Files;
  /** "" until the first review. */
  receipt: string;
  /** What was last tried to send with this receipt, "" for nothing. */
  tried: string;
}

export interface ReportSteps {
  readonly stage: Stage;
  readonly desk: Desk;
  readonly trusted: Trusted;
  /** Go back to the first step. */
  readonly back: () => void;
  /** Let the browser ask before the page is left, until the errand ends. */
  readonly during: <T>(errand: Promise<T>) => Promise<T>;
  /** Go on to the talk of a receipt. */
  readonly talk: (receipt: string) => void;
}

/** Return a draft of nothing. */
export function emptyDraft(): Draft {
  return { text: "", without: new Set(), files: new Files(), receipt: "", tried: "" };
}

/** Show the form with what the draft has, and `mistakes` in it. */
export function write(steps: ReportSteps, draft: Draft, mistakes: readonly Mistake[] = []): void {
  const { stage, trusted } = steps;
  const step = stage.show("write");
  const boxes = trusted.recipients.map((recipient, at) => choice(recipient, at, draft));
  part(step, "choices").replaceChildren(...boxes);
  part(step, "signed").textContent = words("signed", { organisation: trusted.organisation });
  const story = control(step, "story");
  story.value = draft.text;
  story.addEventListener("input", () => {
    draft.text = story.value;
  });
  showRoom(step, "story");
  showFiles({ ...steps, limit: trusted.fileBytes }, step, draft.files);
  onPress(part(step, "back"), steps.back);
  const next = async (): Promise<void> => {
    const found = mistakesIn(trusted, draft);
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

/** Show what is about to be sent; `failed` is what went wrong when it was sent before. */
async function review(steps: ReportSteps, draft: Draft, failed: readonly Mistake[] | null = null): Promise<void> {
  const { stage, desk, trusted } = steps;
  // The server may have stored the earlier text under the earlier code: another text needs a code of its own.
  const changed = draft.tried !== "" && draft.tried !== letter(draft);
  if (changed || draft.receipt === "") {
    draft.receipt = (await desk.ask("draw", {})).receipt;
    draft.tried = "";
  }
  const step = stage.show("review");
  const readers = trusted.recipients.filter(({ identity }) => !draft.without.has(identity));
  const others = trusted.recipients.filter(({ identity }) => draft.without.has(identity));
  part(step, "changed").hidden = !changed;
  part(step, "text").textContent = draft.text;
  part(step, "attached").hidden = draft.files.list.length === 0;
  part(step, "files").replaceChildren(...listFiles(draft.files));
  part(step, "readers").textContent = readersOf(readers);
  part(step, "without").textContent = others.length === 0 ? "" : withNames("without", others);
  showCode(stage, step, draft.receipt);
  onPress(part(step, "back"), () => write(steps, draft));
  onSubmit(step, () => {
    if (endsAlike(draft.receipt, control(step, "confirm").value)) void send(steps, draft);
    else showMistakes(step, [{ field: "confirm", sentence: words("mistake-confirm") }]);
  });
  if (failed === null) return;
  // It was confirmed before it was sent: once is enough.
  control(step, "confirm").value = draft.receipt.slice(-4);
  showMistakes(step, failed);
}

async function send(steps: ReportSteps, draft: Draft): Promise<void> {
  const { stage, desk, trusted } = steps;
  const step = stage.show("sending");
  const errand = showErrand(stage, step);
  onPress(part(step, "cancel"), () => void desk.ask("cancel", {}));
  const { receipt, text, files } = draft;
  const chosen = trusted.recipients.map(({ identity }) => identity).filter((one) => !draft.without.has(one));
  draft.tried = letter(draft);
  try {
    const about = { board: false, others: "", people: [] };
    const told = { text, topic: "anders", language: document.documentElement.lang, about, answers: {} };
    const report = desk.ask("report", { receipt, told, chosen, files: files.chosen() }, errand);
    const { day } = await steps.during(report);
    sent(steps, draft, day);
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    if (error.code === "cancelled") {
      await review(steps, draft, []);
      stage.say(words(errand.perhapsSent() ? "cancelled-late" : "cancelled"));
      return;
    }
    const unreachable = trusted.recipients.filter(({ identity }) => error.who.includes(identity));
    const sentence = wordsFor("send", error.code, { people: namesOf(unreachable) });
    const wrong = files.blame(error.code, error.who, trusted.fileBytes);
    if (wrong.length > 0) write(steps, draft, wrong);
    else if (error.code === "nobody" || unreachable.length > 0) write(steps, draft, [{ field: "readers", sentence }]);
    else await review(steps, draft, [{ field: null, sentence }]);
  } finally {
    errand.end();
  }
}

function sent(steps: ReportSteps, draft: Draft, day: number): void {
  const { receipt } = draft;
  Object.assign(draft, emptyDraft());
  const step = steps.stage.show("sent");
  part(step, "stored").textContent = words("stored", { day: dated(day) });
  showCode(steps.stage, step, receipt);
  onPress(part(step, "talk"), () => steps.talk(receipt));
}

/** Return who can read it, in a sentence. */
export function readersOf(readers: readonly ShownRecipient[]): string {
  return readers.length === 0 ? words("readers-none") : withNames("readers", readers);
}

/** Return a name with its role, or the name alone where it says the role already. */
export function person(name: string, role: string): string {
  const said = wordsFor("role", role);
  return name.toLowerCase().includes(said.toLowerCase()) ? name : words("person", { name, role: said });
}

function namesOf(people: readonly ShownRecipient[]): string {
  return listed(people.map(({ name, role }) => person(name, role)));
}

function withNames(family: string, people: readonly ShownRecipient[]): string {
  return words(people.length === 1 ? `${family}-one` : `${family}-some`, { names: namesOf(people) });
}

function mistakesIn(trusted: Trusted, draft: Draft): Mistake[] {
  const mistakes: Mistake[] = [];
  if (trusted.recipients.every(({ identity }) => draft.without.has(identity))) {
    mistakes.push({ field: "readers", sentence: words("mistake-readers") });
  }
  const sentence = mistakeInText(draft.text);
  if (sentence !== null) mistakes.push({ field: "story", sentence });
  return [...mistakes, ...draft.files.refused(trusted.fileBytes)];
}

function choice(recipient: ShownRecipient, at: number, draft: Draft): HTMLElement {
  const row = piece("choice");
  const box = row.querySelector("input");
  const label = row.querySelector("label");
  if (box === null || label === null) throw new Error("choice");
  box.id = `reader-${at}`;
  label.htmlFor = box.id;
  label.textContent = person(recipient.name, recipient.role);
  box.checked = !draft.without.has(recipient.identity);
  box.addEventListener("change", () => {
    if (box.checked) draft.without.delete(recipient.identity);
    else draft.without.add(recipient.identity);
  });
  return row;
}

function letter({ text, without, files }: Draft): string {
  return JSON.stringify([text, files.letter(), ...[...without].sort()]);
}
