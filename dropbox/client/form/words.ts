// The sentences that the page shows, from the template `#words`; no sentence stands in a script.

/** Values for the `{...}` of a sentence. */
export type Fills = Readonly<Record<string, string>>;

/** Return the sentence of `key`; `fills` are put in as they are, once. */
export function words(key: string, fills: Fills = {}): string {
  const sentence = find(key);
  if (sentence === undefined) throw new Error(key);
  // In a sentence from right to left a Latin name would turn the words around it; a name alone is no sentence.
  const [before, after] = document.documentElement.dir === "rtl" && /\s/.test(sentence) ? ["\u2068", "\u2069"] : ["", ""];
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => before + (fills[name] ?? "") + after);
}

/** Return the sentence of `family` for `code`, or the family's sentence for all others. */
export function wordsFor(family: string, code: string, fills: Fills = {}): string {
  const key = `${family}-${code}`;
  return words(find(key) === undefined ? `${family}-other` : key, fills);
}

/** Return the names as a list in the page's language: "A, B en C". */
export function listed(names: readonly string[]): string {
  return new Intl.ListFormat(locale()).format(names);
}

/** Return a day number as a date in the page's language. A day has no time zone: UTC keeps it the same day. */
export function dated(day: number): string {
  const form = new Intl.DateTimeFormat(locale(), { dateStyle: "full", timeZone: "UTC" });
  return form.format(day * MILLISECONDS_PER_DAY);
}

/** Return a day number as the ISO date that `<time>` carries. */
export function isoDate(day: number): string {
  return new Date(day * MILLISECONDS_PER_DAY).toISOString().slice(0, 10);
}

/** Return a number of bytes as file managers on most desks tell it, rounded down: "1,4 MB", of 1024 times 1024 bytes. */
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

/** Return a span of time in words, in the largest unit that it fills: "3 minuten". */
export function lasting(seconds: number): string {
  if (seconds < 60) return measured(Math.ceil(seconds), "second", "long");
  if (seconds < 5400) return measured(Math.round(seconds / 60), "minute", "long");
  return measured(Math.round(seconds / 3600), "hour", "long");
}

/** Return a number of days in words: "3 dagen". */
export function lastingDays(days: number): string {
  return measured(days, "day", "long");
}

/** Return a share as a percentage, rounded down: only all of it is 100 %. */
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

/** The pages' English is European: a day comes before its month. */
function locale(): string {
  return language() === "en" ? "en-GB" : language();
}

function find(key: string): string | undefined {
  const shelf = document.querySelector<HTMLTemplateElement>("#words");
  // What a server or a sender calls its codes is not ours: it must not become part of a selector as it is.
  return shelf?.content.querySelector(`[data-word~="${CSS.escape(key)}"]`)?.textContent;
}
