// The definition of a message kind: its name, authors, channel, and the members of its body (SPEC 5.1).

import { MalformedError } from "../../shared/errors.ts";
import type { Bytes } from "../bytes.ts";
import { encode, type Json, type JsonObject, parseObject } from "../canonical.ts";
import {
  type CHANNELS,
  encodeMembers,
  type Fields,
  type MembersOf,
  parseMembers,
  RECIPIENT,
  REPORTER,
  Text,
} from "./fields.ts";
import { MAX_FILES } from "../../shared/limits.ts";

export const MANY_FILES = [0, MAX_FILES] as const;

const KIND = /^[a-z][a-z-]{0,39}$/;
// Their labels are those of signed documents: the signature of a message of that kind would be valid for a document.
const RESERVED_KINDS: readonly string[] = ["root", "roster", "bundle"];

/** The properties of a kind; `B` is its parsed body. */
export interface Kind<B = object> {
  readonly KIND: string;
  readonly AUTHORS: readonly (typeof REPORTER | typeof RECIPIENT)[];
  readonly CHANNEL: (typeof CHANNELS)[number] | null;
  readonly CASE: "named" | "absent" | "named or absent";
  readonly FILES: readonly [least: number, most: number];
  readonly FIELDS: Fields;
  parse(members: JsonObject): B;
  members(body: B): JsonObject;
}

/** The body of a kind. */
export type BodyOf<K> = K extends Kind<infer B> ? B : never;

interface Rules<B> extends Partial<Pick<Kind, "AUTHORS" | "CASE" | "FILES">> {
  /** Throw MalformedError if the members contradict each other. */
  readonly check?: (body: B) => void;
}

/** Return a kind that recipients write in a case, without files; `rules` override this. */
export function defineKind<F extends Fields>(
  KIND: string,
  CHANNEL: Kind["CHANNEL"],
  FIELDS: F,
  { AUTHORS = [RECIPIENT], CASE = "named", FILES = [0, 0], check }: Rules<MembersOf<F>> = {},
): Kind<MembersOf<F>> {
  return {
    KIND,
    AUTHORS,
    CHANNEL,
    CASE,
    FILES,
    FIELDS,
    parse(members) {
      const body = parseMembers(FIELDS, members);
      check?.(body);
      return body;
    },
    members: (body) => encodeMembers(FIELDS, body),
  };
}

/** Return a kind whose body is one text; its messages may have files. */
export function defineWords(
  KIND: string,
  CHANNEL: Kind["CHANNEL"],
  AUTHORS: Kind["AUTHORS"] = [RECIPIENT],
): Kind<MembersOf<{ text: typeof Text }>> {
  return defineKind(KIND, CHANNEL, { text: Text }, { AUTHORS, FILES: MANY_FILES });
}

/** The body of a kind that this version does not know: it is kept, and shown as "update the tool". */
export const Unknown: Kind<{ readonly raw: Bytes }> = {
  ...defineKind("", null, {}, { AUTHORS: [REPORTER, RECIPIENT], FILES: MANY_FILES }),
  parse: (members) => ({ raw: encode(members) }),
  members: ({ raw }) => parseObject(raw),
};

/** Return `kind` if it is a valid name of a kind, known or not; throw MalformedError otherwise. */
export function checkKind(kind: Json | undefined): string {
  if (typeof kind !== "string" || !KIND.test(kind) || RESERVED_KINDS.includes(kind)) throw new MalformedError();
  return kind;
}
