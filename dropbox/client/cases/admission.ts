// Whom the reporter's own words let in, SPEC.md 5.1; it knows nothing of who says so.

import type { People } from "../roster/people.ts";
import type { Message } from "../sealing/messages.ts";
import { b64 } from "../wire/canonical.ts";
import { Entered, Minutes } from "../wire/bodies.ts";
import { Admit, Agreed, Consent, Request } from "../wire/wishes.ts";

/**
 * Who is left out, as the messages of a case are read one by one; only such as count are to be taken.
 *
 * A person is left out and let in with every key that a roster lists for them: a new one ends no exclusion.
 */
export class Admission {
  readonly without: readonly string[];
  readonly people: People;
  /** By the id (b64) of a request, the people it asks for. */
  readonly asked = new Map<string, readonly string[]>();
  /** The latest word on a request. */
  readonly agreed = new Map<string, Consent["answer"]>();
  readonly admitted = new Set<string>();
  readonly minutes = new Set<string>();
  /** Whether a recipient wrote the report down, and so had its code. */
  entered = false;
  taken = 0;

  constructor(without: Iterable<string>, people: People) {
    this.without = [...people.samePeople(without)];
    this.people = people;
  }

  /** Return the identities (b64) that are left out at this place of the channel. */
  leftOut(): readonly string[] {
    const consented = [...this.asked].flatMap(([id, people]) => (this.agreed.get(id) === "yes" ? people : []));
    const letIn = this.people.samePeople([...this.admitted, ...consented]);
    return this.without.filter((one) => !letIn.has(one));
  }

  /** Return those whom the report left out and the reporter has let in since. */
  letIn(): readonly string[] {
    const out = this.leftOut();
    return this.without.filter((one) => !out.includes(one));
  }

  /**
   * Say whether what a message of the reporter's refers to has been asked before. Who wrote a report down for somebody
   * could agree in their place: no consent counts there.
   */
  refers({ head: { body } }: Message): boolean {
    if (this.entered && (body instanceof Consent || body instanceof Admit)) return false;
    if (body instanceof Consent) return this.asked.has(b64(body.request));
    return body instanceof Agreed ? this.minutes.has(b64(body.minutes)) : true;
  }

  /** Take a message that counts. */
  take({ id, head: { body } }: Message): void {
    this.taken++;
    if (body instanceof Entered) this.entered = true;
    else if (body instanceof Request) this.asked.set(b64(id), body.people.map(b64));
    else if (body instanceof Minutes) this.minutes.add(b64(id));
    else if (body instanceof Admit) for (const one of body.people) this.admitted.add(b64(one));
    else if (body instanceof Consent) this.agreed.set(b64(body.request), body.answer);
  }
}
