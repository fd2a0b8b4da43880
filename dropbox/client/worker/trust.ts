// Trust in a server's documents, SPEC 7 and 8: fetches its chain and bundles and verifies them.

import type { Courier } from "../net/courier.ts";
import { ClosedError, ExpiredError, ForkError, RefusedError, RolledBackError } from "../shared/errors.ts";
import type { Policy } from "../policy/policy.ts";
import type { Trusted } from "../shared/protocol.ts";
import { words } from "../roster/fingerprint.ts";
import { RosterHistory } from "../roster/history.ts";
import { Root } from "../roster/root.ts";
import type { Roster } from "../roster/roster.ts";
import { type Bytes, equal } from "../wire/bytes.ts";
import { b64, unb64 } from "../wire/canonical.ts";
import { idOf, LABEL_ROOT } from "../wire/signed.ts";
import { ID_SIZE } from "../wire/sizes.ts";

const CLOCK_DAYS = 2; // with a clock this many days behind the server's, a page still accepts what the server shows

/** A verified root and its rosters, with the ids (b64) of all roots. */
interface Chain {
  readonly root: Root;
  readonly history: RosterHistory;
  readonly roots: readonly string[];
}

/** The chain of one server, verified from the fingerprint in the address if it has one. */
export class Trust {
  readonly #courier: Courier;
  readonly #now: () => Date;
  readonly #pinned: Bytes | null;
  #root: Root;
  #history: RosterHistory;
  #roster: Roster;
  /** The ids (b64) of all roots and rosters seen. */
  readonly #documents = new Set<string>();

  private constructor(courier: Courier, now: () => Date, pinned: Bytes | null, chain: Chain) {
    this.#courier = courier;
    this.#now = now;
    this.#pinned = pinned;
    this.#root = chain.root;
    this.#history = chain.history;
    this.#roster = chain.history.newest;
    this.#note(chain);
  }

  /**
   * Fetch the chain and verify it; `fragment` is the address's, without "#", or "".
   *
   * Throws ClosedError if the fingerprint belongs to another chain, or an error of the chain: then nothing may be sent.
   */
  static async establish(courier: Courier, now: () => Date, fragment: string): Promise<Trust> {
    const pinned = fragment === "" ? null : fingerprintOf(fragment);
    const trust = new Trust(courier, now, pinned, await fetchChain(courier, pinned));
    try {
      trust.useDay(trust.#startDay());
    } catch (error) {
      // The browser's clock may be wrong: the page warns about that before anything is written.
      if (!(error instanceof ExpiredError)) throw error;
      trust.useDay((await courier.bundles()).day);
    }
    return trust;
  }

  /** The roster in force. */
  get roster(): Roster {
    return this.#roster;
  }

  /** Whether the fingerprint in the address is that of the newest root, of an older one, or missing. */
  get pinned(): Trusted["pinned"] {
    if (!this.#pinned) return "";
    return equal(this.#pinned, this.#root.id) ? "new" : "old";
  }

  /** The words of the newest root, for comparison with those on paper. */
  get words(): string {
    return words(this.#root.id);
  }

  /** Return the browser's day in the policy's time zone. */
  ownDay(): number {
    return this.#history.newest.policy.day(this.#now());
  }

  /** Return the browser's day in the policy's time zone, or the first day of the roster in force if that is later. */
  today(): number {
    return Math.max(this.ownDay(), this.#roster.start);
  }

  /** The roster in force and the newer ones. */
  get history(): RosterHistory {
    return this.#history;
  }

  /**
   * Fetch the texts of the roster in force and return its policy with them.
   *
   * Throws TamperedError, MalformedError or NetworkError: then none of them may be shown.
   */
  async policyIn(language: string): Promise<Policy> {
    const { texts, policy: { members: { languages } } } = this.#roster;
    // A page that is older than the policy may have a language that the policy lacks.
    const found = languages.includes(language) ? language : languages[0]!;
    return this.#roster.policyIn(found, await this.#courier.texts(texts.get(found)!));
  }

  /** Return the server's day, the work that it demands, and the bundles. */
  bundles(): ReturnType<Courier["bundles"]> {
    return this.#courier.bundles();
  }

  /** The ids (b64) of every root and roster seen. */
  get documents(): ReadonlySet<string> {
    return this.#documents;
  }

  /** Whether the page is offline: then only last-resort keys are sealed to. */
  get isOffline(): boolean {
    return this.#courier.isOffline;
  }

  /**
   * Fetch earlier rosters one by one until `isFound` returns true: a bundle whose owner has not looked since names one
   * of them.
   */
  async fetchEarlier(isFound: () => boolean): Promise<void> {
    let roster = this.#history.rosters[0]!;
    while (roster.version > 1 && !isFound()) {
      try {
        roster = roster.previousOf(await this.#courier.roster(roster.version - 1));
      } catch (error) {
        if (error instanceof RefusedError) return; // the bundle does not count: the page names its owner
        throw error;
      }
      this.#documents.add(b64(roster.id));
    }
  }

  /** Fetch the chain once more. Throws TrustError if it does not continue the known one. */
  async renew(): Promise<void> {
    // Through the known root, whatever the fingerprint: the words that the page has shown must stay true.
    const chain = await fetchChain(this.#courier, this.#root.id);
    const { root, history } = chain;
    const known = this.#history.newest;
    if (history.newest.version < known.version) throw new RolledBackError();
    if (history.rosters.some(({ version, id }) => version === known.version && !equal(id, known.id))) throw new ForkError();
    this.#root = root;
    this.#history = history;
    this.#note(chain);
  }

  #note({ roots, history: { rosters } }: Chain): void {
    for (const id of roots) this.#documents.add(id);
    for (const { id, previous } of rosters) {
      this.#documents.add(b64(id));
      if (previous) this.#documents.add(b64(previous));
    }
  }

  /** Whether root and a roster are valid on a day. */
  isValid(day: number): boolean {
    try {
      this.#root.checkDay(day);
      this.#history.inForce(day);
      return true;
    } catch {
      return false;
    }
  }

  /** Use the roster in force on a day; throw ExpiredError unless root and roster are valid then. */
  useDay(day: number): void {
    this.#root.checkDay(day);
    this.#roster = this.#history.inForce(day);
  }

  /**
   * Return the browser's day; if its clock is behind, the first day of the oldest roster, at most CLOCK_DAYS later.
   */
  #startDay(): number {
    const day = this.ownDay();
    return Math.max(day, Math.min(this.#history.rosters[0]!.start, day + CLOCK_DAYS));
  }
}

async function fetchChain(courier: Courier, pinned: Bytes | null): Promise<Chain> {
  const { roots, rosters } = await courier.chain();
  const ids = roots.map((signed) => idOf(signed, LABEL_ROOT));
  const known = pinned ?? ids[0];
  if (!known || !ids.some((id) => equal(id, known))) throw new ClosedError();
  const root = Root.verifyChain(roots, known);
  return { root, history: RosterHistory.verify(rosters, root), roots: ids.map(b64) };
}

function fingerprintOf(fragment: string): Bytes {
  try {
    return unb64(fragment, ID_SIZE);
  } catch {
    throw new ClosedError();
  }
}
