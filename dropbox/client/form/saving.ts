// The files of a message in the talk: list them, fetch one and hand it to the browser to save; none is ever opened.

import type { ShownFile } from "../protocol.ts";
import { type Desk, Failed } from "./desk.ts";
import { safeName, shownName } from "./names.ts";
import { showErrand } from "./progress.ts";
import { type Act, onPress, part, piece, type Stage } from "./stage.ts";
import { sized, words, wordsFor } from "./words.ts";

const URL_LIVES = 10_000; // milliseconds: enough for a browser to begin

export interface SavingSteps {
  readonly stage: Stage;
  readonly desk: Desk;
  /** Let the browser ask before the page is left, until the errand ends. */
  readonly during: <T>(errand: Promise<T>) => Promise<T>;
}

/** Show the files of the message with this id under its text, each with a way to save it. */
export function showAttached(
  steps: SavingSteps,
  item: HTMLElement,
  message: string,
  files: readonly ShownFile[],
  inTurn: (act: Act) => () => void,
): void {
  const rows = files.map((file, at) => {
    const row = piece("attached");
    const name = shownName(file.name) || neutral(at);
    const saved = safeName(file.name) || neutral(at);
    part(row, "name").textContent = name;
    part(row, "size").textContent = sized(file.size);
    part(row, "save").setAttribute("aria-label", words("save-file", { name }));
    onPress(part(row, "save"), inTurn(() => save(steps, row, { message, file: at }, saved)));
    onPress(part(row, "cancel"), () => void steps.desk.ask("cancel", {}));
    return row;
  });
  part(item, "files").replaceChildren(...rows);
}

async function save(
  { stage, desk, during }: SavingSteps,
  row: HTMLElement,
  place: { message: string; file: number },
  name: string,
): Promise<void> {
  const state = part(row, "state");
  const errand = showErrand(stage, part(row, "errand"));
  const saving = (is: boolean): void => {
    part(row, "errand").hidden = !is;
    part(row, "save").hidden = is;
  };
  state.textContent = "";
  saving(true);
  part(row, "cancel").focus();
  try {
    const { blob } = await during(desk.ask("fetch", place, errand));
    hand(blob, name);
    state.textContent = words("saved", { name });
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    state.textContent = wordsFor("fetch", error.code);
  } finally {
    errand.end();
    stage.say("");
    const here = part(row, "cancel").matches(":focus");
    saving(false);
    if (here) part(row, "save").focus();
  }
}

/** Give the browser bytes to save; of no type, since one that it knows it might show instead. */
export function hand(blob: Blob, name: string): void {
  const address = URL.createObjectURL(new Blob([blob], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), URL_LIVES);
}

function neutral(at: number): string {
  return words("file-name", { number: String(at + 1) });
}
