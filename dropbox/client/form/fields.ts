// Form fields and their errors: each error is shown in a summary and at its field.

import { part, piece } from "./dom.ts";
import { words } from "./messages.ts";
import { MAX_TEXT_SIZE } from "../shared/limits.ts";

/** An error message and its field; null if it belongs to no field. */
export interface Mistake {
  readonly field: string | null;
  readonly sentence: string;
}

const MAX_OTHERS_SIZE = 1000; // SPEC 5.1
const ROOM_IS_SHOWN_FROM = 90_000;

/** Return the field `name` of a step. */
export function field(step: HTMLElement, name: string): HTMLElement {
  const found = step.querySelector<HTMLElement>(`[data-field="${name}"]`);
  if (found === null) throw new Error(name);
  return found;
}

/** Return the input element of the field `name`. */
export function control(step: HTMLElement, name: string): HTMLInputElement | HTMLTextAreaElement {
  const found = field(step, name).querySelector<HTMLInputElement | HTMLTextAreaElement>("input, textarea");
  if (found === null) throw new Error(name);
  return found;
}

/** Replace the errors shown by these. Without errors, the summary is hidden. */
export function showMistakes(step: HTMLElement, mistakes: readonly Mistake[]): void {
  for (const error of step.querySelectorAll<HTMLElement>('[data-part="error"]')) error.textContent = "";
  for (const marked of step.querySelectorAll("[aria-invalid]")) marked.removeAttribute("aria-invalid");
  part(step, "mistakes").replaceChildren(...mistakes.map(({ field: name, sentence }) => entry(step, name, sentence)));
  for (const { field: name, sentence } of mistakes) {
    if (name === null) continue;
    const place = field(step, name);
    const error = part(place, "error");
    // An error about one file is shown at that file.
    const there = Array.from(place.querySelectorAll('[data-part="wrong"]'), ({ textContent }) => textContent);
    if (!there.includes(sentence)) error.textContent = [error.textContent, sentence].join(" ").trim();
    control(step, name).setAttribute("aria-invalid", "true");
  }
  const summary = part(step, "summary");
  summary.hidden = mistakes.length === 0;
  if (mistakes.length > 0) summary.focus();
}

/** Return the error in a text that is sealed together with `besides` bytes, or null. */
export function mistakeInText(text: string, besides = 0): string | null {
  if (text.trim() === "") return words("mistake-empty");
  const over = encodedSize(text) + besides - MAX_TEXT_SIZE;
  return over > 0 ? words("mistake-long", { count: String(over) }) : null;
}

/** Return the error in the text about other people, or null. */
export function mistakeInOthers(text: string): string | null {
  const over = encodedSize(text) - MAX_OTHERS_SIZE;
  return over > 0 ? words("mistake-long", { count: String(over) }) : null;
}

/** Show the remaining room under a text area, once it is small. */
export function showRoom(step: HTMLElement, name: string): void {
  const area = control(step, name);
  const room = part(field(step, name), "room");
  const show = (): void => {
    // A text has at most six bytes for each UTF-16 unit: a short one need not be measured at every key press.
    const size = area.value.length * 6 < ROOM_IS_SHOWN_FROM ? 0 : encodedSize(area.value);
    if (size < ROOM_IS_SHOWN_FROM) room.textContent = "";
    else if (size > MAX_TEXT_SIZE) room.textContent = words("mistake-long", { count: String(size - MAX_TEXT_SIZE) });
    else room.textContent = words("room", { count: String(MAX_TEXT_SIZE - size) });
  };
  area.addEventListener("input", show);
  show();
}

// A button, not a link: a link to the field would change the address, which carries the fingerprint.
function entry(step: HTMLElement, name: string | null, sentence: string): HTMLElement {
  const item = piece("mistake");
  const button = item.querySelector("button");
  if (name === null || button === null) {
    item.textContent = sentence;
  } else {
    button.textContent = sentence;
    // The browser's own file input is hidden behind our button.
    const first = field(step, name).querySelector<HTMLElement>("input:not([hidden]), textarea, button");
    button.addEventListener("click", () => first?.focus());
  }
  return item;
}

/** Return the size of a value as encoded, in bytes, without its quotes or brackets. */
export function encodedSize(value: string | Readonly<Record<string, string>>): number {
  return new TextEncoder().encode(JSON.stringify(value)).length - 2;
}
