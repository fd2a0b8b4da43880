// The receipt, the reporter's code of SPEC 6: generation, checking, and the keys derived from it. It must never be
// stored.

import { ReceiptError } from "./shared/errors.ts";
import { hkdf } from "./sealing/native.ts";
import { type Bytes, random, utf8 } from "./wire/bytes.ts";
import { KEM_SEED_SIZE } from "./wire/sizes.ts";

const SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's base32
const RANDOM_SYMBOLS = 26;
const CHECK_SYMBOLS = 2;
const FIELD_POLYNOMIAL = 0b100101; // x^5 + x^2 + 1
const FIELD_SIZE = 32;
const FIELD_BITS = 5;

const LABEL_CAPABILITY = utf8("meldbus/1 receipt capability");
const LABEL_BOX = utf8("meldbus/1 receipt x25519");
const LABEL_KEM = utf8("meldbus/1 receipt ml-kem-768");
const LABEL_SIGN = utf8("meldbus/1 receipt ed25519");

// Python's white space, which differs from JavaScript's, and the dashes that keyboards insert for a hyphen.
const DROPPED = /[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u2010-\u2015\u2212-]/g;
const GROUPS = /.{4}/g;

/** A code without typing errors, as 28 canonical symbols; only `draw` and `parse` create one. */
export class Receipt {
  readonly symbols: string;

  private constructor(symbols: string) {
    this.symbols = symbols;
  }

  /** Return a new code of 130 random bits. */
  static draw(): Receipt {
    const drawn = Array.from(random(RANDOM_SYMBOLS), (byte) => SYMBOLS[byte % FIELD_SIZE]).join("");
    return new Receipt(drawn + checkSymbols(drawn));
  }

  /**
   * Parse a code as typed by a person; throw ReceiptError if it has a typing error.
   *
   * Detects every error in one or two symbols and every swap of neighbours.
   */
  static parse(typed: string): Receipt {
    const bare = typed.replace(DROPPED, "").toUpperCase();
    const symbols = bare.replaceAll("O", "0").replaceAll("I", "1").replaceAll("L", "1");
    const drawn = symbols.slice(0, RANDOM_SYMBOLS);
    if (symbols.length !== RANDOM_SYMBOLS + CHECK_SYMBOLS) throw new ReceiptError();
    if (![...symbols].every((symbol) => SYMBOLS.includes(symbol))) throw new ReceiptError();
    if (drawn + checkSymbols(drawn) !== symbols) throw new ReceiptError();
    return new Receipt(symbols);
  }

  /** Return the code as displayed: seven groups of four, with dashes. */
  written(): string {
    return this.symbols.match(GROUPS)!.join("-");
  }

  /** Return the reporter's 32-byte capability of the thread. */
  capability(): Promise<Bytes> {
    return this.#derive(LABEL_CAPABILITY);
  }

  /** Return the reporter's X25519 private key. */
  boxSeed(): Promise<Bytes> {
    return this.#derive(LABEL_BOX);
  }

  /** Return the reporter's 64-byte ML-KEM-768 seed. */
  kemSeed(): Promise<Bytes> {
    return this.#derive(LABEL_KEM, KEM_SEED_SIZE);
  }

  /** Return the reporter's Ed25519 seed. */
  signSeed(): Promise<Bytes> {
    return this.#derive(LABEL_SIGN);
  }

  #derive(label: Bytes, size?: number): Promise<Bytes> {
    return hkdf(utf8(this.symbols.slice(0, RANDOM_SYMBOLS)), label, size);
  }
}

function timesA(value: number): number {
  const doubled = value << 1;
  return doubled & FIELD_SIZE ? doubled ^ FIELD_POLYNOMIAL : doubled;
}

function times(left: number, right: number): number {
  let product = 0;
  for (let bit = 0; bit < FIELD_BITS; bit++) {
    if ((right >> bit) & 1) product ^= left;
    left = timesA(left);
  }
  return product;
}

const A = 2;
const A2 = 4;
const MIDDLE = A ^ A2; // (X - a)(X - a^2) = X^2 + (a + a^2) X + a^3
const LAST = times(A, A2);

/** Return the remainder of drawn * X^2 modulo the generator (SPEC 6). */
function checkSymbols(drawn: string): string {
  let high = 0;
  let low = 0;
  for (const symbol of drawn) {
    const carry = high ^ SYMBOLS.indexOf(symbol);
    high = low ^ times(carry, MIDDLE);
    low = times(carry, LAST);
  }
  return SYMBOLS[high]! + SYMBOLS[low]!;
}
