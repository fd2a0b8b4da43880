// What is asked of the reporter, and what only the reporter can say; SPEC.md 5. Who wrote one is checked by `cases`.

import { MalformedError } from "../errors.ts";
import { type Body, identitiesOf, listed, members, RECIPIENT, REPORTER, textOf, THREAD } from "./bodies.ts";
import type { Bytes } from "./bytes.ts";
import { b64, type Json, type JsonObject, unb64 } from "./canonical.ts";
import { ID_SIZE } from "./sizes.ts";

function oneOf<T extends string>(value: Json | undefined, ...words: readonly T[]): T {
  const word = words.find((one) => one === value);
  if (word === undefined) throw new MalformedError();
  return word;
}

/** A recipient asks for consent: to tell `to` exactly `what`, because `text`; or to let `people` in. */
export class Request implements Body {
  static readonly KIND = "request";
  static readonly AUTHORS = [RECIPIENT] as const;
  static readonly CHANNEL = THREAD;
  readonly text: string;
  readonly to: string;
  readonly what: string;
  readonly people: readonly Bytes[];

  constructor(text: string, to: string, what: string, people: readonly Bytes[]) {
    this.text = text;
    this.to = to;
    this.what = what;
    this.people = people;
  }

  static parse(body: JsonObject): Request {
    members(body, "people", "text", "to", "what");
    return new Request(textOf(body["text"]), textOf(body["to"]), textOf(body["what"]), identitiesOf(body["people"]));
  }

  members(): JsonObject {
    return { people: listed(this.people), text: this.text, to: this.to, what: this.what };
  }
}

/** The reporter's word on a request of a recipient, whose message id it names. */
export class Consent implements Body {
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
    return new Consent(oneOf(body["answer"], "yes", "no", "withdrawn"), unb64(body["request"], ID_SIZE));
  }

  members(): JsonObject {
    return { answer: this.answer, request: b64(this.request) };
  }
}

/** The reporter lets people read it after all whom the report left out. */
export class Admit implements Body {
  static readonly KIND = "admit";
  static readonly AUTHORS = [REPORTER] as const;
  static readonly CHANNEL = THREAD;
  readonly people: readonly Bytes[];

  constructor(people: readonly Bytes[]) {
    this.people = people;
  }

  static parse(body: JsonObject): Admit {
    members(body, "people");
    return new Admit(identitiesOf(body["people"], 1));
  }

  members(): JsonObject {
    return { people: listed(this.people) };
  }
}

/** The reporter's word on minutes, whose message id it names; `text` is what is not right, or "". */
export class Agreed implements Body {
  static readonly KIND = "agreed";
  static readonly AUTHORS = [REPORTER] as const;
  static readonly CHANNEL = THREAD;
  readonly answer: "yes" | "no";
  readonly minutes: Bytes;
  readonly text: string;

  constructor(answer: Agreed["answer"], minutes: Bytes, text: string) {
    this.answer = answer;
    this.minutes = minutes;
    this.text = text;
  }

  static parse(body: JsonObject): Agreed {
    members(body, "answer", "minutes", "text");
    return new Agreed(oneOf(body["answer"], "yes", "no"), unb64(body["minutes"], ID_SIZE), textOf(body["text"], 0));
  }

  members(): JsonObject {
    return { answer: this.answer, minutes: b64(this.minutes), text: this.text };
  }
}

/** Whether the reporter finds that the report was handled well; `text` is why, or "". */
export class Rating implements Body {
  static readonly KIND = "rating";
  static readonly AUTHORS = [REPORTER] as const;
  static readonly CHANNEL = THREAD;
  readonly answer: "yes" | "partly" | "no";
  readonly text: string;

  constructor(answer: Rating["answer"], text: string) {
    this.answer = answer;
    this.text = text;
  }

  static parse(body: JsonObject): Rating {
    members(body, "answer", "text");
    return new Rating(oneOf(body["answer"], "yes", "partly", "no"), textOf(body["text"], 0));
  }

  members(): JsonObject {
    return { answer: this.answer, text: this.text };
  }
}

/** The reporter's wish that the report be withdrawn; handling may go on. `text` is why, or "". */
export class Withdrawn implements Body {
  static readonly KIND = "withdrawn";
  static readonly AUTHORS = [REPORTER] as const;
  static readonly CHANNEL = THREAD;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  static parse(body: JsonObject): Withdrawn {
    members(body, "text");
    return new Withdrawn(textOf(body["text"], 0));
  }

  members(): JsonObject {
    return { text: this.text };
  }
}

/** The reporter reads here no more: the server is asked to forget the code. */
export class Left implements Body {
  static readonly KIND = "left";
  static readonly AUTHORS = [REPORTER] as const;
  static readonly CHANNEL = THREAD;

  static parse(body: JsonObject): Left {
    members(body);
    return new Left();
  }

  members(): JsonObject {
    return {};
  }
}
