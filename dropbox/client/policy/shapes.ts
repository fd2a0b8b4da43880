// The shapes of a policy's members: each reads one, or throws MalformedError; what holds between members is policy.ts's.

import { MalformedError } from "../errors.ts";
import { integerOf, listOf, textOf } from "../roster/fields.ts";
import { checkMembers, isObject, type Json } from "../wire/canonical.ts";

/** What a member has to be; `languages` are those of the policy's texts. */
export type Shape<T> = (value: Json | undefined, languages: readonly string[]) => T;
export type Read<S> = S extends Shape<infer T> ? T : never;
/** A text by language. */
export type Words = Readonly<Record<string, string>>;

export const TOOL_LANGUAGES = ["nl", "en"]; // of the recipients' tool
export const ROLES = ["secretaris", "bestuur", "external"] as const;
export const REPLIES = ["answer", "question", "acknowledgement", "feedback", "minutes", "closed"] as const;
export type Role = (typeof ROLES)[number];
const MAX_LINK = 2000;
const MAX_LOGO = 10_923; // characters of base64url
const LEAST_CONTRAST = 4.5; // WCAG 2.2, 1.4.3
const ID = /^[a-z][a-z0-9-]{0,39}$/;
const CONTROLS = /[\x00-\x1f\x7f]/;
const DATE = /^\d{4}-\d\d-\d\d$/;

const matching = (matches: (text: string) => boolean, most: number): Shape<string> => (value) => {
  const text = textOf(value, most);
  if (!matches(text)) throw new MalformedError();
  return text;
};
const oneLine = (text: string): boolean => !CONTROLS.test(text);

export const text = (most: number): Shape<string> => matching(oneLine, most);
export const maybe = (shape: Shape<string>): Shape<string> => (value, languages) => value === "" ? "" : shape(value, languages);
export const integer = (least: number, most: number): Shape<number> => (value) => integerOf(value, least, most);
/** A language: which ones have pages is the release's affair. */
export const tag = matching((text) => /^[a-z]{2,3}$/.test(text), 3);
export const id = matching((text) => ID.test(text), 40);
// Anything but https in a link of ours could run script, or tell a network which page was read.
export const link = matching((text) => text.startsWith("https://") && oneLine(text), MAX_LINK);
export const day = matching((text) => DATE.test(text) && text > "0001" && isDay(text), 10);
export const timezone = matching(isZone, MAX_LINK);
export const colour = matching((text) => /^#[0-9a-f]{6}$/.test(text) && contrast(text) >= LEAST_CONTRAST, 7);
/** A page does not show it: the server does, which looks into it. */
export const logo = maybe(matching((text) => /^[\w-]+$/.test(text), MAX_LOGO));

export const truth: Shape<boolean> = (value) => {
  if (typeof value !== "boolean") throw new MalformedError();
  return value;
};

export const oneOf = <T extends string>(...words: readonly T[]): Shape<T> => (value) => {
  const word = words.find((one) => one === value);
  if (word === undefined) throw new MalformedError();
  return word;
};

export const table = <S extends Record<string, Shape<unknown>>>(
  shapes: S,
): Shape<{ readonly [N in keyof S]: Read<S[N]> }> => (value, languages) => {
  if (!isObject(value)) throw new MalformedError();
  checkMembers(value, Object.keys(shapes));
  const read = Object.entries(shapes).map(([name, shape]) => [name, shape(value[name], languages)]);
  return Object.fromEntries(read) as { readonly [N in keyof S]: Read<S[N]> };
};

export const texts = (shape: Shape<string>, only?: readonly string[]): Shape<Words> => (value, languages) => {
  const shapes = Object.fromEntries((only ?? languages).map((tag) => [tag, shape]));
  return table(shapes)(value, languages);
};

/** A list; no element stands in it twice, none with the same `key`. */
export const list = <T>(shape: Shape<T>, most: number, least = 0, key?: keyof T): Shape<readonly T[]> =>
  (value, languages) => {
    const read = listOf(value, least, most).map((one) => shape(one, languages));
    const names = read.map((one) => (key === undefined ? one : one[key]));
    if (names.some((name, at) => typeof name !== "object" && names.indexOf(name) !== at)) throw new MalformedError();
    return read;
  };

function isDay(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Return the contrast of white on a colour. */
function contrast(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  // Rounded, so that every reader draws the border at the same colour.
  return Math.round(105 / (0.2126 * red! + 0.7152 * green! + 0.0722 * blue! + 0.05)) / 100;
}
