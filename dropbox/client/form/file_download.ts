// The files of a message in the thread: lists them, fetches one and offers it for saving. The page must not open any.

import type { ShownFile } from "../shared/protocol.ts";
import type { Context } from "./context.ts";
import { Failed } from "./worker_client.ts";
import { safeName, shownName } from "./names.ts";
import { showProgress } from "./progress.ts";
import { type Act, onPress, part, piece } from "./dom.ts";
import { sized, words, wordsFor } from "./messages.ts";

const URL_LIVES = 10_000; // milliseconds: enough for a browser to start saving

/** Show the files of the message with this id under its text, each with a button to save it. */
export function showAttached(
  context: Context,
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
    onPress(part(row, "save"), inTurn(() => save(context, row, { message, file: at }, saved)));
    onPress(part(row, "cancel"), () => void context.worker.call("cancel", {}));
    return row;
  });
  part(item, "files").replaceChildren(...rows);
}

async function save(
  { steps, worker, during }: Context,
  row: HTMLElement,
  place: { message: string; file: number },
  name: string,
): Promise<void> {
  const state = part(row, "state");
  const bar = showProgress(steps, part(row, "fetching"));
  const saving = (is: boolean): void => {
    part(row, "fetching").hidden = !is;
    part(row, "save").hidden = is;
  };
  state.textContent = "";
  saving(true);
  part(row, "cancel").focus();
  try {
    const { blob } = await during(worker.call("fetch", place, bar));
    hand(blob, name);
    state.textContent = words("saved", { name });
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    state.textContent = wordsFor("fetch", error.code);
  } finally {
    bar.end();
    steps.say("");
    const here = part(row, "cancel").matches(":focus");
    saving(false);
    if (here) part(row, "save").focus();
  }
}

/** Have the browser save bytes, without their type: the browser could display a known type instead. */
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
