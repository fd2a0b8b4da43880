// Checkboxes and select lists for the options of a policy.

import { part, piece } from "./dom.ts";

let last = 0;

/** Return a row with a checkbox, its label and a hint, or ""; `change` receives whether it is checked. */
export function choice(label: string, on: boolean, change: (on: boolean) => void, hint = ""): HTMLElement {
  const row = piece("choice");
  const box = row.querySelector("input");
  const name = row.querySelector("label");
  if (box === null || name === null) throw new Error("choice");
  box.id = freshId();
  name.htmlFor = box.id;
  name.textContent = label;
  const told = part(row, "hint");
  told.textContent = hint;
  told.hidden = hint === "";
  told.id = `${box.id}-hint`;
  if (hint !== "") box.setAttribute("aria-describedby", told.id);
  box.checked = on;
  box.addEventListener("change", () => change(box.checked));
  return row;
}

/** Return a field for an answer: a text input, or a select list if there are `options` (id and name). */
export function question(
  { label, hint, options }: { label: string; hint: string; options: readonly (readonly [id: string, name: string])[] },
  answer: string,
  change: (answer: string) => void,
): HTMLElement {
  const row = piece(options.length === 0 ? "question" : "selection");
  const input = row.querySelector<HTMLTextAreaElement | HTMLSelectElement>("textarea, select");
  const name = row.querySelector("label");
  if (input === null || name === null) throw new Error("question");
  input.id = freshId();
  name.htmlFor = input.id;
  name.textContent = label;
  const told = part(row, "hint");
  told.textContent = hint;
  told.id = `${input.id}-hint`;
  input.setAttribute("aria-describedby", told.id);
  for (const [id, shown] of options) input.append(new Option(shown, id));
  input.value = answer;
  input.addEventListener(options.length === 0 ? "input" : "change", () => change(input.value));
  return row;
}

// Ids are unique within the page's only shadow root, and carry no meaning.
function freshId(): string {
  last += 1;
  return `choice-${last}`;
}
