// The files of a message being written, and their state. Their contents are not read here.

import type { ChosenFile, Inspected } from "../shared/protocol.ts";
import type { Mistake } from "./fields.ts";
import { plainName } from "./names.ts";
import { sized, words, wordsFor } from "./messages.ts";
import { MAX_FILES } from "../shared/limits.ts";


const REFUSALS: ReadonlySet<string> = new Set(["too-large", "too-many"]);

/** An added file and its state. */
export interface Added {
  /** Unique, even if the same file is added again: it may have changed in between. */
  readonly number: number;
  readonly file: File;
  /** Null until it has been inspected. */
  found: Inspected | null;
  /** Whether a photo is sent with its traces. */
  original: boolean;
  wrong: "" | "changed" | "unreadable";
}

export class Files {
  /** Called after each change, to update the display. */
  changed: () => void = () => undefined;
  #list: Added[] = [];
  #last = 0;
  #kept = false;
  #surplus = 0;

  get list(): readonly Added[] {
    return this.#list;
  }

  /** Whether the files are sent with their names on the reporter's device. */
  get kept(): boolean {
    return this.#kept;
  }

  set kept(kept: boolean) {
    this.#kept = kept;
    this.changed();
  }

  /** Add a file and return it; null if there are too many. It replaces a faulty file of the same name. */
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

  /** Update the state of a file. */
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

  /** Return the name with which a file is sent. */
  nameOf(added: Added): string {
    const extension = added.found?.extension ?? "";
    const number = String(this.#list.indexOf(added) + 1);
    const neutral = words("file-name", { number }) + (extension === "" ? "" : `.${extension}`);
    return (this.#kept && plainName(added.file.name)) || neutral;
  }

  /** Return the total size of the files, as they are sent. */
  size(): number {
    return this.#list.reduce((sum, added) => sum + blobOf(added).size, 0);
  }

  /** Return the files to send. */
  chosen(): ChosenFile[] {
    return this.#list.map((added) => ({
      blob: blobOf(added),
      name: this.nameOf(added),
      type: added.found?.type ?? "",
    }));
  }

  /** Return a text that changes whenever the files to send change. */
  letter(): string {
    return JSON.stringify(this.#list.map((added) => [added.number, added.original, this.nameOf(added)]));
  }

  /** Return the limits that the files exceed, as sentences; `limit` is for their total size. */
  excess(limit: number): string[] {
    const sentences: string[] = [];
    const over = this.size() - limit;
    if (over > 0) sentences.push(words("mistake-files-large", { over: sized(over), limit: sized(limit) }));
    if (this.#surplus > 0) {
      sentences.push(words("mistake-files-many", { most: String(MAX_FILES), count: String(this.#surplus) }));
    }
    return sentences;
  }

  /** Return the errors that prevent the files from being sent. */
  mistakes(limit: number): Mistake[] {
    const wrong = this.#list.filter((added) => added.wrong !== "").map((added) => this.wrongIn(added));
    return [...wrong, ...this.excess(limit)].map((sentence) => ({ field: "files", sentence }));
  }

  /** Return these errors and one for files that are still being inspected; one about omitted files is reported once. */
  refused(limit: number): Mistake[] {
    const mistakes = this.mistakes(limit);
    this.#surplus = 0;
    const looking = this.#list.some(({ found, wrong }) => found === null && wrong === "");
    return looking ? [...mistakes, { field: "files", sentence: words("mistake-files-looking") }] : mistakes;
  }

  /**
   * Return the errors that the worker's refusal `code` means for the files, and mark those whose names are in `who`.
   */
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

  /** Return the error of a file, or "". */
  wrongIn({ file, wrong }: Added): string {
    return wrong === "" ? "" : words(`mistake-file-${wrong}`, { name: plainName(file.name) });
  }
}

/** Return the contents of a file as they are sent. */
export function blobOf({ file, found, original }: Added): Blob {
  return original ? file : (found?.stripped ?? file);
}
