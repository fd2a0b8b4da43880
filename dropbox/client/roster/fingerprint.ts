// A root's fingerprint in words, SPEC 8.

import type { Bytes } from "../wire/bytes.ts";

const WORDS = 10;
// Wilkerson, "A Proposal for Proquints", arXiv 0901.4016: pronounceable in any language, so there is no list to
// translate.
const CONSONANTS = "bdfghjklmnprstvz";
const VOWELS = "aiou";

/** Return two bytes as a word of five letters. */
function proquint(high: number, low: number): string {
  const number = (high << 8) | low;
  const consonant = (shift: number): string => CONSONANTS[(number >> shift) & 15]!;
  const vowel = (shift: number): string => VOWELS[(number >> shift) & 3]!;
  return consonant(12) + vowel(10) + consonant(6) + vowel(4) + consonant(0);
}

/** Return the first 20 bytes of a root's id as ten words. */
export function words(rootId: Bytes): string {
  return Array.from({ length: WORDS }, (_, at) => proquint(rootId[2 * at]!, rootId[2 * at + 1]!)).join(" ");
}
