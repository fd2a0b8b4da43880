// The files of a message that is being written, and what is known of them; it reads none of them, and shows nothing.

import type { ChosenFile, Inspected } from "../protocol.ts";
import type { Mistake } from "./fields.ts";
import { plainName } from "./names.ts";
import { sized, words, wordsFor } from "./words.ts";

export const MAX_FILES = 100; // SPEC 4.4

const REFUSALS: ReadonlySet<string> = new Set(["too-large", "too-many"]);

/** A file that was added, and what became of it. */
export interface Added {
  /** Of no other, not even of the same file added once more: it may have been changed meanwhile. */
  readonly number: number;
  readonly file: File;
  /** Null until it was looked into. */
  found: Inspected | null;
  /** Whether a photo is sent with its traces. */
  original: boolean;
  wrong: "" | "changed" | "unreadable";
}

export class Files {
  /** What shows them; it hears of each change. */
  changed: () => void = () => undefined;
  #list: Added[] = [];
  #last = 0;
  #kept = false;
  #surplus = 0;

  get list(): readonly Added[] {
    return this.#list;
  }

  /** Whether the files are sent under the names that they have on the reporter's device. */
  get kept(): boolean {
    return this.#kept;
  }

  set kept(kept: boolean) {
    this.#kept = kept;
    this.changed();
  }

  /** Add a file and return it; null where there are too many. One that was wrong is replaced by its namesake. */
  add(file: File): Added | null {
    this.#list = this.#list.filter((one) => one.wrong === "" || one.file.name !== file.name);
    if (this.#list.length >= MAX_FILES) {
      this.#surplus += 1;
      this.changed();
      return null;
    }
    this.#last += 1;
    const added: Added = { number: this.#last, file, found: null, original: false, wrong: "" };
    this.#list.push(added);
    this.changed();
    return added;
  }

  /** Change what is known of a file. */
  learn(added: Added, known: Partial<Pick<Added, "found" | "original" | "wrong">>): void {
    Object.assign(added, known);
    this.changed();
  }

  remove(added: Added): void {
    this.#list = this.#list.filter((one) => one !== added);
    this.#surplus = 0;
    this.changed();
  }

  clear(): void {
    this.#list = [];
    this.#kept = false;
    this.#surplus = 0;
    this.changed();
  }

  /** Return the name that a file is sent under. */
  nameOf(added: Added): string {
    const extension = added.found?.extension ?? "";
    const number = String(this.#list.indexOf(added) + 1);
    const neutral = words("file-name", { number }) + (extension === "" ? "" : `.${extension}`);
    return (this.#kept && plainName(added.file.name)) || neutral;
  }

  /** Return the bytes that all of them have, as they are sent. */
  size(): number {
    return this.#list.reduce((sum, added) => sum + blobOf(added).size, 0);
  }

  /** Return what is to be sent. */
  chosen(): ChosenFile[] {
    return this.#list.map((added) => ({
      blob: blobOf(added),
      name: this.nameOf(added),
      type: added.found?.type ?? "",
    }));
  }

  /** Return a text that is another one whenever something else would be sent. */
  letter(): string {
    return JSON.stringify(this.#list.map((added) => [added.number, added.original, this.nameOf(added)]));
  }

  /** Return in sentences what they are too much for; `limit` is for their bytes together. */
  excess(limit: number): string[] {
    const sentences: string[] = [];
    const over = this.size() - limit;
    if (over > 0) sentences.push(words("mistake-files-large", { over: sized(over), limit: sized(limit) }));
    if (this.#surplus > 0) {
      sentences.push(words("mistake-files-many", { most: String(MAX_FILES), count: String(this.#surplus) }));
    }
    return sentences;
  }

  /** Return what keeps them from being sent. */
  mistakes(limit: number): Mistake[] {
    const wrong = this.#list.filter((added) => added.wrong !== "").map((added) => this.wrongIn(added));
    return [...wrong, ...this.excess(limit)].map((sentence) => ({ field: "files", sentence }));
  }

  /** Return the mistakes once more, before the message goes on; of those left out one is told once. */
  refused(limit: number): Mistake[] {
    const mistakes = this.mistakes(limit);
    this.#surplus = 0;
    const looking = this.#list.some(({ found, wrong }) => found === null && wrong === "");
    return looking ? [...mistakes, { field: "files", sentence: words("mistake-files-looking") }] : mistakes;
  }

  /** Return what the worker's refusal `code` says of the files, and mark those whose names are in `who`. */
  blame(code: string, who: readonly string[], limit: number): Mistake[] {
    if (this.#list.length === 0) return [];
    if (code === "changed" || code === "unreadable") {
      for (const added of this.#list) {
        if (who.includes(this.nameOf(added))) added.wrong = code;
      }
      return this.mistakes(limit);
    }
    return REFUSALS.has(code) ? [{ field: "files", sentence: wordsFor("refused-files", code) }] : [];
  }

  /** Return what is wrong with a file, "" for nothing. */
  wrongIn({ file, wrong }: Added): string {
    return wrong === "" ? "" : words(`mistake-file-${wrong}`, { name: plainName(file.name) });
  }
}

/** Return what is sent of a file. */
export function blobOf({ file, found, original }: Added): Blob {
  return original ? file : (found?.stripped ?? file);
}
