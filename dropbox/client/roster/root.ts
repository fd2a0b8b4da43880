// The root: the board's signing keys and their renewal, SPEC 7.1. It cannot sign.

import { BelowThresholdError, ExpiredError, ForkError, MalformedError, RolledBackError } from "../shared/errors.ts";
import { type Bytes, equal, join } from "../wire/bytes.ts";
import { checkMembers, unb64List } from "../wire/canonical.ts";
import { idOf, LABEL_ROOT, type Signed } from "../wire/signed.ts";
import { ID_SIZE } from "../wire/sizes.ts";
import { dayOf, integerOf, listOf, optionalId } from "../wire/fields.ts";
import { verifySignature } from "./signature.ts";

const MAX_KEYS = 16;

/** A trusted root: k of `keys` must sign a roster. Only `verifyChain` creates one, so to hold one is to trust it. */
export class Root {
  readonly id: Bytes;
  readonly version: number;
  readonly previous: Bytes | null;
  readonly keys: readonly Bytes[];
  readonly k: number;
  readonly until: number;

  private constructor(signed: Signed) {
    const { members } = signed;
    checkMembers(members, ["before", "k", "keys", "until", "version"]);
    this.id = idOf(signed, LABEL_ROOT);
    this.keys = unb64List(listOf(members["keys"], 1, MAX_KEYS), ID_SIZE);
    this.k = integerOf(members["k"], 1, this.keys.length);
    this.version = integerOf(members["version"], 1);
    this.previous = optionalId(members["before"]);
    this.until = dayOf(members["until"]);
  }

  /**
   * Return the newest root of `chain`, which must contain every version from 1 and include `pinned`.
   *
   * Throws ForkError if the pinned root is not in it, and BelowThresholdError, TamperedError or MalformedError for an
   * invalid link.
   */
  static verifyChain(chain: readonly Signed[], pinned: Bytes): Root {
    const [first, ...later] = chain;
    if (!first) throw new MalformedError();
    let root = Root.#founding(first);
    const ids = [root.id];
    for (const signed of later) {
      root = root.#follow(signed);
      ids.push(root.id);
    }
    if (!ids.some((id) => equal(id, pinned))) throw new ForkError();
    return root;
  }

  static #founding(signed: Signed): Root {
    const root = new Root(signed);
    if (root.version !== 1 || root.previous) throw new MalformedError();
    checkSigners(signed, LABEL_ROOT, root.keys);
    checkThreshold(signed, root.keys, root.k);
    return root;
  }

  #follow(signed: Signed): Root {
    const following = new Root(signed);
    if (following.version <= this.version) throw new RolledBackError();
    if (following.version !== this.version + 1 || !following.previous || !equal(following.previous, this.id)) {
      throw new ForkError();
    }
    checkSigners(signed, LABEL_ROOT, [...this.keys, ...following.keys]);
    checkThreshold(signed, this.keys, this.k);
    checkThreshold(signed, following.keys, following.k);
    return following;
  }

  /** Throw ExpiredError after the last day of this root. */
  checkDay(today: number): void {
    if (today > this.until) throw new ExpiredError();
  }
}

/** Throw unless every signer is allowed and every signature valid: an invalid one is never ignored. */
export function checkSigners(signed: Signed, label: Bytes, allowed: readonly Bytes[]): void {
  for (const [key, signature] of signed.signers) {
    if (!allowed.some((known) => equal(known, key))) throw new MalformedError();
    verifySignature(key, join(label, signed.document), signature);
  }
}

/** Throw BelowThresholdError unless at least k of `keys` are among the signers. */
export function checkThreshold(signed: Signed, keys: readonly Bytes[], k: number): void {
  const found = signed.signers.filter(([signer]) => keys.some((key) => equal(key, signer)));
  if (found.length < k) throw new BelowThresholdError();
}
