// A line with the name and the text of an answer.

import { part, piece } from "./dom.ts";

export function toldLine(name: string, text: string): HTMLElement {
  const line = piece("told");
  part(line, "term").textContent = name;
  part(line, "detail").textContent = text;
  return line;
}
