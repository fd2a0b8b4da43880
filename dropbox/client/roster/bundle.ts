// A recipient's current encryption keys, signed by their identity, SPEC.md 7.3; it holds public halves only.

import { MalformedError, NotEnrolledError } from "../errors.ts";
import type { PublicPair } from "../sealing/slots.ts";
import type { Bytes } from "../wire/bytes.ts";
import { b64, checkMembers, unb64 } from "../wire/canonical.ts";
import { VERSION } from "../wire/envelope.ts";
import { LABEL_BUNDLE, type Signed } from "../wire/signed.ts";
import { BOX_KEY_SIZE, ID_SIZE, KEM_KEY_SIZE } from "../wire/sizes.ts";
import { dayOf, integerOf, listOf } from "./fields.ts";
import { checkSigners } from "./root.ts";
import type { RosterHistory } from "./history.ts";
import type { Roster } from "./roster.ts";

const WEEKLY_DAYS = 28;
const LAST_RESORT_DAYS = 396;
const SPARE_DAYS = 7; // SPEC.md 7.3: a bundle about to end could be destroyed before the envelope is fetched
const MAX_FORMATS = 16;
const MAX_FORMAT = 255;

const MEMBERS = ["away", "box", "formats", "from", "identity", "kem", "last", "roster", "serial", "to"];

/** A bundle that its identity (b64) signed: only `verify` makes one. `start` and `end` are days. */
export class Bundle implements PublicPair {
  readonly identity: string;
  readonly serial: number;
  readonly box: Bytes;
  readonly kem: Bytes;
  readonly start: number;
  readonly end: number;
  readonly last: boolean;
  readonly roster: number;
  /** The day up to and with which the recipient is away. */
  readonly away: number | null;
  readonly formats: readonly number[];

  private constructor({ members }: Signed) {
    checkMembers(members, MEMBERS);
    const last = members["last"];
    if (typeof last !== "boolean") throw new MalformedError();
    this.last = last;
    const formats = listOf(members["formats"], 1, MAX_FORMATS);
    this.start = dayOf(members["from"]);
    this.end = dayOf(members["to"]);
    if (this.start > this.end || this.end > this.start + (last ? LAST_RESORT_DAYS : WEEKLY_DAYS)) {
      throw new MalformedError();
    }
    this.identity = b64(unb64(members["identity"], ID_SIZE));
    this.serial = integerOf(members["serial"], 1);
    this.box = unb64(members["box"], BOX_KEY_SIZE);
    this.kem = unb64(members["kem"], KEM_KEY_SIZE);
    this.roster = integerOf(members["roster"], 0);
    this.away = members["away"] === null ? null : dayOf(members["away"]);
    this.formats = formats.map((number) => integerOf(number, 1, MAX_FORMAT));
  }

  /** Return the bundle if the identity that it names signed it; throw TamperedError or MalformedError. */
  static verify(signed: Signed): Bundle {
    const bundle = new Bundle(signed);
    checkSigners(signed, LABEL_BUNDLE, [unb64(bundle.identity, ID_SIZE)]);
    return bundle;
  }

  /** Say whether an envelope may be sealed to it today. */
  usable(today: number): boolean {
    return this.start <= today && today + SPARE_DAYS <= this.end && this.formats.includes(VERSION);
  }
}

/**
 * The bundle used today for each recipient of a roster that has one, by identity, and `until` for every envelope.
 *
 * `away` are those who say so, or of whom the policy does, and those who have no weekly bundle.
 */
export class Addressees {
  readonly roster: Roster;
  readonly bundles: ReadonlyMap<string, Bundle>;
  readonly away: ReadonlySet<string>;
  readonly until: number;

  private constructor(roster: Roster, bundles: ReadonlyMap<string, Bundle>, away: ReadonlySet<string>) {
    this.roster = roster;
    this.bundles = bundles;
    this.away = away;
    this.until = Math.min(...[...bundles.values()].map(({ end }) => end));
  }

  /**
   * Choose as SPEC.md 7.3 says; without a network from the last-resort ones only.
   *
   * Throws RolledBackError when a bundle knows a newer roster, ExpiredError when no roster is valid today,
   * NotEnrolledError when nobody on the roster has a bundle to seal to.
   */
  static choose(history: RosterHistory, bundles: readonly Bundle[], today: number, lastResortOnly = false): Addressees {
    const roster = history.inForce(today);
    const valid = bundles.filter(
      ({ start, end, identity }) =>
        // A stolen key is sealed to by nobody from the moment on that its revocation is published.
        start <= today && today <= end && roster.find(identity) && !history.newest.revoked.has(identity),
    );
    history.newest.checkNotWithheld(valid.map((bundle) => bundle.roster));
    const order = (bundle: Bundle): number => (bundle.last ? 0 : 1);
    const receiving = roster.receiving(today);
    const people = receiving.map(({ identity }) => identity);
    const chosen = new Map<string, Bundle>();
    const weekly = new Map<string, Bundle>();
    for (const bundle of valid.sort((left, right) => order(left) - order(right) || left.serial - right.serial)) {
      if (!bundle.usable(today) || !people.includes(bundle.identity)) continue;
      if (bundle.last || !lastResortOnly) chosen.set(bundle.identity, bundle);
      if (!bundle.last) weekly.set(bundle.identity, bundle);
    }
    if (chosen.size === 0) throw new NotEnrolledError();
    const away = receiving.filter(({ identity, name }) => {
      const bundle = weekly.get(identity);
      return !bundle || roster.policy.isAway(name, today) || (bundle.away !== null && bundle.away >= today);
    });
    return new Addressees(roster, chosen, new Set(away.map(({ identity }) => identity)));
  }

  /** The shape of every envelope of today. */
  get shape(): { readonly slots: number; readonly until: number } {
    return { slots: this.roster.slots(), until: this.until };
  }
}
