// The readers step: who will read the report, by the signed rules; the reporter can change it.

import type { ShownFreshness, ShownPlace } from "../../shared/protocol.ts";
import { choice } from "../choices.ts";
import { chosenOf, type Draft } from "../draft.ts";
import { onPress, onSubmit, part } from "../dom.ts";
import { type Mistake, showMistakes } from "../fields.ts";
import { dated, words } from "../messages.ts";
import { person, withNames } from "../people.ts";
import { linesAboutKeys, reasonsAgainst } from "./reasons.ts";
import type { Next, ReportContext } from "./step.ts";

/** Show who will read it and why others will not; if nobody can, show routes outside. */
export function readers({ steps, trusted }: ReportContext, draft: Draft, failed: readonly Mistake[]): Promise<Next> {
  const selectable = draft.places.filter(({ state }) => state === "reads" || state === "added");
  const step = steps.show(selectable.length === 0 ? "nobody" : "readers");
  const lines = linesAboutKeys(draft.freshness);
  part(step, "strange").hidden = lines.length === 0;
  part(step, "strangers").replaceChildren(...lines);
  part(step, "out").replaceChildren(...reasonsAgainst(draft.places));
  return new Promise((next) => {
    onPress(part(step, "back"), () => next({ step: "about" }));
    if (selectable.length === 0) return;
    showChoices(step, draft, selectable);
    part(step, "signed").textContent = words("signed", { organisation: trusted.organisation });
    onSubmit(step, () => {
      const chosen = chosenOf(draft);
      const key = chosen.length === 0 ? "mistake-readers" : "mistake-unreachable";
      if (chosen.some(({ reachable }) => reachable)) next({ step: "write" });
      else showMistakes(step, [{ field: "readers", sentence: words(key) }]);
    });
    if (failed.length > 0) showMistakes(step, failed);
  });
}

function showChoices(step: HTMLElement, draft: Draft, selectable: readonly ShownPlace[]): void {
  const { looked, wanted } = draft.freshness;
  const toggled = ({ state, person: id }: ShownPlace) => (on: boolean): void => {
    const [set, into] = state === "reads" ? [draft.without, !on] : [draft.added, on];
    if (into) set.add(id);
    else set.delete(id);
  };
  const isOn = ({ state, person: id }: ShownPlace): boolean =>
    state === "reads" ? !draft.without.has(id) : draft.added.has(id);
  const boxOf = (place: ShownPlace): HTMLElement =>
    choice(person(place.name, place.role), isOn(place), toggled(place), lastLook(place, draft.freshness));
  const added = selectable.filter(({ state }) => state === "added");
  part(step, "choices").replaceChildren(...selectable.filter(({ state }) => state === "reads").map(boxOf));
  part(step, "more").replaceChildren(...added.map(boxOf));
  part(step, "may-add").hidden = added.length === 0;
  const few = looked.length < wanted && looked.length > 0;
  part(step, "few").hidden = !few;
  part(step, "few").textContent = few ? withNames("looked", looked) : "";
}

/** Return the week in which somebody last looked, in words; "" if their bundle does not count. */
function lastLook({ person: id, looked }: ShownPlace, { unknown, differing }: ShownFreshness): string {
  if ([...unknown, ...differing].some((one) => one.person === id)) return "";
  return looked === null ? words("looked-never") : words("looked-week", { day: dated(looked) });
}
