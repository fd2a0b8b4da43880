// The shapes of a policy's members: each parses one, or throws MalformedError. policy.ts checks the rules between
// members.
//
// A policy and a document of its texts are one tree, SPEC 7.4: a shape reads both at the same place.

import { MalformedError } from "../shared/errors.ts";
import { integerOf, listOf, textOf } from "../wire/fields.ts";
import { checkMembers, isObject, type Json } from "../wire/canonical.ts";

/** What a language is used for: a document has texts, tool texts, or both. */
export interface Spoken {
  readonly onPages: boolean;
  readonly inTool: boolean;
}

/**
 * The required form of a member. `texts` is the same place in a document, undefined without one: then each text is "".
 */
export interface Shape<T> {
  readonly read: (value: Json | undefined, texts: Json | undefined, spoken: Spoken) => T;
  /** Whether it is a text, and so is only in documents. */
  readonly isText: boolean;
  /** Whether a document of such a language contains part of it. */
  readonly isIn: (spoken: Spoken) => boolean;
}
export type Read<S> = S extends Shape<infer T> ? T : never;

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

const plain = <T>(read: (value: Json | undefined) => T): Shape<T> => ({ read, isText: false, isIn: () => false });
const matching = (matches: (text: string) => boolean, most: number): Shape<string> => plain((value) => {
  const text = textOf(value, most);
  if (!matches(text)) throw new MalformedError();
  return text;
});
const oneLine = (text: string): boolean => !CONTROLS.test(text);

export const text = (most: number): Shape<string> => matching(oneLine, most);
export const maybe = ({ read, ...shape }: Shape<string>): Shape<string> => ({
  ...shape,
  read: (value, texts, spoken) => value === "" ? "" : read(value, texts, spoken),
});
export const integer = (least: number, most: number): Shape<number> => plain((value) => integerOf(value, least, most));
/** A language tag; the release decides which languages have pages. */
export const tag = matching((text) => /^[a-z]{2,3}$/.test(text), 3);
export const id = matching((text) => ID.test(text), 40);
// Anything but https in a link of ours could run script, or tell a network which page was read.
export const link = matching((text) => text.startsWith("https://") && oneLine(text), MAX_LINK);
export const day = matching((text) => DATE.test(text) && text > "0001" && isDay(text), 10);
export const timezone = matching(isZone, MAX_LINK);
export const colour = matching((text) => /^#[0-9a-f]{6}$/.test(text) && contrast(text) >= LEAST_CONTRAST, 7);
/** The server shows it and validates it; this page does not. */
export const logo = maybe(matching((text) => /^[\w-]+$/.test(text), MAX_LOGO));

export const truth = plain((value) => {
  if (typeof value !== "boolean") throw new MalformedError();
  return value;
});

export const oneOf = <T extends string>(...words: readonly T[]): Shape<T> => plain((value) => {
  const word = words.find((one) => one === value);
  if (word === undefined) throw new MalformedError();
  return word;
});

export const table = <S extends Record<string, Shape<unknown>>>(
  shapes: S,
): Shape<{ readonly [N in keyof S]: Read<S[N]> }> => {
  const named = Object.entries(shapes);
  const namesOf = (is: (shape: Shape<unknown>) => boolean): string[] =>
    named.filter(([, shape]) => is(shape)).map(([name]) => name);
  return {
    isText: false,
    isIn: (spoken) => named.some(([, shape]) => shape.isIn(spoken)),
    read: (value, texts, spoken) => {
      const members = membersOf(value, namesOf(({ isText }) => !isText));
      const said = texts === undefined ? {} : membersOf(texts, namesOf(({ isIn }) => isIn(spoken)));
      const read = named.map(([name, shape]) => [name, shape.read(members[name], said[name], spoken)]);
      return Object.fromEntries(read) as { readonly [N in keyof S]: Read<S[N]> };
    },
  };
};

/** A text in each language of the pages, or of the recipients' tool. */
export const texts = ({ read }: Shape<string>, ofTool = false): Shape<string> => ({
  isText: true,
  isIn: ({ onPages, inTool }) => ofTool ? inTool : onPages,
  read: (_, texts, spoken) => texts === undefined ? "" : read(texts, undefined, spoken),
});

/** A list without duplicates, and without two elements of the same `key`. */
export const list = <T>(shape: Shape<T>, most: number, least = 0, key?: keyof T): Shape<readonly T[]> => ({
  isText: false,
  isIn: shape.isIn,
  read: (value, texts, spoken) => {
    const members = listOf(value, least, most);
    const said = texts === undefined ? [] : listOf(texts, members.length, members.length);
    const read = members.map((one, at) => shape.read(one, said[at], spoken));
    const names = read.map((one) => (key === undefined ? one : one[key]));
    if (names.some((name, at) => typeof name !== "object" && names.indexOf(name) !== at)) throw new MalformedError();
    return read;
  },
});

function membersOf(value: Json | undefined, names: readonly string[]): Readonly<Record<string, Json>> {
  if (!isObject(value)) throw new MalformedError();
  checkMembers(value, names);
  return value;
}

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
