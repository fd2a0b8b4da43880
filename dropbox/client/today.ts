// What an envelope is sealed by today, SPEC.md 7.3: whose bundles count, who has looked, and by which day; it seals nothing.

import { route } from "./cases/routing.ts";
import { ClockError } from "./errors.ts";
import type { Asks, ShownFreshness, ShownRecipient } from "./protocol.ts";
import { Addressees } from "./roster/addressees.ts";
import { Bundle } from "./roster/bundle.ts";
import { Freshness } from "./roster/freshness.ts";
import { agree } from "./roster/weeks.ts";
import type { Trust } from "./trust.ts";
import { shown } from "./trusting.ts";

/** What an envelope is sealed by today, with the day and the work that the server named. */
export interface Today {
  readonly addressees: Addressees;
  readonly freshness: Freshness;
  /** Whether the server's day and the browser's can both be right. */
  readonly agrees: boolean;
  readonly day: number;
  readonly work: number;
}

/** The days of one server, and about which of them the person was told that it cannot be right. */
export class Days {
  #told: number | null = null;

  /**
   * Return what to seal by, as `look` does; throw ClockError, once, where the person has not been told about the day.
   *
   * A server could say the right day until somebody has written, and then one of which it holds the keys.
   */
  async today(trust: Trust): Promise<Today> {
    const told = this.#told;
    const today = await this.look(trust);
    if (!today.agrees && (told === null || !agree(told, today.day))) throw new ClockError();
    return today;
  }

  /**
   * Fetch the bundles, verify them and choose, by the server's day.
   *
   * A roster that ended, or is older than one that a bundle names, is fetched once more. Throws TrustError when nothing
   * can be sealed today.
   */
  async look(trust: Trust): Promise<Today> {
    const { day, work, bundles } = await trust.bundles();
    const verified = bundles.map((signed) => Bundle.verify(signed));
    const isKnown = (): boolean =>
      verified.every((bundle) => !trust.history.newest.find(bundle.identity) || bundle.namesKnown(trust.documents));
    if (!isKnown() || !trust.isValid(day)) await trust.renew();
    await trust.fetchEarlier(isKnown);
    trust.useDay(day);
    const addressees = new Addressees(trust.history, verified, day, trust.documents, trust.isOffline);
    const freshness = new Freshness(trust.history, verified, day, trust.documents);
    const agrees = agree(day, trust.ownDay());
    this.#told = agrees ? null : day;
    return { addressees, freshness, agrees, day, work };
  }
}

/** Return who would get a report, and who has looked, as the page may know it. */
export function shownRoute(today: Today, ownDay: number, { matter }: Asks["route"]["ask"]): Asks["route"]["answer"] {
  const { addressees: { roster, bundles, away }, freshness: { weeks }, day } = today;
  const presence = { reachable: new Set(bundles.keys()), away };
  const about = { ...matter, people: new Set(matter.people) };
  const places = route(roster.policy.members, roster.receiving(day), about, presence).map(({ recipient, state }) => {
    return { ...shown(recipient), state, looked: weeks.get(recipient.identity) ?? null };
  });
  return { places, freshness: shownFreshness(today, ownDay) };
}

/** Return who has looked, as the page may know it; `ownDay` is the browser's. */
export function shownFreshness(
  { addressees: { roster, unknown }, freshness: { looked, wanted }, agrees, day }: Today,
  ownDay: number,
): ShownFreshness {
  const of = (ids: ReadonlySet<string>): ShownRecipient[] =>
    roster.recipients.filter(({ identity }) => ids.has(identity)).map(shown);
  return { looked: of(looked), wanted, unknown: of(unknown), days: agrees ? null : [day, ownDay] };
}
