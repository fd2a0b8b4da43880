// A line of what is told beside a story: its name and its text.

import { part, piece } from "./stage.ts";

export function toldLine(name: string, text: string): HTMLElement {
  const line = piece("told");
  part(line, "term").textContent = name;
  part(line, "detail").textContent = text;
  return line;
}
