// The order of the conversation's steps: the code, the conversation, and its end.

import { onPress, part } from "../dom.ts";
import { enter } from "./enter.ts";
import { type ConversationContext, converse } from "./screen.ts";

/** Ask for a code and show its conversation until the reporter goes back; `receipt` is known after a report. */
export async function conversation(context: ConversationContext, receipt = ""): Promise<void> {
  const opened = await enter(context, receipt);
  if (opened === null) return;
  await converse(context, opened);
  const step = context.steps.show("ended");
  await new Promise<void>((back) => {
    onPress(part(step, "again"), back);
  });
}
