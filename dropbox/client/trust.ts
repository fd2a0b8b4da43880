// Whom to trust today, SPEC.md 7 and 8: the chain and the bundles that a server shows, verified; it sends nothing else.

import type { Courier } from "./courier.ts";
import { ClosedError, ExpiredError, ForkError, MalformedError, RefusedError, RolledBackError } from "./errors.ts";
import { Addressees, Bundle } from "./roster/bundle.ts";
import { words } from "./roster/fingerprint.ts";
import { Root } from "./roster/root.ts";
import { type Recipient, Roster } from "./roster/roster.ts";
import { type Bytes, equal } from "./wire/bytes.ts";
import { unb64 } from "./wire/canonical.ts";
import { idOf, LABEL_ROOT, LABEL_ROSTER, type Signed } from "./wire/signed.ts";
import { ID_SIZE } from "./wire/sizes.ts";

/** What an envelope is sealed by today, with the day and the work that the server named. */
export interface Today {
  readonly addressees: Addressees;
  readonly day: number;
  readonly work: number;
}

/** The newest root and roster of one server, walked from the fingerprint in the address where there is one. */
export class Trust {
  readonly #courier: Courier;
  readonly #now: () => Date;
  readonly #pinned: Bytes | null;
  #root: Root;
  #roster: Roster;
  #recipientsById: ReadonlyMap<string, Recipient> | null = null;

  private constructor(courier: Courier, now: () => Date, pinned: Bytes | null, root: Root, roster: Roster) {
    this.#courier = courier;
    this.#now = now;
    this.#pinned = pinned;
    this.#root = root;
    this.#roster = roster;
  }

  /**
   * Fetch the chain and verify it; `fragment` is the address's, without "#", or "".
   *
   * Throws ClosedError when the fingerprint is another's, or an error of the chain: then nothing may be sent.
   */
  static async establish(courier: Courier, now: () => Date, fragment: string): Promise<Trust> {
    const pinned = fragment === "" ? null : fingerprintOf(fragment);
    const { root, roster } = await fetchChain(courier, pinned);
    const trust = new Trust(courier, now, pinned, root, roster);
    trust.#checkDay(trust.today());
    return trust;
  }

  get roster(): Roster {
    return this.#roster;
  }

  get pinned(): boolean {
    return this.#pinned !== null;
  }

  /** The words to be compared with those on paper. */
  get words(): string {
    return words(this.#pinned ?? this.#root.id);
  }

  /** Return the browser's day in the policy's time zone. */
  today(): number {
    return this.#roster.policy.day(this.#now());
  }

  /** Return the recipients of every roster so far, by identity. */
  async recipientsById(): Promise<ReadonlyMap<string, Recipient>> {
    if (!this.#recipientsById) {
      const earlier = await this.#earlier();
      const found = new Map(this.#roster.recipients.map((person) => [person.identity, person]));
      let roster = this.#roster;
      for (const signed of earlier) {
        roster = roster.earlier(signed);
        for (const person of roster.recipients) if (!found.has(person.identity)) found.set(person.identity, person);
      }
      this.#recipientsById = found;
    }
    return this.#recipientsById;
  }

  /** Return every root, and the roster with this id behind them, as they were signed; throw ForkError without one. */
  async evidence(id: Bytes): Promise<{ readonly roots: readonly Signed[]; readonly roster: Signed }> {
    const { roots, roster } = await this.#courier.chain();
    const found = [roster, ...(await this.#earlier())].find((signed) => equal(idOf(signed, LABEL_ROSTER), id));
    if (!found) throw new ForkError();
    return { roots, roster: found };
  }

  async #earlier(): Promise<readonly Signed[]> {
    // All of them, whoever wrote in a thread: which one it needs would tell the server whose message stands in it.
    const { version } = this.#roster;
    const versions = Array.from({ length: version - 1 }, (_, at) => version - 1 - at);
    try {
      return await Promise.all(versions.map((earlier) => this.#courier.roster(earlier)));
    } catch (error) {
      // Not "unknown", which a person reads as: no such code.
      throw error instanceof RefusedError ? new ForkError() : error;
    }
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
    // The server's day decides which bundles count, ours that it does not show those of long ago.
    this.#checkDay(day);
    this.#checkDay(this.today());
    const addressees = Addressees.choose(this.#roster, bundles, day, this.#courier.apart);
    if (addressees.until < this.today()) throw new ExpiredError();
    return addressees;
  }

  async #renew(): Promise<void> {
    // Also where no fingerprint was given: the words that were shown have to stay true.
    const { root, roster } = await fetchChain(this.#courier, this.#pinned ?? this.#root.id);
    if (root.version < this.#root.version || roster.version < this.#roster.version) throw new RolledBackError();
    if (root.version === this.#root.version && !equal(root.id, this.#root.id)) throw new ForkError();
    if (roster.version === this.#roster.version && !equal(roster.id, this.#roster.id)) throw new ForkError();
    this.#root = root;
    this.#roster = roster;
    this.#recipientsById = null;
  }

  #checkDay(day: number): void {
    this.#root.checkDay(day);
    this.#roster.checkDay(day);
  }
}

async function fetchChain(
  courier: Courier,
  pinned: Bytes | null,
): Promise<{ readonly root: Root; readonly roster: Roster }> {
  const { roots, roster } = await courier.chain();
  const ids = roots.map((signed) => idOf(signed, LABEL_ROOT));
  const first = ids[0];
  if (!first) throw new MalformedError();
  if (pinned && !ids.some((id) => equal(id, pinned))) throw new ClosedError();
  const root = Root.verifyChain(roots, pinned ?? first);
  return { root, roster: Roster.verify(roster, root) };
}

function fingerprintOf(fragment: string): Bytes {
  try {
    return unb64(fragment, ID_SIZE);
  } catch {
    throw new ClosedError();
  }
}
