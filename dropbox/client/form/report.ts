// The way from an empty form to a report that is stored: write, review, send; each step back loses no word.

import type { ShownRecipient, Trusted } from "../protocol.ts";
import { endsAlike, showCode } from "./code.ts";
import { type Desk, Failed } from "./desk.ts";
import { control, mistakeInText, showMistakes, showRoom, type Mistake } from "./fields.ts";
import { onPress, onSubmit, oneAtATime, part, piece, type Stage } from "./stage.ts";
import { dated, listed, words, wordsFor } from "./words.ts";

/** What is being written. It lives in this page's memory, until the page is left. */
export interface Draft {
  text: string;
  /** Identities that are unticked. */
  readonly without: Set<string>;
  /** "" until the first review. */
  receipt: string;
  /** What was last tried to send with this receipt, "" for nothing. */
  tried: string;
  /** Whether leaving the page now would cut a report off on its way. */
  sending: boolean;
}

export interface ReportSteps {
  readonly stage: Stage;
  readonly desk: Desk;
  readonly trusted: Trusted;
  /** Go back to the first step. */
  readonly back: () => void;
  /** Go on to the talk of a receipt. */
  readonly talk: (receipt: string) => void;
}

/** Return a draft of nothing. */
export function emptyDraft(): Draft {
  return { text: "", without: new Set(), receipt: "", tried: "", sending: false };
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

async function review(steps: ReportSteps, draft: Draft, failed: readonly Mistake[] = []): Promise<void> {
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
  part(step, "readers").textContent = readersOf(readers);
  part(step, "without").textContent = others.length === 0 ? "" : withNames("without", others);
  showCode(stage, step, draft.receipt);
  onPress(part(step, "back"), () => write(steps, draft));
  onSubmit(step, () => {
    if (endsAlike(draft.receipt, control(step, "confirm").value)) void send(steps, draft);
    else showMistakes(step, [{ field: "confirm", sentence: words("mistake-confirm") }]);
  });
  if (failed.length > 0) {
    // It was confirmed before it was sent: once is enough.
    control(step, "confirm").value = draft.receipt.slice(-4);
    showMistakes(step, failed);
  }
}

async function send(steps: ReportSteps, draft: Draft): Promise<void> {
  const { stage, desk, trusted } = steps;
  const progress = part<HTMLProgressElement>(stage.show("sending"), "progress");
  const chosen = trusted.recipients.map(({ identity }) => identity).filter((one) => !draft.without.has(one));
  draft.tried = letter(draft);
  draft.sending = true;
  try {
    const { day } = await desk.ask("report", { receipt: draft.receipt, text: draft.text, chosen }, (at) => {
      progress.value += 1;
      stage.say(words(`step-${at}`));
    });
    sent(steps, draft, day);
  } catch (error) {
    draft.sending = false;
    if (!(error instanceof Failed)) throw error;
    const unreachable = trusted.recipients.filter(({ identity }) => error.who.includes(identity));
    const sentence = wordsFor("send", error.code, { people: namesOf(unreachable) });
    if (error.code === "nobody" || unreachable.length > 0) write(steps, draft, [{ field: "readers", sentence }]);
    else await review(steps, draft, [{ field: null, sentence }]);
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
  return mistakes;
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

function letter({ text, without }: Draft): string {
  return JSON.stringify([text, ...[...without].sort()]);
}
