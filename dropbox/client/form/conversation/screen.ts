// The conversation's screen: reads the thread, sends an answer, and shows errors next to their cause.

import type { ShownThread, Trusted } from "../../shared/protocol.ts";
import type { Context } from "../context.ts";
import { onPress, oneAtATime, part } from "../dom.ts";
import { control, field, mistakeInText, type Mistake, showMistakes, showRoom } from "../fields.ts";
import { showAttached } from "../file_download.ts";
import { showFiles } from "../file_picker.ts";
import type { Files } from "../files.ts";
import { words, wordsFor } from "../messages.ts";
import { laterOf, namesOf, readersOf } from "../people.ts";
import { showProgress } from "../progress.ts";
import { Failed, type Listener } from "../worker_client.ts";
import { Actions } from "./actions.ts";
import { showDeadlines } from "./deadlines.ts";
import type { Opened } from "./enter.ts";
import { daysOf } from "./thread.ts";

export interface ConversationContext extends Context {
  /** The files of the next message. */
  readonly files: Files;
}

/** Show the conversation until the reporter leaves it permanently. */
export function converse(context: ConversationContext, opened: Opened): Promise<void> {
  return new Promise((ended) => show(context, opened, ended));
}

function show(context: ConversationContext, { receipt, thread: first }: Opened, ended: () => void): void {
  const { steps, worker, trusted, files, limit } = context;
  const step = steps.show("talk");
  const text = control(step, "story");
  const inTurn = oneAtATime(() => steps.say(words("busy")));
  let length = first.messages.length + first.alarms.length;
  const refuse = (mistakes: readonly Mistake[]): void => {
    steps.say("");
    showMistakes(step, mistakes);
  };
  const refuseAs = (family: string) => (error: unknown): void => {
    if (!(error instanceof Failed)) throw error;
    refuse([{ field: null, sentence: family === "send" ? refusalOf(error, trusted) : wordsFor(family, error.code) }]);
  };

  /** Read the thread again; return whether it has changed. */
  const look = async (): Promise<boolean> => {
    const thread = await worker.call("look", { receipt });
    const before = length;
    length = thread.messages.length + thread.alarms.length;
    update(thread);
    share();
    return length > before;
  };
  // Readers get the keys that they lack. The page does not mention it: if it fails, the next visit does it.
  const share = (): void => void worker.call("share", {}).catch((error) => {
    if (!(error instanceof Failed)) throw error;
  });
  const actions = new Actions(context, step, inTurn, look, refuseAs, ended);
  const update = (thread: ShownThread): void => {
    showDeadlines(step, thread);
    part(step, "alarmed").hidden = thread.alarms.length === 0;
    part(step, "saving").hidden = thread.messages.every((message) => message.files.length === 0);
    const { readers, unreachable } = thread;
    // Without readers, or without the report, any message would be refused.
    part(step, "form").hidden = readers.length === 0;
    part(step, "wishes").hidden = thread.clocks === null;
    part(field(step, "story"), "readers").textContent = [readersOf(readers), laterOf(readers, unreachable)].join(" ");
    const sections = daysOf(thread, trusted, (item, message) => {
      showAttached(context, item, message.id, message.files, inTurn);
      actions.attach(item, message, thread);
    });
    part(step, "days").replaceChildren(...sections);
    actions.show(thread);
  };
  update(first);
  share();
  showRoom(step, "story");
  showFiles(context, step, files);

  const again = async (): Promise<void> => {
    showMistakes(step, []);
    steps.say(words("looking"));
    steps.say(words((await look()) ? "news-some" : "news-none"));
  };
  const answer = async (): Promise<void> => {
    const mistake = mistakeInText(text.value);
    const mistakes: Mistake[] = mistake === null ? [] : [{ field: "story", sentence: mistake }];
    mistakes.push(...files.refused(limit));
    showMistakes(step, mistakes);
    if (mistakes.length > 0) return;
    const bar = showProgress(steps, part(step, "answering"));
    showSending(step, files.list.length > 0);
    const listener: Listener = {
      ...bar,
      progress(progress) {
        // A text alone is sent at once, unless it must wait for the network.
        if (progress.phase === "waiting") showSending(step, true);
        bar.progress(progress);
      },
    };
    try {
      await context.during(worker.call("answer", { text: text.value, files: files.chosen() }, listener));
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      showSending(step, false);
      if (error.code === "cancelled") steps.say(words(bar.perhapsSent() ? "cancelled-late" : "cancelled"));
      else refuse(mistakesOf(error, context));
      return;
    } finally {
      bar.end();
    }
    showSending(step, false);
    text.value = "";
    files.clear();
    await look().catch(refuseAs("look"));
    steps.say(words("answered"));
  };
  onPress(part(step, "again"), inTurn(() => again().catch(refuseAs("look"))));
  onPress(part(part(step, "answering"), "cancel"), () => void worker.call("cancel", {}));
  part(step, "form").addEventListener("submit", (event) => {
    event.preventDefault();
    inTurn(answer)();
  });
}

// While files are being sent they cannot be changed: the progress replaces the form.
function showSending(step: HTMLElement, is: boolean): void {
  const answering = part(step, "answering");
  const form = part(step, "form");
  if (answering.hidden !== is) return;
  answering.hidden = !is;
  form.hidden = is;
  (is ? part(answering, "heading") : control(step, "story")).focus();
}

function mistakesOf(error: Failed, { files, trusted, limit }: ConversationContext): readonly Mistake[] {
  const wrong = files.blame(error.code, error.who, limit);
  if (wrong.length > 0) return wrong;
  const full = error.code === "full" && files.list.length > 0;
  return [{ field: null, sentence: full ? words("files-full") : refusalOf(error, trusted) }];
}

function refusalOf({ code, who }: Failed, { recipients }: Trusted): string {
  const people = namesOf(recipients.filter(({ person }) => who.includes(person)));
  return code === "not-enrolled" ? words("readers-none") : wordsFor("send", code, { people });
}
