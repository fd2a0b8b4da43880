// The basis for sealing today, SPEC 7.3: the bundles that count, who has looked, and the day.

import { route } from "../cases/routing.ts";
import { ClockError, FormatError } from "../shared/errors.ts";
import type { Calls, ShownFreshness, ShownRecipient } from "../shared/protocol.ts";
import { DOOR_OPEN, mostWork } from "../wire/posting.ts";
import type { Signed } from "../wire/signed.ts";
import { Addressees } from "./addressees.ts";
import { Bundle } from "../roster/bundle.ts";
import { Freshness } from "../roster/freshness.ts";
import { agree } from "../roster/weeks.ts";
import type { Trust } from "./trust.ts";
import { shown } from "./shown.ts";

/** The basis for sealing today, with the day and the work that the server named. */
export interface Today {
  readonly addressees: Addressees;
  readonly freshness: Freshness;
  /** Whether the server's day and the browser's can both be right. */
  readonly agrees: boolean;
  readonly day: number;
  readonly work: number;
}

/** The days of one server, and which of them the page has shown as impossible. */
export class Days {
  #told: number | null = null;

  /**
   * Return the basis for sealing, as `look` does; throw ClockError, once, if the page has not warned about the day, and
   * TrustError if nobody can be sealed to.
   *
   * A server could name the right day until the person has written, and then a day for which it holds the keys.
   */
  async today(trust: Trust): Promise<Today> {
    const today = await this.look(trust);
    today.addressees.checkAnybody();
    const told = this.#told;
    this.tell(today);
    if (!today.agrees && (told === null || !agree(told, today.day))) throw new ClockError();
    return today;
  }

  /** Note that the page warns about this day, if it cannot be right. */
  tell({ agrees, day }: Today): void {
    this.#told = agrees ? null : day;
  }

  /**
   * Fetch and verify the bundles, and choose among them by the server's day.
   *
   * If the roster has ended, is older than one that a bundle names, or does not allow the demanded work, the chain is
   * fetched once more. Throws TrustError if no roster is valid today.
   */
  async look(trust: Trust): Promise<Today> {
    const { day, work, bundles } = await trust.bundles();
    const verified = verifiedOf(bundles);
    const isKnown = (): boolean =>
      verified.every((bundle) => !trust.history.newest.find(bundle.identity) || bundle.namesKnown(trust.documents));
    const isTooMuch = work > mostWork(DOOR_OPEN, trust.roster.policy.members.work);
    if (!isKnown() || !trust.isValid(day) || isTooMuch) await trust.renew();
    await trust.fetchEarlier(isKnown);
    trust.useDay(day);
    const addressees = new Addressees(trust.history, verified, day, trust.documents, trust.isOffline);
    const freshness = new Freshness(trust.history, verified, day, trust.documents);
    return { addressees, freshness, agrees: agree(day, trust.ownDay()), day, work };
  }
}

/** Return the bundles with a valid signature: an invalid one must not prevent sealing to the others (SPEC 7.6). */
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

/** Return who would receive a report, and who has looked, as shown on the page. */
export function shownRoute(today: Today, ownDay: number, { matter }: Calls["route"]["params"]): Calls["route"]["result"] {
  const { addressees: { roster, bundles, away }, freshness: { weeks }, day } = today;
  const about = { ...matter, people: new Set(matter.people) };
  const places = route(roster.policy.members, roster.receiving(day), about, away).map(({ recipient, state }) => {
    const { person } = recipient;
    return { ...shown(recipient), state, reachable: bundles.has(person), looked: weeks.get(person) ?? null };
  });
  return { places, freshness: shownFreshness(today, ownDay) };
}

/** Return who has looked, as shown on the page; `ownDay` is the browser's. */
export function shownFreshness(
  { addressees: { roster, unknown }, freshness: { looked, wanted, differing }, agrees, day }: Today,
  ownDay: number,
): ShownFreshness {
  const of = (people: ReadonlySet<string>): ShownRecipient[] =>
    roster.recipients.filter(({ person }) => people.has(person)).map(shown);
  const days = agrees ? null : ([day, ownDay] as const);
  return { looked: of(looked), wanted, unknown: of(unknown), differing: of(differing), days };
}
