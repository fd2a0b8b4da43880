// The deadlines of a case in words: who has opened it, what is due when, and what is late.

import type { ShownThread } from "../../shared/protocol.ts";
import { part } from "../dom.ts";
import { namesOf } from "../people.ts";
import { dated, words } from "../messages.ts";

/** Show the deadlines of the case. */
export function showDeadlines(step: HTMLElement, thread: ShownThread): void {
  const { clocks, opened, readers, entered, stopped, today } = thread;
  part(step, "unopened").hidden = opened || clocks === null;
  part(step, "stopped").hidden = !stopped;
  part(step, "unattended").hidden = readers.length > 0 || clocks === null;
  part(step, "unattended-help").hidden = entered !== null;
  part(step, "entered").hidden = entered === null;
  if (entered !== null) {
    const name = entered.by === null ? words("author-unknown") : namesOf([entered.by]);
    part(step, "entered").textContent = words(`entered-${entered.way}`, { name });
  }
  part(step, "standing").hidden = clocks === null;
  if (clocks === null) return;
  const { received, acknowledged, informed, closed } = clocks;
  const lines = [words("clock-received", { day: dated(received) })];
  if (acknowledged === null) lines.push(due("acknowledgement", clocks.acknowledgement, today));
  else lines.push(words("clock-acknowledged", { day: dated(acknowledged) }));
  if (clocks.answered === null) lines.push(due("answer", clocks.answer, today));
  if (informed === null) lines.push(due("feedback", clocks.feedback, today));
  else if (closed === null) lines.push(words("clock-informed", { day: dated(informed) }));
  if (closed !== null) lines.push(words("clock-closed", { day: dated(closed) }));
  part(step, "clocks").replaceChildren(...lines.map(lineOf));
}

/** Return a sentence that something is due, or that it is late. */
function due(what: string, day: number, today: number): string {
  return words(today > day ? `late-${what}` : `due-${what}`, { day: dated(day) });
}

function lineOf(sentence: string): HTMLElement {
  const line = document.createElement("li");
  line.textContent = sentence;
  return line;
}
