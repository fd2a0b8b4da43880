// The signed list of recipients and the organisation's policy, SPEC 7.2; it cannot sign.

import { sha256 } from "@noble/hashes/sha2.js";
import { ExpiredError, ForkError, MalformedError, RolledBackError, TamperedError } from "../shared/errors.ts";
import { Policy } from "../policy/policy.ts";
import { type Bytes, equal } from "../wire/bytes.ts";
import { b64, checkMembers, isObject, type Json, unb64, unb64List } from "../wire/canonical.ts";
import { MAX_RECIPIENTS, slotCount } from "../wire/envelope.ts";
import { idOf, LABEL_ROSTER, MAX_DOCUMENT_SIZE, type Signed } from "../wire/signed.ts";
import { BOX_KEY_SIZE, ID_SIZE, MAX_NAME, PERSON_SIZE } from "../wire/sizes.ts";
import { dayOf, integerOf, listOf, optionalId, textOf } from "../wire/fields.ts";
import { checkSigners, checkThreshold, type Root } from "./root.ts";

type Role = "secretaris" | "bestuur" | "external";
const ROLES: readonly Json[] = ["secretaris", "bestuur", "external"] satisfies Role[];
const MAX_DAYS = 396; // SPEC 7.2: 13 months
const MAX_REVOKED = 256;
const SEALED_CAPABILITY_SIZE = 80; // SPEC 7.2: a sealed box of 32 bytes

const MEMBERS = ["before", "from", "log", "policy", "recipients", "revoked", "root", "texts", "until", "version"];
const RECIPIENT_MEMBERS = ["box", "from", "identity", "log", "name", "person", "role", "to"];

/**
 * A person on the roster, with their current identity key; both are b64.
 *
 * `start` and `end` are the first and last day on which they receive.
 */
export interface Recipient {
  readonly person: string;
  readonly identity: string;
  readonly name: string;
  readonly role: Role;
  readonly start: number;
  readonly end: number;
}

/**
 * A roster that k of the root's keys signed; only `verify` and `previousOf` create one, so to hold one is to trust it.
 */
export class Roster {
  readonly id: Bytes;
  readonly version: number;
  readonly previous: Bytes | null;
  readonly root: Bytes;
  readonly start: number;
  readonly until: number;
  readonly policy: Policy;
  /** The hashes of the policy's texts by language. */
  readonly texts: ReadonlyMap<string, Bytes>;
  readonly recipients: readonly Recipient[];
  /** The last day on which messages of a revoked identity (b64) count; nobody seals to it any more. */
  readonly revoked: ReadonlyMap<string, number>;

  private constructor(signed: Signed) {
    const { members } = signed;
    checkMembers(members, MEMBERS);
    this.id = idOf(signed, LABEL_ROSTER);
    this.recipients = listOf(members["recipients"], 1, MAX_RECIPIENTS).map(recipientOf);
    for (const name of ["identity", "person"] as const) {
      if (new Set(this.recipients.map((one) => one[name])).size !== this.recipients.length) throw new MalformedError();
    }
    this.revoked = revokedOf(listOf(members["revoked"], 0, MAX_REVOKED));
    if (this.recipients.some(({ identity }) => this.revoked.has(identity))) throw new MalformedError();
    this.start = dayOf(members["from"]);
    this.until = dayOf(members["until"]);
    if (this.start > this.until || this.until > this.start + MAX_DAYS) throw new MalformedError();
    this.version = integerOf(members["version"], 1);
    this.previous = optionalId(members["before"]);
    if ((this.version === 1) !== (this.previous === null)) throw new MalformedError();
    this.root = unb64(members["root"], ID_SIZE);
    unb64(members["log"], ID_SIZE);
    this.policy = Policy.parse(members["policy"]);
    this.texts = textsOf(members["texts"], this.policy);
  }

  /**
   * Return the roster if k keys of `root` signed it.
   *
   * Throws BelowThresholdError, TamperedError, ForkError if it names another root, or MalformedError. `checkDay` checks
   * its days.
   */
  static verify(signed: Signed, root: Root): Roster {
    const roster = new Roster(signed);
    checkSigners(signed, LABEL_ROSTER, root.keys);
    checkThreshold(signed, root.keys, root.k);
    if (!equal(roster.root, root.id)) throw new ForkError();
    return roster;
  }

  /**
   * Return the roster before this one. It needs no signature: this one commits to it.
   *
   * Throws ForkError for another roster, RolledBackError for a later one or if this one drops a revocation of that one.
   */
  previousOf(signed: Signed): Roster {
    const roster = new Roster(signed);
    if (this.version < roster.version || equal(this.id, roster.id)) throw new RolledBackError();
    if (!this.previous || !equal(roster.id, this.previous) || this.version !== roster.version + 1) throw new ForkError();
    // A roster without the revocation would restore a thief's key.
    for (const [identity, day] of roster.revoked) {
      if (this.revoked.get(identity) !== day) throw new RolledBackError();
    }
    return roster;
  }

  /**
   * Return the policy with its texts in a language; throw TamperedError if the document has another hash, or
   * MalformedError.
   */
  policyIn(language: string, raw: Bytes): Policy {
    const digest = this.texts.get(language);
    if (raw.length > MAX_DOCUMENT_SIZE) throw new MalformedError();
    if (!digest || !equal(sha256(raw), digest)) throw new TamperedError();
    return this.policy.withTexts(language, raw);
  }

  /** Throw ExpiredError before the first or after the last day of this roster. */
  checkDay(today: number): void {
    if (today < this.start || today > this.until) throw new ExpiredError();
  }

  /** Return the recipient with this identity key, or undefined. */
  find(identity: string): Recipient | undefined {
    return this.recipients.find((person) => person.identity === identity);
  }

  /** Return the recipients who receive today. */
  receiving(today: number): readonly Recipient[] {
    return this.recipients.filter((person) => person.start <= today && today <= person.end);
  }

  /** Return the number of slots of every envelope of this roster. */
  slots(): number {
    return slotCount(this.recipients.length);
  }
}

function recipientOf(value: Json): Recipient {
  if (!isObject(value)) throw new MalformedError();
  checkMembers(value, RECIPIENT_MEMBERS);
  const role = value["role"]!;
  if (!isRole(role)) throw new MalformedError();
  const start = dayOf(value["from"]);
  const end = dayOf(value["to"]);
  if (start > end) throw new MalformedError();
  unb64(value["box"], BOX_KEY_SIZE);
  unb64(value["log"], SEALED_CAPABILITY_SIZE);
  const identity = b64(unb64(value["identity"], ID_SIZE));
  const person = b64(unb64(value["person"], PERSON_SIZE));
  return { person, identity, name: textOf(value["name"], MAX_NAME), role, start, end };
}

function revokedOf(list: readonly Json[]): ReadonlyMap<string, number> {
  const entries = list.map((value) => {
    if (!isObject(value)) throw new MalformedError();
    checkMembers(value, ["day", "identity"]);
    return value;
  });
  const identities = unb64List(entries.map(({ identity }) => identity!), ID_SIZE);
  return new Map(identities.map((identity, at) => [b64(identity), dayOf(entries[at]!["day"])]));
}

function textsOf(value: Json | undefined, { textLanguages }: Policy): ReadonlyMap<string, Bytes> {
  if (!isObject(value)) throw new MalformedError();
  checkMembers(value, textLanguages);
  return new Map(Object.entries(value).map(([language, digest]) => [language, unb64(digest, ID_SIZE)]));
}

function isRole(value: Json): value is Role {
  return ROLES.includes(value);
}
