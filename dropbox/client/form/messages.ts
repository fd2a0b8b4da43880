// The page's sentences, from the template `#words`: scripts contain none.

/** Values for the `{...}` of a sentence. */
export type Fills = Readonly<Record<string, string>>;

/** Return the sentence of `key`; `fills` are inserted once, without further substitution. */
export function words(key: string, fills: Fills = {}): string {
  const sentence = find(key);
  if (sentence === undefined) throw new Error(key);
  // A name alone is not a sentence.
  const keep = /\s/.test(sentence) ? apart : (fill: string) => fill;
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => keep(fills[name] ?? ""));
}

/**
 * Isolate a value in a right-to-left sentence, so that it does not reorder the words around it.
 *
 * A value that contains isolates gets the page's direction; a name alone the direction of its own letters.
 */
function apart(fill: string): string {
  if (document.documentElement.dir !== "rtl") return fill;
  return (fill.includes(BY_ITS_LETTERS) ? AS_THE_PAGE : BY_ITS_LETTERS) + fill + END;
}

const BY_ITS_LETTERS = "\u2068"; // Unicode's first strong isolate
const AS_THE_PAGE = "\u2067"; // its right-to-left isolate
const END = "\u2069";
const RIGHT_TO_LEFT = "\u200f"; // its right-to-left mark

/** Return the sentence of `family` for `code`, or the family's default. */
export function wordsFor(family: string, code: string, fills: Fills = {}): string {
  const key = `${family}-${code}`;
  return words(find(key) === undefined ? `${family}-other` : key, fills);
}

/** Return the names as a list in the page's language: "A, B en C". */
export function listed(names: readonly string[]): string {
  const list = new Intl.ListFormat(locale()).format(names.map(apart));
  // A field takes the direction of its first letter, and a Latin name would turn it: the mark keeps the page's
  // direction.
  return document.documentElement.dir === "rtl" ? RIGHT_TO_LEFT + list : list;
}

/** Return a day number as a date in the page's language. A day has no time zone: UTC keeps the same day. */
export function dated(day: number): string {
  const form = new Intl.DateTimeFormat(locale(), { dateStyle: "full", timeZone: "UTC" });
  return form.format(day * MILLISECONDS_PER_DAY);
}

/** Return a day number as the ISO date for `<time>`. */
export function isoDate(day: number): string {
  return new Date(day * MILLISECONDS_PER_DAY).toISOString().slice(0, 10);
}

/** Return a size as most file managers show it, rounded down: "1,4 MB", in units of 1024 times 1024 bytes. */
export function sized(bytes: number): string {
  let amount = bytes;
  let at = 0;
  while (amount >= 1000 && at < UNITS.length - 1) {
    amount /= 1024;
    at += 1;
  }
  const rounded = amount < 10 ? Math.floor(amount * 10) / 10 : Math.floor(amount);
  return measured(rounded, UNITS[at] ?? "byte", at === 0 ? "long" : "short");
}

/** Return a duration in words, in the largest unit that it fills: "3 minuten". */
export function lasting(seconds: number): string {
  if (seconds < 60) return measured(Math.ceil(seconds), "second", "long");
  if (seconds < 5400) return measured(Math.round(seconds / 60), "minute", "long");
  return measured(Math.round(seconds / 3600), "hour", "long");
}

/** Return a number of days in words: "3 dagen". */
export function lastingDays(days: number): string {
  return measured(days, "day", "long");
}

/** Return a share as a percentage, rounded down: only the whole is 100 %. */
export function share(done: number, total: number): string {
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
  return new Intl.NumberFormat(locale(), { style: "percent" }).format(percent / 100);
}

function measured(amount: number, unit: string, unitDisplay: "long" | "short"): string {
  return new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay }).format(amount);
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
const MILLISECONDS_PER_DAY = 86_400_000;

/** Return the tag of the page's language. */
export function language(): string {
  return document.documentElement.lang;
}

/** The pages use European English: the day comes before the month. */
function locale(): string {
  return language() === "en" ? "en-GB" : language();
}

function find(key: string): string | undefined {
  const shelf = document.querySelector<HTMLTemplateElement>("#words");
  // A code comes from a server or a sender: it must be escaped in a selector.
  return shelf?.content.querySelector(`[data-word~="${CSS.escape(key)}"]`)?.textContent;
}
