// The way from a code to its talk: enter it, read, answer; what is wrong with the talk is said at its place.

import type { ShownThread, Trusted } from "../protocol.ts";
import { showFiles } from "./choosing.ts";
import { daysOf } from "./conversation.ts";
import { Failed, type Listener } from "./desk.ts";
import { control, field, mistakeInText, type Mistake, showMistakes, showRoom } from "./fields.ts";
import type { Files } from "./files.ts";
import { laterOf, namesOf, readersOf } from "./people.ts";
import { showErrand } from "./progress.ts";
import { type SavingSteps, showAttached } from "./saving.ts";
import { onPress, onSubmit, oneAtATime, part } from "./stage.ts";
import { showStanding } from "./standing.ts";
import { Wishes } from "./wishes.ts";
import { words, wordsFor } from "./words.ts";

export interface TalkSteps extends SavingSteps {
  readonly trusted: Trusted;
  /** What is added to the next message. */
  readonly files: Files;
  /** How many bytes the files of one message may have together. */
  readonly limit: number;
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
  const { stage, desk, files, limit } = steps;
  const step = stage.show("talk");
  const text = control(step, "story");
  const inTurn = oneAtATime(() => stage.say(words("busy")));
  let length = first.messages.length + first.alarms.length;
  const refuse = (mistakes: readonly Mistake[]): void => {
    stage.say("");
    showMistakes(step, mistakes);
  };
  const refuseAs = (family: string) => (error: unknown): void => {
    if (!(error instanceof Failed)) throw error;
    refuse([{ field: null, sentence: family === "send" ? refusalOf(error, steps.trusted) : wordsFor(family, error.code) }]);
  };

  /** Read the talk again, and return whether there was anything new. */
  const look = async (): Promise<boolean> => {
    const thread = await desk.ask("look", { receipt });
    const before = length;
    length = thread.messages.length + thread.alarms.length;
    show(thread);
    share();
    return length > before;
  };
  // Readers get what they lack of the talk. Nothing is said of it: where it fails, the next visit does it.
  const share = (): void => void desk.ask("share", {}).catch((error) => {
    if (!(error instanceof Failed)) throw error;
  });
  const wishes = new Wishes(steps, step, inTurn, look, refuseAs);
  const show = (thread: ShownThread): void => {
    showStanding(step, thread);
    part(step, "alarmed").hidden = thread.alarms.length === 0;
    part(step, "saving").hidden = thread.messages.every((message) => message.files.length === 0);
    const { readers, unreachable } = thread;
    part(field(step, "story"), "readers").textContent = [readersOf(readers), laterOf(readers, unreachable)].join(" ");
    const sections = daysOf(thread, steps.trusted, (item, message) => {
      showAttached(steps, item, message.id, message.files, inTurn);
      wishes.attach(item, message, thread);
    });
    part(step, "days").replaceChildren(...sections);
    wishes.show(thread);
  };
  show(first);
  share();
  showRoom(step, "story");
  showFiles(steps, step, files);

  const again = async (): Promise<void> => {
    showMistakes(step, []);
    stage.say(words("looking"));
    stage.say(words((await look()) ? "news-some" : "news-none"));
  };
  const answer = async (): Promise<void> => {
    const mistake = mistakeInText(text.value);
    const mistakes: Mistake[] = mistake === null ? [] : [{ field: "story", sentence: mistake }];
    mistakes.push(...files.refused(limit));
    showMistakes(step, mistakes);
    if (mistakes.length > 0) return;
    const errand = showErrand(stage, part(step, "answering"));
    showSending(step, files.list.length > 0);
    const listener: Listener = {
      ...errand,
      progress(progress) {
        // A text alone is gone at once, unless it has to wait for the network.
        if (progress.phase === "waiting") showSending(step, true);
        errand.progress(progress);
      },
    };
    try {
      await steps.during(desk.ask("answer", { text: text.value, files: files.chosen() }, listener));
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      showSending(step, false);
      if (error.code === "cancelled") stage.say(words(errand.perhapsSent() ? "cancelled-late" : "cancelled"));
      else refuse(mistakesOf(error, files, steps));
      return;
    } finally {
      errand.end();
    }
    showSending(step, false);
    text.value = "";
    files.clear();
    await look().catch(refuseAs("look"));
    stage.say(words("answered"));
  };
  onPress(part(step, "again"), inTurn(() => again().catch(refuseAs("look"))));
  onPress(part(part(step, "answering"), "cancel"), () => void desk.ask("cancel", {}));
  part(step, "form").addEventListener("submit", (event) => {
    event.preventDefault();
    inTurn(answer)();
  });
}

// While files are on their way nothing about them can be changed: how far they are stands in place of the form.
function showSending(step: HTMLElement, is: boolean): void {
  const errand = part(step, "answering");
  const form = part(step, "form");
  if (errand.hidden !== is) return;
  errand.hidden = !is;
  form.hidden = is;
  (is ? part(errand, "heading") : control(step, "story")).focus();
}

function mistakesOf(error: Failed, files: Files, { trusted, limit }: TalkSteps): readonly Mistake[] {
  const wrong = files.blame(error.code, error.who, limit);
  if (wrong.length > 0) return wrong;
  const full = error.code === "full" && files.list.length > 0;
  return [{ field: null, sentence: full ? words("files-full") : refusalOf(error, trusted) }];
}

function refusalOf({ code, who }: Failed, { recipients }: Trusted): string {
  const people = namesOf(recipients.filter(({ person }) => who.includes(person)));
  return code === "not-enrolled" ? words("readers-none") : wordsFor("send", code, { people });
}
