// The way from a code to its talk: enter it, read, answer; what is wrong with the talk is said at its place.

import type { Alarm, ShownMessage, ShownThread } from "../protocol.ts";
import { type Desk, Failed } from "./desk.ts";
import { control, field, mistakeInText, showMistakes, showRoom } from "./fields.ts";
import { person, readersOf } from "./report.ts";
import { onPress, onSubmit, oneAtATime, part, piece, type Stage } from "./stage.ts";
import { dated, isoDate, words, wordsFor } from "./words.ts";

export interface TalkSteps {
  readonly stage: Stage;
  readonly desk: Desk;
  /** Go back to the first step. */
  readonly back: () => void;
}

/** Ask for the code; `receipt` is what is known of it already. */
export function enter(steps: TalkSteps, receipt = ""): void {
  const { stage, desk } = steps;
  const step = stage.show("enter");
  const code = control(step, "code");
  code.value = receipt;
  onPress(part(step, "back"), steps.back);
  const refuse = (key: string): void => showMistakes(step, [{ field: "code", sentence: words(key) }]);
  const open = async (): Promise<void> => {
    if (code.value.trim() === "") {
      refuse("mistake-no-code");
      return;
    }
    showMistakes(step, []);
    stage.say(words("looking"));
    try {
      const checked = await desk.ask("check", { typed: code.value });
      talk(steps, checked.receipt, await desk.ask("look", checked));
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      stage.say("");
      if (error.code === "receipt") refuse("mistake-code");
      else showMistakes(step, [{ field: error.code === "unknown" ? "code" : null, sentence: wordsFor("look", error.code) }]);
    }
  };
  const opening = oneAtATime()(open);
  onSubmit(step, opening);
  if (receipt !== "") opening();
}

function talk(steps: TalkSteps, receipt: string, first: ShownThread): void {
  const { stage, desk } = steps;
  const step = stage.show("talk");
  const text = control(step, "story");
  let length = first.messages.length + first.alarms.length;
  showTalk(step, first);
  showRoom(step, "story");

  /** Read the talk again, and return whether there was anything new. */
  const look = async (): Promise<boolean> => {
    const thread = await desk.ask("look", { receipt });
    const before = length;
    length = thread.messages.length + thread.alarms.length;
    showTalk(step, thread);
    return length > before;
  };
  const refuse = (family: string) => (error: unknown): void => {
    if (!(error instanceof Failed)) throw error;
    stage.say("");
    const sentence = error.code === "not-enrolled" ? words("readers-none") : wordsFor(family, error.code);
    showMistakes(step, [{ field: null, sentence }]);
  };

  const again = async (): Promise<void> => {
    showMistakes(step, []);
    stage.say(words("looking"));
    stage.say(words((await look()) ? "news-some" : "news-none"));
  };
  const answer = async (): Promise<void> => {
    const mistake = mistakeInText(text.value);
    showMistakes(step, mistake === null ? [] : [{ field: "story", sentence: mistake }]);
    if (mistake !== null) return;
    await desk.ask("answer", { text: text.value }, (at) => stage.say(words(`step-${at}`)));
    text.value = "";
    await look().catch(refuse("look"));
    stage.say(words("answered"));
  };
  onPress(part(step, "again"), oneAtATime()(() => again().catch(refuse("look"))));
  onSubmit(step, oneAtATime()(() => answer().catch(refuse("send"))));
}

function showTalk(step: HTMLElement, thread: ShownThread): void {
  part(step, "unopened").hidden = thread.opened;
  part(step, "alarmed").hidden = thread.alarms.every(({ code }) => code === "unsupported");
  part(field(step, "story"), "readers").textContent = readersOf(thread.readers);
  part(step, "days").replaceChildren(...daysOf(thread));
}

/** Return the talk, a section for each day. */
function daysOf({ messages, alarms }: ShownThread): HTMLElement[] {
  const sections: HTMLElement[] = [];
  let day: number | null = null;
  const add = (item: HTMLElement): void => part(sections.at(-1) ?? begin(sections), "messages").append(item);
  for (let at = 0; at <= messages.length; at += 1) {
    for (const alarm of alarms.filter(({ after }) => after === at)) add(alarmItem(alarm));
    const message = messages[at];
    if (message === undefined) break;
    if (message.day !== day) {
      day = message.day;
      const section = begin(sections);
      part(section, "heading").hidden = false;
      const date = part<HTMLTimeElement>(section, "date");
      date.dateTime = isoDate(day);
      date.textContent = dated(day);
    }
    add(itemOf(message));
  }
  return sections;
}

function begin(sections: HTMLElement[]): HTMLElement {
  const section = piece("day");
  sections.push(section);
  return section;
}

function alarmItem({ code }: Alarm): HTMLElement {
  const item = piece("alarm");
  item.textContent = words(`alarm-${code}`);
  return item;
}

function itemOf(message: ShownMessage): HTMLElement {
  const { author, kind, known, text } = message;
  const name = author === null ? words("you") : person(author.name, author.role);
  if (!known || text === "") {
    const item = piece("event");
    item.textContent = wordsFor("event", known ? kind : "other", { name });
    return item;
  }
  const item = piece("message");
  item.classList.toggle("mine", author === null);
  part(item, "who").textContent = name;
  part(item, "kind").textContent = wordsFor("kind", kind);
  part(item, "text").textContent = text;
  return item;
}
