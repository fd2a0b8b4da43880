// What is asked before somebody writes: what and whom it is about, who will read it; by the rules that the board signed.

import type { ShownFreshness, ShownPlace, ShownRecipient } from "../protocol.ts";
import { choice } from "./choices.ts";
import { Failed } from "./desk.ts";
import { chosenOf, type Draft, matterOf } from "./draft.ts";
import { control, type Mistake, mistakeInOthers, showMistakes } from "./fields.ts";
import { person, withNames } from "./people.ts";
import { onPress, onSubmit, oneAtATime, part, piece } from "./stage.ts";
import { type ReportSteps, write } from "./report.ts";
import { dated, words, wordsFor } from "./words.ts";

/** Begin a report: with who has looked of late, where that is to be said before anything is written. */
export async function begin(steps: ReportSteps, draft: Draft): Promise<void> {
  const { stage, desk, apart, closed } = steps;
  // A page that was saved knows only the day on which it was.
  if (apart) return askTopic(steps, draft);
  stage.say(words("step-fetching"));
  try {
    draft.freshness = await desk.ask("freshness", {});
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    return closed(error.code);
  }
  const { looked, days } = draft.freshness;
  if (looked.length === 0 || days !== null) warn(steps, draft);
  else askTopic(steps, draft);
}

/** Say that nobody has looked, or that the days do not fit, and the ways outside; the reporter decides. */
function warn(steps: ReportSteps, draft: Draft): void {
  const { looked, days } = draft.freshness;
  const strange = strangeLines(draft.freshness);
  const step = steps.stage.show("stale");
  part(step, "unseen").hidden = looked.length > 0;
  part(step, "clock").hidden = days === null;
  if (days !== null) part(step, "clock").textContent = words("stale-clock", { site: dated(days[0]), own: dated(days[1]) });
  part(step, "unknown").hidden = strange.length === 0;
  part(step, "unknown").replaceChildren(...strange);
  onPress(part(step, "on"), () => askTopic(steps, draft));
  onPress(part(step, "back"), steps.back);
}

/** Ask what it is about; one press answers and goes on. */
function askTopic(steps: ReportSteps, draft: Draft): void {
  const { stage, trusted } = steps;
  const step = stage.show("topic");
  const options = trusted.topics.map(({ id, name, hint }) => {
    const option = piece("option");
    part(option, "name").textContent = name;
    part(option, "hint").textContent = hint;
    if (id === draft.topic) option.setAttribute("aria-current", "true");
    onPress(option, () => {
      draft.topic = id;
      askAbout(steps, draft);
    });
    return option;
  });
  part(step, "topics").replaceChildren(...options);
  onPress(part(step, "back"), steps.back);
}

/** Ask whom it is about: whoever is named there does not get it. */
export function askAbout(steps: ReportSteps, draft: Draft, failed: readonly Mistake[] = []): void {
  const { stage, desk, trusted } = steps;
  const step = stage.show("about");
  const rows = trusted.recipients.map(({ person: id, name, role }) =>
    choice(person(name, role), draft.people.has(id), (on) => {
      if (on) draft.people.add(id);
      else draft.people.delete(id);
    }));
  const board = choice(words("whole-board"), draft.board, (on) => {
    draft.board = on;
  });
  part(step, "choices").replaceChildren(...rows, board);
  const others = control(step, "others");
  others.value = draft.others;
  others.addEventListener("input", () => {
    draft.others = others.value;
  });
  onPress(part(step, "back"), () => askTopic(steps, draft));
  const next = async (): Promise<void> => {
    const mistake = mistakeInOthers(draft.others);
    showMistakes(step, mistake === null ? [] : [{ field: "others", sentence: mistake }]);
    if (mistake !== null) return;
    stage.say(words("step-fetching"));
    try {
      Object.assign(draft, await desk.ask("route", { matter: matterOf(draft) }));
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      stage.say("");
      showMistakes(step, [{ field: null, sentence: wordsFor("route", error.code) }]);
      return;
    }
    askReaders(steps, draft);
  };
  onSubmit(step, oneAtATime()(next));
  if (failed.length > 0) showMistakes(step, failed);
}

/** Show who will read it, to be changed, and why others will not; where nobody may, the ways outside. */
export function askReaders(steps: ReportSteps, draft: Draft, failed: readonly Mistake[] = []): void {
  const { stage, trusted } = steps;
  const selectable = draft.places.filter(({ state }) => state === "reads" || state === "added");
  const step = stage.show(selectable.length === 0 ? "nobody" : "readers");
  const { looked, wanted } = draft.freshness;
  part(step, "out").replaceChildren(...reasons(draft.places), ...strangeLines(draft.freshness));
  onPress(part(step, "back"), () => askAbout(steps, draft));
  if (selectable.length === 0) return;
  const toggled = ({ state, person: id }: ShownPlace) => (on: boolean): void => {
    const [set, into] = state === "reads" ? [draft.without, !on] : [draft.added, on];
    if (into) set.add(id);
    else set.delete(id);
  };
  const isOn = ({ state, person: id }: ShownPlace): boolean =>
    state === "reads" ? !draft.without.has(id) : draft.added.has(id);
  const boxOf = (place: ShownPlace): HTMLElement =>
    choice(person(place.name, place.role), isOn(place), toggled(place), lastLook(place));
  const added = selectable.filter(({ state }) => state === "added");
  part(step, "choices").replaceChildren(...selectable.filter(({ state }) => state === "reads").map(boxOf));
  part(step, "more").replaceChildren(...added.map(boxOf));
  part(step, "may-add").hidden = added.length === 0;
  const thin = looked.length < wanted && looked.length > 0;
  part(step, "few").hidden = !thin;
  part(step, "few").textContent = thin ? withNames("looked", looked) : "";
  part(step, "signed").textContent = words("signed", { organisation: trusted.organisation });
  onSubmit(step, () => {
    const chosen = chosenOf(draft);
    const key = chosen.length === 0 ? "mistake-readers" : "mistake-unreachable";
    if (chosen.some(({ reachable }) => reachable)) write(steps, draft);
    else showMistakes(step, [{ field: "readers", sentence: words(key) }]);
  });
  if (failed.length > 0) showMistakes(step, failed);
}

/** Return in which week somebody looked last, in words. */
function lastLook({ looked }: ShownPlace): string {
  return looked === null ? words("looked-never") : words("looked-week", { day: dated(looked) });
}

/** Return lines about those whose keys name a list that is not shown, or different messages. */
function strangeLines({ unknown, differing }: ShownFreshness): HTMLElement[] {
  return [...lineAbout("out-unknown", unknown), ...lineAbout("out-differing", differing)];
}

/** Return a line for each reason, with those whom it keeps out, and one about those who get it later. */
function reasons(places: readonly ShownPlace[]): HTMLElement[] {
  const out = (["about", "board", "role"] as const).flatMap((reason) =>
    lineAbout(`out-${reason}`, places.filter(({ state }) => state === reason)));
  const later = places.filter(({ state, reachable }) => (state === "reads" || state === "added") && !reachable);
  return [...out, ...lineAbout("later", later)];
}

function lineAbout(family: string, people: readonly ShownRecipient[]): HTMLElement[] {
  if (people.length === 0) return [];
  const line = piece("reason");
  line.textContent = withNames(family, people);
  return [line];
}
