// A thread read as a case, SPEC.md 5.1 and 5.2: who really said what, in order, and what is wrong; it opens nothing.

import type { Alarm } from "../protocol.ts";
import type { People } from "../roster/people.ts";
import type { Recipient } from "../roster/roster.ts";
import type { Message } from "../sealing/messages.ts";
import { type Bytes, equal } from "../wire/bytes.ts";
import { b64 } from "../wire/canonical.ts";
import { type Head, MAX_SEEN } from "../wire/head.ts";
import { Entered, RECIPIENT, Report, REPORTER, type Speaker, THREAD } from "../wire/bodies.ts";
import { KINDS, Unknown } from "../wire/kinds.ts";
import { Admission } from "./admission.ts";

/** An envelope of a channel after the attempt to open it; `day` is the server's. */
export interface Received {
  readonly day: number;
  readonly opened: Message | "spoilt" | "unsupported";
}

/** A message that counts; `author` is null for the reporter. */
export interface Said {
  readonly message: Message;
  readonly day: number;
  readonly author: Recipient | null;
}

/** A case as it follows from its messages; nothing of it is stored beside them. */
export class Case {
  readonly said: readonly Said[];
  readonly report: Message;
  readonly people: People;

  constructor(report: Message, said: readonly Said[], people: People) {
    this.report = report;
    this.said = said;
    this.people = people;
  }

  /** Whom the report leaves out, and whom the reporter has let in since. */
  get admission(): Admission {
    const admission = new Admission(this.report.head.without.map(b64), this.people);
    for (const { message } of this.said) admission.take(message);
    return admission;
  }

  /** The identities (b64) of the case recipients (SPEC.md 5.1), all that a roster lists for them. */
  get readers(): ReadonlySet<string> {
    const { admission } = this;
    const readers = new Set([...this.report.head.to.map(b64), ...admission.letIn()]);
    for (const { author, message } of this.said) {
      if (author) for (const reader of [author.identity, ...message.head.to.map(b64)]) readers.add(reader);
    }
    const out = admission.leftOut();
    return new Set([...this.people.samePeople(readers)].filter((one) => !out.includes(one)));
  }

  /** Return the ids of messages that no later one has seen, for the next head's `seen`. */
  frontier(): readonly Bytes[] {
    const seen = new Set(this.said.flatMap(({ message }) => message.head.seen.map(b64)));
    return this.said.map(({ message }) => message.id).filter((id) => !seen.has(b64(id))).slice(-MAX_SEEN);
  }
}

/** Return the text of a message, or nothing for kinds that have none or are not known. */
export function textOf(message: Message): string {
  const { body } = message.head;
  return "text" in body && typeof body.text === "string" ? body.text : "";
}

/**
 * Return the case that a thread's envelopes make, or null without a report, and every alarm.
 *
 * `received` stands in the channel's order, `people` are those of all rosters, `reporter` is the Ed25519 key of the
 * receipt.
 */
export function review(
  received: readonly Received[],
  people: People,
  reporter: Bytes,
): readonly [thread: Case | null, alarms: readonly Alarm[]] {
  const reading = new Reading(people, reporter);
  received.forEach((envelope, at) => reading.take(at, envelope));
  reading.lookForGaps();
  const alarms = reading.alarms.sort((left, right) => left.after - right.after);
  return [reading.report ? new Case(reading.report, reading.said, people) : null, alarms];
}

/** The state of one pass over a channel. */
class Reading {
  readonly people: People;
  readonly reporter: Bytes;
  readonly said: Said[] = [];
  readonly alarms: Alarm[] = [];
  readonly ids = new Set<string>();
  readonly pending = new Map<string, number>();
  report: Message | null = null;
  admission: Admission;

  constructor(people: People, reporter: Bytes) {
    this.people = people;
    this.reporter = reporter;
    this.admission = new Admission([], people);
  }

  take(at: number, { day, opened }: Received): void {
    if (typeof opened === "string") return this.#alarm(opened);
    const fault = this.#fault(at, day, opened);
    if (fault) return this.#alarm(fault);
    if (!this.report) {
      this.report = opened;
      this.admission = new Admission(opened.head.without.map(b64), this.people);
    }
    this.admission.take(opened);
    for (const seen of opened.head.seen.map(b64)) {
      if (!this.ids.has(seen) && !this.pending.has(seen)) this.pending.set(seen, this.said.length);
    }
    this.ids.add(b64(opened.id));
    const author = this.#isReporter(opened.head) ? null : this.people.recipientsById.get(b64(opened.head.author))!;
    this.said.push({ message: opened, day, author });
  }

  /** An id seen before it came is a change of order; one that never came was left out. */
  lookForGaps(): void {
    for (const [id, after] of this.pending) {
      this.#alarm(this.ids.has(id) ? "reordered" : "missing", after);
    }
    // A channel is opened by its report: one without any envelope has lost it.
    if (this.said.length + this.alarms.length === 0) this.#alarm("missing");
  }

  #alarm(code: Alarm["code"], after = this.said.length): void {
    this.alarms.push({ after, code });
  }

  #fault(at: number, day: number, message: Message): Alarm["code"] | null {
    const { head, id, case: named } = message;
    if (this.ids.has(b64(id))) return "repeated";
    if (!this.report) return at === 0 && head.kind === Report.KIND && this.#isReporter(head) ? null : "moved";
    if (head.channel !== THREAD || !equal(named, this.report.id)) return "moved";
    return this.#maySay(message, day) ? null : "forbidden";
  }

  #isReporter(head: Head): boolean {
    return equal(head.author, this.reporter);
  }

  #maySay(message: Message, day: number): boolean {
    const { head } = message;
    const leftOut = this.admission.leftOut();
    const speakers: readonly Speaker[] = (KINDS.get(head.kind) ?? Unknown).AUTHORS;
    const author = b64(head.author);
    if (head.to.some((identity) => leftOut.includes(b64(identity)))) return false;
    if (this.#isReporter(head)) return speakers.includes(REPORTER) && this.admission.refers(message);
    // It is said right behind the report, before the reporter has the code.
    if (head.body instanceof Entered && this.admission.taken !== 1) return false;
    // Neither a former recipient nor a revoked key has a word in what goes on.
    return this.people.mayWrite(author, day, head.day) && !leftOut.includes(author) && speakers.includes(RECIPIENT);
  }
}
