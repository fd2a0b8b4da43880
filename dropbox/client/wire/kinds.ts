// The kinds of message and their bodies, SPEC.md 5; who really wrote one is checked by `cases`.

import { MalformedError } from "../errors.ts";
import type { Bytes } from "./bytes.ts";
import {
  b64,
  checkMembers,
  encode,
  encodedSize,
  isObject,
  type Json,
  type JsonObject,
  parseObject,
  unb64,
} from "./canonical.ts";

export const BOX_KEY_SIZE = 32;
export const KEM_KEY_SIZE = 1184; // FIPS 203, table 3
export const ID_SIZE = 32;
export const KEY_SIZE = 32; // of K, of a capability, of an Ed25519 key
export const MAX_TEXT_SIZE = 100_000; // SPEC.md 4

export const REPORTER = "reporter";
export const RECIPIENT = "recipient";
const ANYONE = "anyone";
export type Speaker = typeof REPORTER | typeof RECIPIENT | typeof ANYONE;

export const THREAD = "thread";
const DOSSIER = "dossier";
const FEED = "feed";
export const CHANNELS: readonly Json[] = [THREAD, DOSSIER, FEED];

const KIND = /^[a-z][a-z-]{0,39}$/;
// Their labels are those of signed documents: a message of that kind could pass for one.
const RESERVED_KINDS: readonly string[] = ["root", "roster", "bundle"];

function members(body: JsonObject, ...names: readonly string[]): void {
  checkMembers(body, names);
}

function textOf(value: Json | undefined): string {
  if (typeof value !== "string") throw new MalformedError();
  const size = encodedSize(value);
  if (size < 1 || size > MAX_TEXT_SIZE) throw new MalformedError();
  return value;
}

/** A body that one kind of message has. */
export interface Body {
  members(): JsonObject;
}

interface Kind {
  readonly prototype: Body;
  readonly KIND: string;
  readonly AUTHORS: readonly Speaker[];
  readonly CHANNEL: string;
  parse(body: JsonObject): Body;
}

/** The first message of a case; `box` and `kem` are the reporter's public keys. */
export class Report implements Body {
  static readonly KIND = "report";
  static readonly AUTHORS = [REPORTER] as const;
  static readonly CHANNEL = THREAD;
  readonly text: string;
  readonly box: Bytes;
  readonly kem: Bytes;

  constructor(text: string, box: Bytes, kem: Bytes) {
    this.text = text;
    this.box = box;
    this.kem = kem;
  }

  static parse(body: JsonObject): Report {
    members(body, "box", "kem", "text");
    const box = unb64(body["box"], BOX_KEY_SIZE);
    const kem = unb64(body["kem"], KEM_KEY_SIZE);
    return new Report(textOf(body["text"]), box, kem);
  }

  members(): JsonObject {
    return { box: b64(this.box), kem: b64(this.kem), text: this.text };
  }
}

/** A body that is a text and nothing else. */
class Words implements Body {
  static readonly CHANNEL = THREAD;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  static parse(body: JsonObject): Words {
    members(body, "text");
    return new this(textOf(body["text"]));
  }

  members(): JsonObject {
    return { text: this.text };
  }
}

/** Words in the thread, by the reporter or a recipient. */
export class Answer extends Words {
  static readonly KIND = "answer";
  static readonly AUTHORS = [REPORTER, RECIPIENT] as const;
}

/** Words in the thread that ask the reporter for an answer. */
class Question extends Words {
  static readonly KIND = "question";
  static readonly AUTHORS = [RECIPIENT] as const;
}

/** The confirmation that the law wants within seven days. */
class Acknowledgement extends Words {
  static readonly KIND = "acknowledgement";
  static readonly AUTHORS = [RECIPIENT] as const;
}

/** A recipient has opened the report; before that the page says that nobody has. */
class Opened implements Body {
  static readonly KIND = "opened";
  static readonly AUTHORS = [RECIPIENT] as const;
  static readonly CHANNEL = THREAD;

  static parse(body: JsonObject): Opened {
    members(body);
    return new Opened();
  }

  members(): JsonObject {
    return {};
  }
}

/** The reporter's word on a request of a recipient, whose message id it names. */
class Consent implements Body {
  static readonly KIND = "consent";
  static readonly AUTHORS = [REPORTER] as const;
  static readonly CHANNEL = THREAD;
  readonly answer: string;
  readonly request: Bytes;

  constructor(answer: string, request: Bytes) {
    this.answer = answer;
    this.request = request;
  }

  static parse(body: JsonObject): Consent {
    members(body, "answer", "request");
    const answer = body["answer"];
    if (answer !== "yes" && answer !== "no" && answer !== "withdrawn") throw new MalformedError();
    return new Consent(answer, unb64(body["request"], ID_SIZE));
  }

  members(): JsonObject {
    return { answer: this.answer, request: b64(this.request) };
  }
}

/** The content keys by which a case recipient lets others in, by message id; the report's among them. */
class Share implements Body {
  static readonly KIND = "share";
  static readonly AUTHORS = [RECIPIENT] as const;
  static readonly CHANNEL = FEED;
  readonly keys: readonly (readonly [id: Bytes, key: Bytes])[];

  constructor(keys: Share["keys"]) {
    this.keys = keys;
  }

  static parse(body: JsonObject): Share {
    members(body, "keys");
    const keys = body["keys"];
    if (!isObject(keys) || Object.keys(keys).length === 0) throw new MalformedError();
    return new Share(Object.entries(keys).map(([id, key]) => [unb64(id, ID_SIZE), unb64(key, KEY_SIZE)]));
  }

  members(): JsonObject {
    return { keys: Object.fromEntries(this.keys.map(([id, key]) => [b64(id), b64(key)])) };
  }
}

/** The feed's capability; it counts when its SHA-256 stands in the roster, whoever wrote this. */
export class FeedKey implements Body {
  static readonly KIND = "feed";
  static readonly AUTHORS = [ANYONE] as const;
  static readonly CHANNEL = FEED;
  readonly capability: Bytes;

  constructor(capability: Bytes) {
    this.capability = capability;
  }

  static parse(body: JsonObject): FeedKey {
    members(body, "capability");
    return new FeedKey(unb64(body["capability"], KEY_SIZE));
  }

  members(): JsonObject {
    return { capability: b64(this.capability) };
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

// A Map: "constructor" is a valid name of a kind, and every object has one.
export const KINDS: ReadonlyMap<Json | undefined, Kind> = new Map(
  [Report, Answer, Question, Acknowledgement, Opened, Consent, Share, FeedKey].map((kind) => [kind.KIND, kind]),
);

/** Return `kind` if it is the name of a kind, known or not; throw MalformedError otherwise. */
export function checkKind(kind: Json | undefined): string {
  if (typeof kind !== "string" || !KIND.test(kind) || RESERVED_KINDS.includes(kind)) {
    throw new MalformedError();
  }
  return kind;
}

/** Say whether a message of this kind may have files: those with a text, and those that are not known. */
export function mayHaveFiles(kind: string): boolean {
  const known = KINDS.get(kind);
  return !known || known === Report || known.prototype instanceof Words;
}
