// The file field of a message: choose, drop or paste files, and see what was found in each. The worker inspects them.

import type { Context } from "./context.ts";
import { Failed } from "./worker_client.ts";
import { control, field } from "./fields.ts";
import { type Added, blobOf, type Files } from "./files.ts";
import { plainName } from "./names.ts";
import { onPress, part, piece } from "./dom.ts";
import { listed, sized, words, wordsFor } from "./messages.ts";
import { MAX_FILES } from "../shared/limits.ts";

/** Show the file field of a step, with the files added so far. If files are not allowed, the field is hidden. */
export function showFiles(context: Context, step: HTMLElement, files: Files): void {
  const { steps, limit } = context;
  const place = field(step, "files");
  if (limit === 0) {
    place.remove();
    return;
  }
  part(place, "limit").textContent = words("files-limit", { size: sized(limit), most: String(MAX_FILES) });
  const add = (added: Iterable<File>): void => {
    for (const file of added) {
      const one = files.add(file);
      if (one !== null) void look(context, files, one);
    }
  };
  const input = control(step, "files") as HTMLInputElement;
  onPress(part(place, "choose"), () => input.click());
  input.addEventListener("change", () => {
    add([...(input.files ?? [])]);
    // The list is ours: the same file can be chosen again, and no name stays in the document.
    input.value = "";
  });
  takeDrops(part(place, "zone"), add);
  steps.onPaste(add);

  const kept = part(place, "names");
  const box = kept.querySelector("input");
  box?.addEventListener("change", () => {
    files.kept = box.checked;
  });
  const rows = new Map<number, HTMLElement>();
  files.changed = () => {
    drawRows(part(place, "list"), rows, files, () => part(place, "choose").focus());
    part(place, "total").textContent = totalOf(files);
    part(place, "error").textContent = files.excess(limit).join(" ");
    kept.hidden = files.list.length === 0;
    if (box !== null) box.checked = files.kept;
  };
  files.changed();
}

/** Return a line for each file, with its name and size, for the review. */
export function listFiles(files: Files): HTMLElement[] {
  return files.list.map((added) => {
    const line = piece("line");
    part(line, "name").textContent = files.nameOf(added);
    part(line, "size").textContent = sized(blobOf(added).size);
    return line;
  });
}

async function look({ worker }: Context, files: Files, added: Added): Promise<void> {
  try {
    files.learn(added, { found: await worker.call("inspect", { file: added.file, name: added.file.name }) });
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    files.learn(added, { wrong: "unreadable" });
  }
}

function takeDrops(zone: HTMLElement, add: (files: Iterable<File>) => void): void {
  const over = (is: boolean) => (): void => void zone.classList.toggle("over", is);
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "copy";
    over(true)();
  });
  zone.addEventListener("dragleave", over(false));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false)();
    add([...(event.dataTransfer?.files ?? [])]);
  });
}

// Rows keep their elements, so that the keyboard focus stays in place while a file is inspected.
function drawRows(list: HTMLElement, rows: Map<number, HTMLElement>, files: Files, focus: () => void): void {
  const numbers = new Set(files.list.map(({ number }) => number));
  for (const [number, row] of rows) {
    if (numbers.has(number)) continue;
    row.remove();
    rows.delete(number);
  }
  for (const added of files.list) {
    const row = rows.get(added.number) ?? rowOf(files, added, focus);
    if (!rows.has(added.number)) list.append(row);
    rows.set(added.number, row);
    fillRow(row, files, added);
  }
}

function rowOf(files: Files, added: Added, focus: () => void): HTMLElement {
  const row = piece("file");
  const { box, label } = choiceIn(row);
  box.id = `original-${added.number}`;
  label.htmlFor = box.id;
  box.addEventListener("change", () => files.learn(added, { original: box.checked }));
  onPress(part(row, "remove"), () => {
    files.remove(added);
    focus();
  });
  return row;
}

function fillRow(row: HTMLElement, files: Files, added: Added): void {
  const { file, found, original, wrong } = added;
  const name = found === null ? plainName(file.name) : files.nameOf(added);
  const size = sized(blobOf(added).size);
  part(row, "name").textContent = name;
  const kind = found === null ? "" : wordsFor("file-is", found.kind);
  part(row, "about").textContent = kind === "" ? size : words("file-about", { kind, size });
  part(row, "own").textContent = name === plainName(file.name) ? "" : words("file-own", { name: plainName(file.name) });
  part(row, "wrong").textContent = files.wrongIn(added);
  part(row, "found").textContent = wrong === "" ? foundIn(added) : "";
  row.classList.toggle("refused", wrong !== "");
  part(row, "remove").setAttribute("aria-label", words("remove-file", { name }));
  part(row, "original").hidden = wrong !== "" || found === null || found.stripped === null;
  choiceIn(row).box.checked = original;
}

function foundIn({ found, original }: Added): string {
  if (found === null) return words("file-looking");
  if (found.kind !== "photo") return wordsFor("file-holds", found.kind);
  const traces = listed(found.traces.map((trace) => wordsFor("trace", trace)));
  if (traces === "") return words("file-holds-nothing");
  if (found.stripped === null || original) return words("file-holds-traces", { traces });
  return words("file-without", { traces });
}

function totalOf(files: Files): string {
  if (files.list.length === 0) return "";
  return words("files-total", { count: String(files.list.length), size: sized(files.size()) });
}

function choiceIn(row: HTMLElement): { box: HTMLInputElement; label: HTMLLabelElement } {
  const box = row.querySelector("input");
  const label = row.querySelector("label");
  if (box === null || label === null) throw new Error("file");
  return { box, label };
}
