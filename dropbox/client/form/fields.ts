// Fields, and the mistakes in them: each stands in a summary and at its field; it decides nothing about the text.

import { part, piece } from "./stage.ts";
import { words } from "./words.ts";

/** A sentence about what is wrong, and at which field; null where it is at none. */
export interface Mistake {
  readonly field: string | null;
  readonly sentence: string;
}

export const MAX_TEXT_SIZE = 100_000; // SPEC 5.1: bytes as encoded
const MAX_OTHERS_SIZE = 1000; // SPEC 5.1
const ROOM_IS_SHOWN_FROM = 90_000;

/** Return the field `name` of a step. */
export function field(step: HTMLElement, name: string): HTMLElement {
  const found = step.querySelector<HTMLElement>(`[data-field="${name}"]`);
  if (found === null) throw new Error(name);
  return found;
}

/** Return what one types into in the field `name`. */
export function control(step: HTMLElement, name: string): HTMLInputElement | HTMLTextAreaElement {
  const found = field(step, name).querySelector<HTMLInputElement | HTMLTextAreaElement>("input, textarea");
  if (found === null) throw new Error(name);
  return found;
}

/** Show these mistakes in place of those before. With none, the summary goes. */
export function showMistakes(step: HTMLElement, mistakes: readonly Mistake[]): void {
  for (const error of step.querySelectorAll<HTMLElement>('[data-part="error"]')) error.textContent = "";
  for (const marked of step.querySelectorAll("[aria-invalid]")) marked.removeAttribute("aria-invalid");
  part(step, "mistakes").replaceChildren(...mistakes.map(({ field: name, sentence }) => entry(step, name, sentence)));
  for (const { field: name, sentence } of mistakes) {
    if (name === null) continue;
    const place = field(step, name);
    const error = part(place, "error");
    // What is wrong with one file stands at that file.
    const there = Array.from(place.querySelectorAll('[data-part="wrong"]'), ({ textContent }) => textContent);
    if (!there.includes(sentence)) error.textContent = [error.textContent, sentence].join(" ").trim();
    control(step, name).setAttribute("aria-invalid", "true");
  }
  const summary = part(step, "summary");
  summary.hidden = mistakes.length === 0;
  if (mistakes.length > 0) summary.focus();
}

/** Return what is wrong with a text that is to be sealed with so many bytes `besides`, or null. */
export function mistakeInText(text: string, besides = 0): string | null {
  if (text.trim() === "") return words("mistake-empty");
  const over = encodedSize(text) + besides - MAX_TEXT_SIZE;
  return over > 0 ? words("mistake-long", { count: String(over) }) : null;
}

/** Return what is wrong with the words about whom else it is, or null. */
export function mistakeInOthers(text: string): string | null {
  const over = encodedSize(text) - MAX_OTHERS_SIZE;
  return over > 0 ? words("mistake-long", { count: String(over) }) : null;
}

/** Show under a text area how much room is left, once there is little. */
export function showRoom(step: HTMLElement, name: string): void {
  const area = control(step, name);
  const room = part(field(step, name), "room");
  const show = (): void => {
    // No text is larger than six bytes for each of its units: short ones need no counting at every key.
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
    // The browser's own way to choose files is hidden behind a button of ours.
    const first = field(step, name).querySelector<HTMLElement>("input:not([hidden]), textarea, button");
    button.addEventListener("click", () => first?.focus());
  }
  return item;
}

/** Return the bytes of a value as encoded, without its quotes or brackets. */
export function encodedSize(value: string | Readonly<Record<string, string>>): number {
  return new TextEncoder().encode(JSON.stringify(value)).length - 2;
}
