// Whom to trust today, SPEC.md 7 and 8: the chain and the bundles that a server shows, verified; it sends nothing else.

import type { Courier } from "./courier.ts";
import { ClosedError, ExpiredError, ForkError, RolledBackError } from "./errors.ts";
import type { Trusted } from "./protocol.ts";
import { Addressees, Bundle } from "./roster/bundle.ts";
import { words } from "./roster/fingerprint.ts";
import { RosterHistory } from "./roster/history.ts";
import { Root } from "./roster/root.ts";
import type { Roster } from "./roster/roster.ts";
import { type Bytes, equal } from "./wire/bytes.ts";
import { unb64 } from "./wire/canonical.ts";
import { idOf, LABEL_ROOT } from "./wire/signed.ts";
import { ID_SIZE } from "./wire/sizes.ts";

/** What an envelope is sealed by today, with the day and the work that the server named. */
export interface Today {
  readonly addressees: Addressees;
  readonly day: number;
  readonly work: number;
}

const CLOCK_DAYS = 2; // a clock that is so many days behind the server's still sees what the server shows

/** Root and rosters that count. */
interface Chain {
  readonly root: Root;
  readonly history: RosterHistory;
}

/** The chain of one server, walked from the fingerprint in the address where there is one. */
export class Trust {
  readonly #courier: Courier;
  readonly #now: () => Date;
  readonly #pinned: Bytes | null;
  #root: Root;
  #history: RosterHistory;
  #roster: Roster;

  private constructor(courier: Courier, now: () => Date, pinned: Bytes | null, { root, history }: Chain) {
    this.#courier = courier;
    this.#now = now;
    this.#pinned = pinned;
    this.#root = root;
    this.#history = history;
    this.#roster = this.#inForce();
  }

  /**
   * Fetch the chain and verify it; `fragment` is the address's, without "#", or "".
   *
   * Throws ClosedError when the fingerprint is another's, or an error of the chain: then nothing may be sent.
   */
  static async establish(courier: Courier, now: () => Date, fragment: string): Promise<Trust> {
    const pinned = fragment === "" ? null : fingerprintOf(fragment);
    return new Trust(courier, now, pinned, await fetchChain(courier, pinned));
  }

  /** The roster in force. */
  get roster(): Roster {
    return this.#roster;
  }

  /** Whether the fingerprint in the address is of the newest root, of an older one, or not there. */
  get pinned(): Trusted["pinned"] {
    if (!this.#pinned) return "";
    return equal(this.#pinned, this.#root.id) ? "new" : "old";
  }

  /** The words of the newest root, to be compared with those on paper. */
  get words(): string {
    return words(this.#root.id);
  }

  /** Return the browser's day in the policy's time zone, or the first day of the roster in force where that is later. */
  today(): number {
    return Math.max(this.#ownDay(), this.#roster.start);
  }

  /** The roster in force and the newer ones. */
  get history(): RosterHistory {
    return this.#history;
  }

  /**
   * Fetch the bundles, verify them and choose.
   *
   * A roster that ended or was renewed since it was fetched is fetched once more. Throws TrustError when nothing can be
   * sealed today.
   */
  async addressees(): Promise<Today> {
    const { day, work, bundles } = await this.#courier.bundles();
    const verified = bundles.map((signed) => Bundle.verify(signed));
    let addressees: Addressees;
    try {
      addressees = this.#choose(verified, day);
    } catch (error) {
      if (!(error instanceof ExpiredError || error instanceof RolledBackError)) throw error;
      await this.#renew();
      addressees = this.#choose(verified, day);
    }
    return { addressees, day, work };
  }

  #choose(bundles: readonly Bundle[], day: number): Addressees {
    // The server's day decides which roster and bundles count, ours that it does not show those of long ago.
    this.#inForce();
    this.#root.checkDay(day);
    this.#roster = this.#history.inForce(day);
    const addressees = Addressees.choose(this.#history, bundles, day, this.#courier.apart);
    if (addressees.until < this.#ownDay()) throw new ExpiredError();
    return addressees;
  }

  async #renew(): Promise<void> {
    // Through the root that is known, whichever the fingerprint is of: the words that were shown have to stay true.
    const { root, history } = await fetchChain(this.#courier, this.#root.id);
    const known = this.#history.newest;
    if (history.newest.version < known.version) throw new RolledBackError();
    if (history.rosters.some(({ version, id }) => version === known.version && !equal(id, known.id))) throw new ForkError();
    this.#root = root;
    this.#history = history;
  }

  /** Return the roster in force by our own day; where our clock is behind, the first one that the server shows. */
  #inForce(): Roster {
    const day = this.#ownDay();
    this.#root.checkDay(day);
    return this.#history.inForce(Math.max(day, Math.min(this.#history.rosters[0]!.start, day + CLOCK_DAYS)));
  }

  #ownDay(): number {
    return this.#history.newest.policy.day(this.#now());
  }
}

async function fetchChain(courier: Courier, pinned: Bytes | null): Promise<Chain> {
  const { roots, rosters } = await courier.chain();
  const ids = roots.map((signed) => idOf(signed, LABEL_ROOT));
  const known = pinned ?? ids[0];
  if (!known || !ids.some((id) => equal(id, known))) throw new ClosedError();
  const root = Root.verifyChain(roots, known);
  return { root, history: RosterHistory.verify(rosters, root) };
}

function fingerprintOf(fragment: string): Bytes {
  try {
    return unb64(fragment, ID_SIZE);
  } catch {
    throw new ClosedError();
  }
}
