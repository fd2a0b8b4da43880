// The topic step: choosing a topic continues to the next step.

import type { Draft } from "../draft.ts";
import { onPress, part, piece } from "../dom.ts";
import type { Next, ReportContext } from "./step.ts";

/** Ask for the topic of the report. */
export function topic({ steps, trusted }: ReportContext, draft: Draft): Promise<Next> {
  const step = steps.show("topic");
  return new Promise((next) => {
    const options = trusted.topics.map(({ id, name, hint }) => {
      const option = piece("option");
      part(option, "name").textContent = name;
      part(option, "hint").textContent = hint;
      if (id === draft.topic) option.setAttribute("aria-current", "true");
      onPress(option, () => {
        draft.topic = id;
        next({ step: "about" });
      });
      return option;
    });
    part(step, "topics").replaceChildren(...options);
    onPress(part(step, "back"), () => next({ to: "start" }));
  });
}
