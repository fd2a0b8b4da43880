// What an envelope is sealed by today, SPEC 7.3: whose bundles count, who has looked, and by which day; it seals nothing.

import { route } from "./cases/routing.ts";
import { ClockError, FormatError } from "./errors.ts";
import type { Asks, ShownFreshness, ShownRecipient } from "./protocol.ts";
import type { Signed } from "./wire/signed.ts";
import { Addressees } from "./worker/addressees.ts";
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
   * Return what to seal by, as `look` does; throw ClockError, once, where the person has not been told about the day,
   * and TrustError where nobody can be sealed to.
   *
   * A server could say the right day until somebody has written, and then one of which it holds the keys.
   */
  async today(trust: Trust): Promise<Today> {
    const today = await this.look(trust);
    today.addressees.checkAnybody();
    const told = this.#told;
    this.tell(today);
    if (!today.agrees && (told === null || !agree(told, today.day))) throw new ClockError();
    return today;
  }

  /** Note that the person is told of this day, where it cannot be right. */
  tell({ agrees, day }: Today): void {
    this.#told = agrees ? null : day;
  }

  /**
   * Fetch the bundles, verify them and choose, by the server's day.
   *
   * A roster that ended, or is older than one that a bundle names, is fetched once more. Throws TrustError when none is
   * valid today.
   */
  async look(trust: Trust): Promise<Today> {
    const { day, work, bundles } = await trust.bundles();
    const verified = verifiedOf(bundles);
    const isKnown = (): boolean =>
      verified.every((bundle) => !trust.history.newest.find(bundle.identity) || bundle.namesKnown(trust.documents));
    if (!isKnown() || !trust.isValid(day)) await trust.renew();
    await trust.fetchEarlier(isKnown);
    trust.useDay(day);
    const addressees = new Addressees(trust.history, verified, day, trust.documents, trust.isOffline);
    const freshness = new Freshness(trust.history, verified, day, trust.documents);
    return { addressees, freshness, agrees: agree(day, trust.ownDay()), day, work };
  }
}

/** Return the bundles whose signature is right: one that is spoilt stops nobody from sealing to the others (SPEC 7.6). */
function verifiedOf(bundles: readonly Signed[]): readonly Bundle[] {
  return bundles.flatMap((signed) => {
    try {
      return [Bundle.verify(signed)];
    } catch (error) {
      if (error instanceof FormatError) return [];
      throw error;
    }
  });
}

/** Return who would get a report, and who has looked, as the page may know it. */
export function shownRoute(today: Today, ownDay: number, { matter }: Asks["route"]["ask"]): Asks["route"]["answer"] {
  const { addressees: { roster, bundles, away }, freshness: { weeks }, day } = today;
  const about = { ...matter, people: new Set(matter.people) };
  const places = route(roster.policy.members, roster.receiving(day), about, away).map(({ recipient, state }) => {
    const { person } = recipient;
    return { ...shown(recipient), state, reachable: bundles.has(person), looked: weeks.get(person) ?? null };
  });
  return { places, freshness: shownFreshness(today, ownDay) };
}

/** Return who has looked, as the page may know it; `ownDay` is the browser's. */
export function shownFreshness(
  { addressees: { roster, unknown }, freshness: { looked, wanted, differing }, agrees, day }: Today,
  ownDay: number,
): ShownFreshness {
  const of = (people: ReadonlySet<string>): ShownRecipient[] =>
    roster.recipients.filter(({ person }) => people.has(person)).map(shown);
  const days = agrees ? null : ([day, ownDay] as const);
  return { looked: of(looked), wanted, unknown: of(unknown), differing: of(differing), days };
}
