// The kinds of message, SPEC.md 5, with the bodies of the feed; who really wrote one is checked by `cases`.

import { MalformedError } from "../errors.ts";
import {
  Acknowledgement,
  Answer,
  type Body,
  Closed,
  DOSSIER,
  Entered,
  FEED,
  Feedback,
  identitiesOf,
  Identity,
  type Kind,
  listed,
  members,
  Minutes,
  Opened,
  Question,
  RECIPIENT,
  Report,
  REPORTER,
  Words,
} from "./bodies.ts";
import type { Bytes } from "./bytes.ts";
import { b64, encode, isObject, type Json, type JsonObject, parseObject, unb64 } from "./canonical.ts";
import { ID_SIZE, KEY_SIZE } from "./sizes.ts";
import { Admit, Agreed, Consent, Left, Rating, Request, Withdrawn } from "./wishes.ts";

const KIND = /^[a-z][a-z-]{0,39}$/;
// Their labels are those of signed documents: a message of that kind could pass for one.
const RESERVED_KINDS: readonly string[] = ["root", "roster", "bundle"];

/**
 * The content keys by which the reporter or a case recipient lets others in, by message id; the report's among them.
 * `dossiers` are those of them that open a dossier: a reporter knows of none.
 */
export class Share implements Body {
  static readonly KIND = "share";
  static readonly AUTHORS = [REPORTER, RECIPIENT] as const;
  static readonly CHANNEL = FEED;
  readonly keys: readonly (readonly [id: Bytes, key: Bytes])[];
  readonly dossiers: readonly Bytes[];

  constructor(keys: Share["keys"], dossiers: Share["dossiers"] = []) {
    this.keys = keys;
    this.dossiers = dossiers;
  }

  static parse(body: JsonObject): Share {
    members(body, "dossiers", "keys");
    const keys = body["keys"];
    const dossiers = identitiesOf(body["dossiers"]);
    if (!isObject(keys) || Object.keys(keys).length === 0 || !dossiers.every((id) => b64(id) in keys)) {
      throw new MalformedError();
    }
    return new Share(
      Object.entries(keys).map(([id, key]) => [unb64(id, ID_SIZE), unb64(key, KEY_SIZE)]),
      dossiers,
    );
  }

  members(): JsonObject {
    return {
      dossiers: listed(this.dossiers),
      keys: Object.fromEntries(this.keys.map(([id, key]) => [b64(id), b64(key)])),
    };
  }
}

/** A body of a kind that this version does not know: kept, and shown as "update the tool". */
export class Unknown implements Body {
  static readonly AUTHORS = [REPORTER, RECIPIENT] as const;
  readonly raw: Bytes;

  constructor(body: JsonObject) {
    this.raw = encode(body);
  }

  members(): JsonObject {
    return parseObject(this.raw);
  }
}

/** What recipients write to each other. No page reads a dossier: it only knows that these stand in no thread. */
class Noted implements Body {
  static readonly KIND: string = "note";
  static readonly AUTHORS = [RECIPIENT] as const;
  static readonly CHANNEL: string = DOSSIER;
  readonly raw: Bytes;

  constructor(raw: Bytes) {
    this.raw = raw;
  }

  static parse(body: JsonObject): Noted {
    return new Noted(encode(body));
  }

  members(): JsonObject {
    return parseObject(this.raw);
  }
}

/** What stays of a destroyed case, for the recipients: no page reads the feed. */
class Buried extends Noted {
  static override readonly CHANNEL: string = FEED;
}

const NOTED = ("dossier note form assigned informed category conflict handed-over revealed " +
  "reopened outcome retention purge approval correction exported").split(" ");
const KNOWN: readonly Kind[] = [
  Report,
  ...[Answer, Question, Acknowledgement, Feedback, Closed, Minutes, Identity, Opened, Entered],
  ...[Request, Consent, Admit, Agreed, Rating, Withdrawn, Left],
  Share,
];
// A Map: "constructor" is a valid name of a kind, and every object has one.
export const KINDS: ReadonlyMap<Json | undefined, Kind> = new Map([
  ...KNOWN.map((kind): [string, Kind] => [kind.KIND, kind]),
  ...NOTED.map((name): [string, Kind] => [name, Noted]),
  ["tombstone", Buried],
]);

/** Return `kind` if it is the name of a kind, known or not; throw MalformedError otherwise. */
export function checkKind(kind: Json | undefined): string {
  if (typeof kind !== "string" || !KIND.test(kind) || RESERVED_KINDS.includes(kind)) {
    throw new MalformedError();
  }
  return kind;
}

/** Say whether a message of this kind may have files: those with a text to read, and those that are not known. */
export function mayHaveFiles(kind: string): boolean {
  const known = KINDS.get(kind);
  return !known || kind === Noted.KIND || known === Report || (known.prototype instanceof Words && known !== Identity);
}
