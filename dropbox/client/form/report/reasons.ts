// Lines about recipients: why some do not receive the report, and whose keys name something that the page does not
// have.

import type { ShownFreshness, ShownPlace, ShownRecipient } from "../../shared/protocol.ts";
import { piece } from "../dom.ts";
import { withNames } from "../people.ts";

/** Return lines about those whose keys name an unknown list, or different messages. */
export function linesAboutKeys({ unknown, differing }: ShownFreshness): HTMLElement[] {
  return [...lineAbout("out-unknown", unknown), ...lineAbout("out-differing", differing)];
}

/** Return a line for each reason with the people whom it excludes, and one about those who receive the report later. */
export function reasonsAgainst(places: readonly ShownPlace[]): HTMLElement[] {
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
