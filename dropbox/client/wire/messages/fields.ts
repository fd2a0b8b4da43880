// Field types of bodies (SPEC 5): each parses and encodes a member, and describes the values that it accepts.

import { MalformedError } from "../../shared/errors.ts";
import type { Bytes } from "../bytes.ts";
import {
  b64,
  checkMembers,
  encode,
  encodedSize,
  isObject,
  type Json,
  type JsonObject,
  unb64,
  unb64List,
} from "../canonical.ts";
import { ID_SIZE, KEY_SIZE, MAX_DAY, PERSON_SIZE } from "../sizes.ts";
import { MAX_TEXT_SIZE } from "../../shared/limits.ts";

export const REPORTER = "reporter";
export const RECIPIENT = "recipient";

export const THREAD = "thread";
export const DOSSIER = "dossier";
export const LOG = "log";
export const CHANNELS = [THREAD, DOSSIER, LOG] as const;

export const MAX_REASON_SIZE = 1000; // SPEC 5.1
const MAX_PEOPLE = 31; // SPEC 7.2: the most entries of a roster
const MAX_MONTHS = 120; // SPEC 7.4

const ID = /^[a-z][a-z0-9-]{0,39}$/;
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/;

/** Parses and encodes one member of a JSON object; `name` is its description in the table of SPEC 5.1. */
export interface FieldType<T> {
  readonly name: string;
  parse(value: Json | undefined): T;
  encode(value: T): Json;
}

/** The members of an object, in the order of the Python twin. */
export type Fields = Readonly<Record<string, FieldType<unknown>>>;
export type MembersOf<F extends Fields> = { readonly [N in keyof F]: ReturnType<F[N]["parse"]> };

/** Parse an object with exactly these members; throw MalformedError for any other. */
export function parseMembers<F extends Fields>(fields: F, members: JsonObject): MembersOf<F> {
  checkMembers(members, Object.keys(fields));
  const read = Object.entries(fields).map(([name, field]) => [name, field.parse(members[name])]);
  return Object.fromEntries(read) as MembersOf<F>;
}

/** Return the JSON members of an object. */
export function encodeMembers<F extends Fields>(fields: F, read: MembersOf<F>): JsonObject {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.encode(read[name])]));
}

function same(value: Json): Json {
  return value;
}

/** A text of `least` to `most` bytes as encoded. */
export function textField(least = 1, most = MAX_TEXT_SIZE): FieldType<string> {
  const name = most === MAX_TEXT_SIZE ? "text" : "short text";
  return {
    name: least > 0 ? name : `${name} or ""`,
    parse(value) {
      if (typeof value !== "string") throw new MalformedError();
      const size = encodedSize(value);
      if (size < least || size > most) throw new MalformedError();
      return value;
    },
    encode: same,
  };
}

/** A short text that matches a pattern, or "" if `optional`. */
function patternField(what: string, pattern: RegExp, optional = false): FieldType<string> {
  return {
    name: optional ? `${what} or ""` : what,
    parse(value) {
      if (typeof value !== "string" || !(pattern.test(value) || (optional && value === ""))) throw new MalformedError();
      return value;
    },
    encode: same,
  };
}

/** One of several words. */
export function choiceField<W extends string>(...words: readonly W[]): FieldType<W> {
  return {
    name: `${words.slice(0, -1).map((word) => `"${word}"`).join(", ")} or "${words.at(-1)}"`,
    parse(value) {
      const word = words.find((one) => one === value);
      if (word === undefined) throw new MalformedError();
      return word;
    },
    encode: same,
  };
}

/** Bytes of one length in base64url. */
export function bytesField(what: string, size: number): FieldType<Bytes> {
  return { name: what, parse: (value) => unb64(value, size), encode: b64 };
}

/** A list of byte strings of one length, in ascending order of their base64url text, without duplicates. */
export function listField(what: string, size: number, least: number, most: number): FieldType<readonly Bytes[]> {
  return {
    name: `${least} to ${most} ${what}s`,
    parse(value) {
      const list = unb64List(value, size);
      if (list.length < least || list.length > most) throw new MalformedError();
      return list;
    },
    encode: (list) => [...new Set(list.map(b64))].sort(),
  };
}

/** An integer within bounds. */
export function integerField(name: string, least: number, most: number): FieldType<number> {
  return {
    name,
    parse(value) {
      if (typeof value !== "number" || value < least || value > most) throw new MalformedError();
      return value;
    },
    encode: same,
  };
}

/** An object from ids to texts, with limits on their number and their total size as encoded. */
export function answersField(least = 0, most = MAX_TEXT_SIZE): FieldType<Readonly<Record<string, string>>> {
  return {
    name: least > 0 ? `${least} or more texts by id` : "texts by id",
    parse(value) {
      if (!isObject(value)) throw new MalformedError();
      const answers = Object.entries(value).map(([name, answer]) => [Id.parse(name), Text.parse(answer)] as const);
      const read = Object.fromEntries(answers);
      if (answers.length < least || answersSize(read) > most) throw new MalformedError();
      return read;
    },
    encode: same,
  };
}

/** An object with its own members. */
export function recordField<F extends Fields>(fields: F): FieldType<MembersOf<F>> {
  return {
    name: `{${described(fields)}}`,
    parse(value) {
      if (!isObject(value)) throw new MalformedError();
      return parseMembers(fields, value);
    },
    encode: (read) => encodeMembers(fields, read),
  };
}

/** A field that may be null. */
export function optional<T>(field: FieldType<T>): FieldType<T | null> {
  return {
    name: `${field.name} or null`,
    parse: (value) => (value === null ? null : field.parse(value)),
    encode: (value) => (value === null ? null : field.encode(value)),
  };
}

/** Return the size of answers as encoded, in bytes, without their braces. */
export function answersSize(answers: Readonly<Record<string, string>>): number {
  return encode(answers).length - 2;
}

/** Return the members of an object, in ascending order, and the values of each if its name does not say them. @internal */
export function described(fields: Fields): string {
  return Object.keys(fields).sort().map((name) => {
    const what = fields[name]!.name;
    return name === what ? name : `${name}: ${what}`;
  }).join("; ");
}

export const Text = textField();
export const OptionalText = textField(0);
export const Reason = textField(1, MAX_REASON_SIZE);
export const OptionalReason = textField(0, MAX_REASON_SIZE);
export const Id = patternField("id", ID);
export const OptionalId = patternField("id", ID, true);
export const Language = patternField("language tag", LANGUAGE);
export const Answers = answersField();
export const Day = integerField("day", 0, MAX_DAY);
export const Months = integerField(`1 to ${MAX_MONTHS}`, 1, MAX_MONTHS);
export const Flag: FieldType<boolean> = {
  name: "true or false",
  parse(value) {
    if (typeof value !== "boolean") throw new MalformedError();
    return value;
  },
  encode: same,
};
export const Message = bytesField("message id", ID_SIZE);
export const OptionalMessage = optional(Message);
export const Author = bytesField("identity key", KEY_SIZE);
export const People = listField("person", PERSON_SIZE, 0, MAX_PEOPLE);
export const SomePeople = listField("person", PERSON_SIZE, 1, MAX_PEOPLE);
