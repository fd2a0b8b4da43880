// The organisation's policy, SPEC 7.4: its settings and texts.

import { MalformedError } from "../shared/errors.ts";
import type { Bytes } from "../wire/bytes.ts";
import { type Json, parseObject } from "../wire/canonical.ts";
import { MAX_WORK } from "../wire/stamp.ts";
import {
  colour,
  day,
  id,
  integer,
  link,
  list,
  logo,
  maybe,
  oneOf,
  type Read,
  REPLIES,
  ROLES,
  type Spoken,
  table,
  tag,
  text,
  texts,
  timezone,
  TOOL_LANGUAGES,
  truth,
} from "./shapes.ts";
import { DAY_MS, MAX_NAME } from "../wire/sizes.ts";

const MAX_LANGUAGES = 16;
const MAX_COVER = 16;
const MAX_DECOYS_PER_WEEK = 1000;
const MAX_FILE_BYTES = 2 ** 31; // 2 GiB

const name = text(MAX_NAME);
const phone = maybe(name);
const names = texts(name);
const long = texts(text(2000));
const hint = texts(maybe(text(500)));
const label = text(200);
const roles = list(oneOf(...ROLES), ROLES.length);
const choices = list(table({ id, name: names }), 16, 0, "id");
const toolNames = texts(name, true);
const field = table({
  id,
  kind: oneOf("text", "choice", "day"),
  label: texts(label, true),
  choices: list(table({ id, name: toolNames }), 16, 0, "id"),
});
const month = integer(1, 120);

const SHAPE = table({
  version: integer(1, 2 ** 31),
  organisation: name,
  timezone,
  languages: list(tag, MAX_LANGUAGES, 1),
  work: integer(1, MAX_WORK),
  cover: integer(1, MAX_COVER),
  decoys_per_week: integer(0, MAX_DECOYS_PER_WEEK),
  file_bytes: integer(0, MAX_FILE_BYTES),
  exit: link,
  chair: phone,
  away: list(table({ name, until: day }), 31, 0, "name"),
  look: table({ colour, logo }),
  texts: table({ welcome: long, before: long }),
  roles: table({ secretaris: names, bestuur: names, external: names }),
  topics: list(
    table({
      id,
      name: names,
      hint,
      categories: choices,
      readers: list(oneOf(...ROLES), ROLES.length, 1),
      may_add: roles,
      board_informed: truth,
    }),
    16,
    1,
    "id",
  ),
  routing: table({ away: roles, secretaris: roles, bestuur: roles, all: roles, late: roles }),
  questions: list(
    table({ id, kind: oneOf("text", "choice"), label: texts(label), hint, choices, topics: list(id, 16) }),
    24,
    0,
    "id",
  ),
  terms: table({
    answer_days: integer(1, 30),
    acknowledgement_days: integer(1, 30),
    acknowledgement_alerts: list(integer(1, 30), 4),
    feedback_months: integer(1, 12),
    feedback_alert_weeks: integer(1, 52),
    feedback_alerts: list(integer(1, 365), 6),
    detriment_months: list(integer(1, 60), 6),
    late_days: integer(1, 365),
  }),
  holidays: list(day, 400),
  retention: table({ unfounded_months: month, months: month, most_months: month }),
  forms: list(table({ id, name: toolNames, fields: list(field, 24, 1, "id") }), 16, 0, "id"),
  replies: list(table({ id, kind: oneOf(...REPLIES), name: toolNames, text: long }), 16, 0, "id"),
  inside: list(table({ name: names, phone, text: long }), 8),
  elsewhere: list(table({ name: names, text: long }), 16),
  outside: list(table({ name, link, phone, text: long }), 32),
});

export type Members = Read<typeof SHAPE>;

/** The policy of a roster, with the names of SPEC 7.4. Its texts are those of one language, "" before `withTexts`. */
export class Policy {
  readonly members: Members;
  readonly #value: Json | undefined;

  private constructor(value: Json | undefined, texts: Json | undefined, spoken: Spoken) {
    this.#value = value;
    this.members = SHAPE.read(value, texts, spoken);
    if (!fits(this.members)) throw new MalformedError();
  }

  /** Parse the policy of a roster; throw MalformedError if it is not as SPEC 7.4 requires. */
  static parse(value: Json | undefined): Policy {
    return new Policy(value, undefined, { onPages: false, inTool: false });
  }

  /** The languages that have a document of texts. */
  get textLanguages(): readonly string[] {
    return [...new Set([...this.members.languages, ...TOOL_LANGUAGES])];
  }

  /**
   * Return this policy with the texts of one language.
   *
   * Throws MalformedError if the document is not as SPEC 7.4 requires; `Roster.policyIn` checks its hash.
   */
  withTexts(language: string, raw: Bytes): Policy {
    const onPages = this.members.languages.includes(language);
    return new Policy(this.#value, parseObject(raw), { onPages, inTool: TOOL_LANGUAGES.includes(language) });
  }

  get organisation(): string {
    return this.members.organisation;
  }

  /** The maximum size of the files of one message together, in bytes; 0 means that files are not allowed. */
  get fileBytes(): number {
    return this.members.file_bytes;
  }

  /** Whether the root's keys have marked somebody of this name on the roster as away. */
  isAway(name: string, today: number): boolean {
    return this.members.away.some((one) => one.name === name && Date.parse(one.until) / DAY_MS >= today);
  }

  /** Return the day number (SPEC 1) of a time in this policy's time zone. */
  day(now: Date): number {
    const parts = { year: "numeric", month: "numeric", day: "numeric" } as const;
    const format = new Intl.DateTimeFormat("en-US", { ...parts, calendar: "gregory", timeZone: this.members.timezone });
    const [month, day, year] = format.format(now).split("/").map(Number);
    return Date.UTC(year!, month! - 1, day) / DAY_MS;
  }
}

/** Whether the members are consistent with each other. */
function fits({ topics, questions, forms, holidays, terms, retention }: Members): boolean {
  const known = topics.map((topic) => topic.id);
  const asked = [...questions, ...forms.flatMap(({ fields }) => fields)];
  const { unfounded_months: least, months, most_months: most } = retention;
  return (
    topics.every(({ readers, may_add: more }) => !readers.some((role) => more.includes(role))) &&
    questions.every((question) => question.topics.every((topic) => known.includes(topic))) &&
    asked.every(({ kind, choices }) => (kind === "choice") === choices.length > 0) &&
    holidays.every((one, at) => at === 0 || holidays[at - 1]! < one) &&
    terms.acknowledgement_alerts.every((one) => one < terms.acknowledgement_days) &&
    least <= months &&
    months <= most
  );
}
