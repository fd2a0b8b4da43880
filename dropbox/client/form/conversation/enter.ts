// The code: entered, checked by the worker, and exchanged for the thread that it opens.

import type { ShownThread } from "../../shared/protocol.ts";
import type { Context } from "../context.ts";
import { onPress, onSubmit, oneAtATime, part } from "../dom.ts";
import { control, showMistakes } from "../fields.ts";
import { words, wordsFor } from "../messages.ts";
import { Failed } from "../worker_client.ts";

export interface Opened {
  readonly receipt: string;
  readonly thread: ShownThread;
}

/** Ask for the code until it opens a thread; null if the reporter goes back. `receipt` is the initial value. */
export function enter({ steps, worker }: Context, receipt: string): Promise<Opened | null> {
  const step = steps.show("enter");
  const code = control(step, "code");
  code.value = receipt;
  const refuse = (key: string): void => showMistakes(step, [{ field: "code", sentence: words(key) }]);
  return new Promise((next) => {
    const open = async (): Promise<void> => {
      if (code.value.trim() === "") {
        refuse("mistake-no-code");
        return;
      }
      showMistakes(step, []);
      steps.say(words("looking"));
      try {
        const checked = await worker.call("check", { typed: code.value });
        next({ receipt: checked.receipt, thread: await worker.call("look", checked) });
      } catch (error) {
        if (!(error instanceof Failed)) throw error;
        steps.say("");
        if (error.code === "receipt") refuse("mistake-code");
        else showMistakes(step, [{ field: error.code === "unknown" ? "code" : null, sentence: wordsFor("look", error.code) }]);
      }
    };
    const opening = oneAtATime()(open);
    onSubmit(step, opening);
    onPress(part(step, "back"), () => next(null));
    if (receipt !== "") opening();
  });
}
