// A bundle, SPEC 7.3: a recipient's current public encryption keys, signed by their identity.

import { MalformedError } from "../shared/errors.ts";
import type { Bytes } from "../wire/bytes.ts";
import { b64, checkMembers, isObject, type JsonObject, unb64 } from "../wire/canonical.ts";
import { VERSION } from "../wire/envelope.ts";
import { LABEL_BUNDLE, type Signed } from "../wire/signed.ts";
import { BOX_KEY_SIZE, ID_SIZE, KEM_KEY_SIZE } from "../wire/sizes.ts";
import { dayOf, integerOf, listOf } from "../wire/fields.ts";
import { checkSigners } from "./root.ts";
import { AHEAD, lastDay, monday } from "./weeks.ts";

const MAX_FORMATS = 16;
const MAX_FORMAT = 255;

const MEMBERS = [
  "away", "box", "formats", "from", "identity", "kem", "last", "log", "root", "roster", "serial", "to", "week",
];

/**
 * What the tool of a bundle's owner had seen when it signed: the ids of root and roster, a place of the log and its
 * digest (b64).
 */
export interface Witness {
  readonly root: string;
  readonly roster: string;
  readonly place: number;
  readonly digest: string;
}

/** A bundle that its identity (b64) signed: only `verify` creates one. `start`, `end` and `week` are days. */
export class Bundle {
  readonly identity: string;
  readonly serial: number;
  readonly box: Bytes;
  readonly kem: Bytes;
  readonly start: number;
  readonly end: number;
  readonly last: boolean;
  /** The Monday of the week in which it was signed. */
  readonly week: number;
  /** Null in the bundle of a card, which is signed before its owner joins. */
  readonly seen: Witness | null;
  /** The last day on which the recipient is away. */
  readonly away: number | null;
  readonly formats: readonly number[];
  private readonly text: string;

  private constructor({ members }: Signed) {
    checkMembers(members, MEMBERS);
    this.text = JSON.stringify(members);
    const last = members["last"];
    if (typeof last !== "boolean") throw new MalformedError();
    this.last = last;
    const formats = listOf(members["formats"], 1, MAX_FORMATS);
    this.start = dayOf(members["from"]);
    this.end = dayOf(members["to"]);
    if (this.end !== lastDay(this.start, last)) throw new MalformedError();
    this.week = dayOf(members["week"]);
    const [first, latest] = last ? [this.start, this.end] : [this.start - AHEAD, this.start];
    if (monday(this.week) !== this.week || this.week < first || this.week > latest) throw new MalformedError();
    this.seen = witnessOf(members);
    if (!this.seen && !last) throw new MalformedError();
    this.identity = b64(unb64(members["identity"], ID_SIZE));
    this.serial = integerOf(members["serial"], 1);
    this.box = unb64(members["box"], BOX_KEY_SIZE);
    this.kem = unb64(members["kem"], KEM_KEY_SIZE);
    this.away = members["away"] === null ? null : dayOf(members["away"]);
    this.formats = formats.map((number) => integerOf(number, 1, MAX_FORMAT));
  }

  /** Return the bundle if the identity that it names signed it; throw TamperedError or MalformedError. */
  static verify(signed: Signed): Bundle {
    const bundle = new Bundle(signed);
    checkSigners(signed, LABEL_BUNDLE, [unb64(bundle.identity, ID_SIZE)]);
    return bundle;
  }

  /** Whether envelopes of `day` are sealed to it. */
  covers(day: number): boolean {
    return this.start <= day && day <= this.end;
  }

  /** Return the bundle with the highest serial for each identity and kind; if two have the same serial, neither. */
  static highest(bundles: readonly Bundle[]): readonly Bundle[] {
    return bundles.filter((one) =>
      bundles.every(
        (other) =>
          other.identity !== one.identity ||
          other.last !== one.last ||
          other.serial < one.serial ||
          other.text === one.text,
      ),
    );
  }

  /** Whether its owner's tool can read this version of the format. */
  isReadable(): boolean {
    return this.formats.includes(VERSION);
  }

  /** Whether the root and the roster that it names are among the ids in `documents`. */
  namesKnown(documents: ReadonlySet<string>): boolean {
    return !this.seen || (documents.has(this.seen.root) && documents.has(this.seen.roster));
  }
}

function witnessOf({ root, roster, log }: JsonObject): Witness | null {
  if (root === null && roster === null && log === null) return null;
  if (!isObject(log!)) throw new MalformedError();
  checkMembers(log, ["digest", "place"]);
  return {
    root: b64(unb64(root, ID_SIZE)),
    roster: b64(unb64(roster, ID_SIZE)),
    place: integerOf(log["place"], 0),
    digest: b64(unb64(log["digest"], ID_SIZE)),
  };
}
