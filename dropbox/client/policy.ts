// The organisation's policy, SPEC.md 7.4: what may differ from one to another; it decides nothing by itself.

import { MalformedError } from "./errors.ts";
import { integerOf, listOf, textOf } from "./roster/fields.ts";
import { checkMembers, isObject, type Json, type JsonObject } from "./wire/canonical.ts";
import { MAX_WORK } from "./wire/exchange.ts";

const LANGUAGES: readonly Json[] = ["nl", "en"]; // what this release ships pages in
const MEMBERS = [
  "decoys_per_week",
  "file_bytes",
  "languages",
  "organisation",
  "outside",
  "timezone",
  "version",
  "work",
];
const MAX_DECOYS_PER_WEEK = 1000;
const MAX_FILE_BYTES = 2 ** 31; // 2 GiB
const MAX_NAME = 80;
const MAX_ZONE = 40;
const MAX_LONG_TEXT = 2000;
const MAX_VERSION = 2 ** 31;
const DAY = 86_400_000; // milliseconds

/** The signed policy, as far as the script needs it; the rest stands in the pages. */
export class Policy {
  readonly organisation: string;
  readonly timezone: string;
  /** How many bytes the files of one message may have together; with 0 there are none. */
  readonly fileBytes: number;

  private constructor(organisation: string, timezone: string, fileBytes: number) {
    this.organisation = organisation;
    this.timezone = timezone;
    this.fileBytes = fileBytes;
  }

  /** Read the policy of a roster; throw MalformedError when it is not as SPEC.md 7.4 says. */
  static parse(value: Json | undefined): Policy {
    const policy = objectOf(value, MEMBERS);
    const languages = listOf(policy["languages"], 1, LANGUAGES.length);
    if (!languages.every((tag, at) => LANGUAGES.includes(tag) && languages.indexOf(tag) === at)) {
      throw new MalformedError();
    }
    integerOf(policy["version"], 1, MAX_VERSION);
    integerOf(policy["work"], 1, MAX_WORK);
    integerOf(policy["decoys_per_week"], 0, MAX_DECOYS_PER_WEEK);
    for (const route of listOf(policy["outside"], 0)) checkRoute(route, languages.map(String));
    const zone = textOf(policy["timezone"], MAX_ZONE);
    checkZone(zone);
    const fileBytes = integerOf(policy["file_bytes"], 0, MAX_FILE_BYTES);
    return new Policy(textOf(policy["organisation"], MAX_NAME), zone, fileBytes);
  }

  /** Return the day number (SPEC.md 1) of a time in this policy's time zone. */
  day(now: Date): number {
    const parts = { year: "numeric", month: "numeric", day: "numeric" } as const;
    const format = new Intl.DateTimeFormat("en-US", { ...parts, calendar: "gregory", timeZone: this.timezone });
    const [month, day, year] = format.format(now).split("/").map(Number);
    return Date.UTC(year!, month! - 1, day) / DAY;
  }
}

function checkZone(zone: string): void {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone });
  } catch {
    throw new MalformedError();
  }
}

function checkRoute(value: Json, languages: readonly string[]): void {
  const route = objectOf(value, ["link", "name", "phone", "text"]);
  const texts = objectOf(route["text"], languages);
  // Anything but https in a link of ours could run script, or tell a network which page was read.
  if (!textOf(route["link"], MAX_LONG_TEXT).startsWith("https://")) throw new MalformedError();
  textOf(route["name"], MAX_NAME);
  if (route["phone"] !== "") textOf(route["phone"], MAX_NAME);
  for (const text of Object.values(texts)) textOf(text, MAX_LONG_TEXT);
}

function objectOf(value: Json | undefined, names: readonly string[]): JsonObject {
  if (!isObject(value)) throw new MalformedError();
  checkMembers(value, names);
  return value;
}
