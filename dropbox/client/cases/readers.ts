// The readers of a case, the people left out, and those whom the reporter lets in (SPEC 12.3).

import { b64 } from "../wire/canonical.ts";
import { type Head, isOf } from "../wire/messages/head.ts";
import { Consent, YES } from "../wire/messages/reporter.ts";
import { Joined, SteppedBack } from "../wire/messages/thread.ts";

/** The readers of a case while its messages are applied one by one, in order. */
export class Readership {
  readonly without: ReadonlySet<string>;
  readonly leftOut: Set<string>;
  /** The persons that any "yes" or `joined` names, whether it has effect or not. */
  readonly admitted = new Set<string>();
  readonly #addressed: ReadonlySet<string>;
  /** Persons named by the report, a "yes" or a reader's `joined`, who have not stepped back since. */
  readonly #named: Set<string>;
  readonly #denials = new Map<string, Set<string>>();
  /** `after` of each "yes" that is in effect. */
  readonly #sufficient = new Map<string, ReadonlySet<string>[]>();

  constructor(report: Head) {
    this.without = new Set(report.without.map(b64));
    this.leftOut = new Set(this.without);
    this.#addressed = new Set([...report.to, ...report.missing].map(b64));
    this.#named = new Set(this.#addressed);
  }

  /** Return the readers among the persons `listed` on the roster in force; all of them if that roster is not known. */
  read(listed: ReadonlySet<string> | null): ReadonlySet<string> {
    return new Set([...this.#named].filter((person) => !this.leftOut.has(person) && (!listed || listed.has(person))));
  }

  /** Whether an earlier message gave this person reason to believe that they read: the report, a "yes", a `joined`. */
  wasReader(person: string): boolean {
    return this.#addressed.has(person) || this.admitted.has(person);
  }

  /** Note a message whether it counts or not: messages of the persons it names are late, not forbidden. */
  note(head: Head): void {
    if (isOf(head, Joined) || (isOf(head, Consent) && head.body.answer === YES)) {
      for (const person of head.body.people) this.admitted.add(b64(person));
    }
  }

  /** Apply a message that counts; `author` is null for the reporter. */
  apply(id: string, head: Head, author: string | null, listed: ReadonlySet<string> | null): void {
    if (isOf(head, Consent)) {
      this.#consent(id, head.body);
    } else if (isOf(head, Joined)) {
      for (const person of head.body.people) this.#named.add(b64(person));
    } else if (isOf(head, SteppedBack) && author !== null) {
      // Void if nobody else would read the case (SPEC 12.3).
      if ([...this.read(listed)].some((person) => person !== author)) this.#named.delete(author);
    }
  }

  #consent(id: string, { answer, people, after }: Consent): void {
    const known = new Set(after.map(b64));
    for (const person of people.map(b64)) {
      const denials = this.#denials.get(person) ?? new Set();
      let answers = this.#sufficient.get(person) ?? [];
      // Only a "yes" that names every denial lets in: of answers that did not know of each other, the "no" wins.
      const letsIn = answer === YES && [...denials].every((denial) => known.has(denial));
      if (letsIn) {
        answers = [...answers, known];
        this.#named.add(person);
      } else if (answer !== YES) {
        denials.add(id);
        answers = answers.filter((one) => one.has(id));
      }
      this.#denials.set(person, denials);
      this.#sufficient.set(person, answers);
      // The reporter cannot remove a person in the report's `to` or `missing`.
      const isDenied = this.without.has(person) || (denials.size > 0 && !this.#addressed.has(person));
      if (isDenied && answers.length === 0) this.leftOut.add(person);
      else this.leftOut.delete(person);
    }
  }
}
