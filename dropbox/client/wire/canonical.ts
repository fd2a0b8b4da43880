// Canonical JSON and base64url, as SPEC 1 and 4.2 restrict them.

import { MalformedError } from "../shared/errors.ts";
import { type Bytes, utf8 } from "./bytes.ts";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

export const MAX_INTEGER = Number.MAX_SAFE_INTEGER; // SPEC 4.2: 2^53 - 1
const MAX_DEPTH = 16; // SPEC 4.2

const LONE_SURROGATE = /\p{Surrogate}/u;
const LONE_SURROGATES = /\p{Surrogate}/gu;

/**
 * Return the canonical encoding of `value` (RFC 8785).
 *
 * Throws MalformedError for fractions, integers of 2^53 and more, lone surrogates and deep nesting.
 */
export function encode(value: Json): Bytes {
  return utf8(ordered(value, 0));
}

/** Return the value of which `raw` is the canonical encoding; throw MalformedError for any other bytes. @internal */
export function parse(raw: Bytes): Json {
  let text: string;
  let value: Json;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
    value = JSON.parse(text) as Json;
  } catch {
    throw new MalformedError();
  }
  if (ordered(value, 0) !== text) throw new MalformedError();
  return value;
}

/** Return the object that `raw` encodes; throw MalformedError for anything else. */
export function parseObject(raw: Bytes): JsonObject {
  const value = parse(raw);
  if (!isObject(value)) throw new MalformedError();
  return value;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isList(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Throw MalformedError unless an object has exactly these members. */
export function checkMembers(value: JsonObject, names: readonly string[]): void {
  const found = Object.keys(value);
  if (found.length !== names.length || !found.every((name) => names.includes(name))) {
    throw new MalformedError();
  }
}

/** Return base64url without padding. */
export function b64(raw: Bytes): string {
  return btoa(String.fromCharCode(...raw)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Return the bytes of base64url `text`, `size` of them; throw MalformedError otherwise. */
export function unb64(text: Json | undefined, size: number): Bytes {
  let raw: Bytes;
  try {
    const standard = String(text).replaceAll("-", "+").replaceAll("_", "/");
    raw = Uint8Array.from(atob(standard), (symbol) => symbol.charCodeAt(0));
  } catch {
    throw new MalformedError();
  }
  // Unused low bits and "+/" would give one value two encodings, and so two ids.
  if (raw.length !== size || b64(raw) !== text) throw new MalformedError();
  return raw;
}

/**
 * Return the bytes of a list of base64url texts in ascending order without duplicates; throw MalformedError otherwise.
 */
export function unb64List(value: Json | undefined, size: number): readonly Bytes[] {
  if (!isList(value)) throw new MalformedError();
  const list = value.map((text) => unb64(text, size));
  if (!value.every((text, at) => at === 0 || String(value[at - 1]) < String(text))) throw new MalformedError();
  return list;
}

/** Replace lone surrogates by U+FFFD: text that contains them cannot be sealed. */
export function repair(text: string): string {
  // Not toWellFormed: Tor Browser 13 (Firefox 115) lacks it.
  return text.replace(LONE_SURROGATES, "\ufffd");
}

/** Return the number of bytes that `text` takes as a JSON string, without its quotes. */
export function encodedSize(text: string): number {
  return encode(text).length - 2;
}

function ordered(value: Json, depth: number): string {
  if (depth > MAX_DEPTH) throw new MalformedError();
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new MalformedError();
  if (isList(value)) return `[${value.map((element) => ordered(element, depth + 1)).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  // sort() compares UTF-16 code units, as RFC 8785 requires.
  const members = Object.keys(value).sort().map((name) => `${quoted(name)}:${ordered(value[name]!, depth + 1)}`);
  return `{${members.join()}}`;
}

function quoted(text: string): string {
  // JSON.stringify would escape it, and the escape would be accepted as the canonical encoding.
  if (LONE_SURROGATE.test(text)) throw new MalformedError();
  return JSON.stringify(text);
}
