// Fields of signed documents; each function parses one or throws MalformedError.

import { MalformedError } from "../shared/errors.ts";
import type { Bytes } from "./bytes.ts";
import { isList, type Json, MAX_INTEGER, unb64 } from "./canonical.ts";
import { ID_SIZE, MAX_DAY } from "./sizes.ts";

/** Return a whole number from `least` to `most`. */
export function integerOf(value: Json | undefined, least: number, most = MAX_INTEGER): number {
  if (typeof value !== "number" || value < least || value > most) throw new MalformedError();
  return value;
}

/** Return a day number. */
export function dayOf(value: Json | undefined): number {
  return integerOf(value, 0, MAX_DAY);
}

/** Return a text of 1 to `most` characters. */
export function textOf(value: Json | undefined, most: number): string {
  // Code points, as Python counts them, not UTF-16 units.
  if (typeof value !== "string" || value === "" || [...value].length > most) throw new MalformedError();
  return value;
}

/** Return a list of at least `least` and at most `most` elements. */
export function listOf(value: Json | undefined, least: number, most = Number.POSITIVE_INFINITY): readonly Json[] {
  if (!isList(value) || value.length < least || value.length > most) throw new MalformedError();
  return value;
}

/** Return an id, or null for null. */
export function optionalId(value: Json | undefined): Bytes | null {
  return value === null ? null : unb64(value, ID_SIZE);
}
