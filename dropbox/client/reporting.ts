// The errands that the worker runs for the page, and what it keeps of a reporter meanwhile; it stores nothing.

import type { Courier } from "./courier.ts";
import { type Asker, Delivery, type Wait, type Write } from "./delivery.ts";
import { InputError, MeldbusError } from "./errors.ts";
import { inspect } from "./photos/inspect.ts";
import type { Asks, ChosenFile, Name, Word } from "./protocol.ts";
import { Receipt } from "./receipt.ts";
import { Attachment } from "./sealing/files.ts";
import { writersCapability } from "./sealing/stream.ts";
import { Days, shownFreshness, shownRoute, type Today } from "./today.ts";
import type { Trusting } from "./trusting.ts";
import { type JsonObject, repair } from "./wire/canonical.ts";
import { contentSize, MAX_FILES } from "./wire/files.ts";
import { Identity } from "./wire/messages/reporter.ts";
import { kindOf } from "./wire/messages/table.ts";
import { Answer } from "./wire/messages/thread.ts";
import { openMailbox } from "./wire/posting.ts";
import { checkText, checkTold, composeReport, nameOf, reporterKeys, said, type Said } from "./worker/composing.ts";
import { Conversation } from "./worker/conversation.ts";
import { Reachable } from "./worker/reachable.ts";

/** Everything that the page asks for, but to leave, and what comes before anything is written. */
type Errand = Exclude<Name, "cancel" | keyof Trusting>;

type Errands = {
  readonly [N in Errand]: (ask: Asks[N]["ask"], asker: Asker) => Asks[N]["answer"] | Promise<Asks[N]["answer"]>;
};

/** One reporter at a time, at one server. */
export class Reporting implements Errands {
  readonly #courier: Courier;
  readonly #trusting: Trusting;
  readonly #wait: Wait;
  readonly #days = new Days();
  readonly #delivery: Delivery;
  readonly #reachable = new Reachable();
  readonly #conversation: Conversation;

  constructor(courier: Courier, trusting: Trusting, wait: Wait) {
    this.#courier = courier;
    this.#trusting = trusting;
    this.#wait = wait;
    this.#delivery = new Delivery(courier, this.#days, wait);
    this.#conversation = new Conversation(courier, trusting, this.#days, this.#delivery, this.#reachable);
  }

  async freshness(_: Asks["freshness"]["ask"], asker: Asker): Promise<Asks["freshness"]["answer"]> {
    return shownFreshness(await this.#today(asker), this.#trusting.current.ownDay());
  }

  async route(ask: Asks["route"]["ask"], asker: Asker): Promise<Asks["route"]["answer"]> {
    const today = await this.#today(asker);
    this.#reachable.note(today);
    return shownRoute(today, this.#trusting.current.ownDay(), ask);
  }

  draw(): Asks["draw"]["answer"] {
    return { receipt: Receipt.draw().written() };
  }

  check({ typed }: Asks["check"]["ask"]): Asks["check"]["answer"] {
    return { receipt: Receipt.parse(typed).written() };
  }

  async report(ask: Asks["report"]["ask"], asker: Asker): Promise<Asks["report"]["answer"]> {
    const receipt = Receipt.parse(ask.receipt);
    const told = checkTold(ask.told);
    const attachments = await this.#attach(ask.files, asker);
    const about = JSON.stringify([receipt.symbols, told, ask.chosen, attachments.map(nameOf)]);
    const keys = await reporterKeys(receipt);
    const capability = await receipt.capability();
    const write: Write = async ({ addressees }) => {
      const composed = await composeReport(keys, capability, told, addressees, ask.chosen, attachments);
      this.#reachable.check(composed.message);
      return { ...composed, ...openMailbox(await writersCapability(composed.sealed.contentKey), capability) };
    };
    const patient = attachments.length > 0;
    const stored = await this.#delivery.deliver(about, this.#trusting.current, write, asker, patient);
    const identity = repair(ask.identity);
    const sent = { day: stored.day, named: true, file: this.#courier.file() };
    if (identity.trim() === "") return sent;
    await this.#conversation.begin(receipt, keys, stored);
    try {
      await this.#conversation.say(said(Identity, { text: checkText(identity) }), asker);
    } catch (error) {
      // The report is there: what is missing can be said in the conversation.
      if (!(error instanceof MeldbusError)) throw error;
      return { ...sent, named: false };
    }
    return sent;
  }

  async look({ receipt }: Asks["look"]["ask"], { step }: Asker): Promise<Asks["look"]["answer"]> {
    const parsed = Receipt.parse(receipt);
    step("fetching");
    return this.#conversation.look(parsed);
  }

  async answer({ text: typed, files }: Asks["answer"]["ask"], asker: Asker): Promise<Asks["answer"]["answer"]> {
    const text = checkText(typed);
    const attachments = await this.#attach(files, asker);
    return { day: await this.#conversation.say(said(Answer, { text }), asker, attachments) };
  }

  async say({ word }: Asks["say"]["ask"], asker: Asker): Promise<Asks["say"]["answer"]> {
    if (word.kind !== "consent") return { day: await this.#conversation.say(wordOf(word), asker) };
    const { answer, people, request } = word;
    return { day: await this.#conversation.consent(answer, people, request, asker) };
  }

  async share(_: Asks["share"]["ask"], asker: Asker): Promise<Asks["share"]["answer"]> {
    return { shared: await this.#conversation.share(asker) };
  }

  async leave(): Promise<Asks["leave"]["answer"]> {
    await this.#conversation.leave();
    return {};
  }

  async prove(): Promise<Asks["prove"]["answer"]> {
    return { blob: await this.#conversation.prove() };
  }

  inspect({ file, name }: Asks["inspect"]["ask"]): Promise<Asks["inspect"]["answer"]> {
    return inspect(file, name);
  }

  async fetch({ message, file }: Asks["fetch"]["ask"], asker: Asker): Promise<Asks["fetch"]["answer"]> {
    return { blob: await this.#conversation.fetch(message, file, this.#wait, asker) };
  }

  /** Fetch what is sealed by today, and note that the page tells of its day. */
  async #today({ step }: Asker): Promise<Today> {
    const trust = this.#trusting.current;
    step("fetching");
    const today = await this.#days.look(trust);
    today.addressees.checkAnybody();
    this.#days.tell(today);
    return today;
  }

  /** Read the chosen files for the first time. */
  async #attach(files: readonly ChosenFile[], { progress, left }: Asker): Promise<readonly Attachment[]> {
    const total = contentSize(files.map(({ blob }) => blob));
    if (files.length > MAX_FILES) throw new InputError("too-many");
    if (total > this.#trusting.current.roster.policy.fileBytes) throw new InputError("too-large");
    const attachments: Attachment[] = [];
    let done = 0;
    const read = (bytes: number): void => {
      left.throwIfAborted();
      done += bytes;
      progress({ phase: "reading", done, total });
    };
    for (const { blob, name, type } of files) {
      attachments.push(await Attachment.read(blob, repair(name), repair(type), read));
    }
    return attachments;
  }
}

/** Return a word as its kind reads it, with text that can be sealed. */
function wordOf({ kind: name, ...members }: Word): Said {
  const texts = Object.entries(members).map(([member, value]) => [member, typeof value === "string" ? repair(value) : value]);
  const kind = kindOf(name);
  return said(kind, kind.parse(Object.fromEntries(texts) as JsonObject));
}
