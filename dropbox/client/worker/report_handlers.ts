// The handlers of the page's calls, and one reporter's state in memory. They must store nothing.

import type { Courier } from "../net/courier.ts";
import { Delivery, type Write } from "./delivery.ts";
import type { Asker, Wait } from "../net/retry.ts";
import { InputError, MeldbusError } from "../shared/errors.ts";
import { inspect } from "../photos/inspect.ts";
import type { Calls, ChosenFile, Name, Word } from "../shared/protocol.ts";
import { Receipt } from "../receipt.ts";
import { Attachment } from "../sealing/files.ts";
import { writersCapability } from "../sealing/stream.ts";
import { Days, shownFreshness, shownRoute, type Today } from "./basis.ts";
import type { Trusting } from "./trust_handlers.ts";
import { type JsonObject, repair } from "../wire/canonical.ts";
import { contentSize } from "../wire/files.ts";
import { Identity } from "../wire/messages/reporter.ts";
import { kindOf } from "../wire/messages/table.ts";
import { Answer } from "../wire/messages/thread.ts";
import { openMailbox } from "../wire/posting.ts";
import { checkText, checkTold, composeReport, nameOf, reporterKeys, said, type Said } from "./composing.ts";
import { Conversation } from "./conversation.ts";
import { Reachable } from "./reachable.ts";
import { MAX_FILES } from "../shared/limits.ts";

/** The calls that need this script: all except those that a page makes without it. */
export type ReportCall = Exclude<Name, "cancel" | "trust">;

export type ReportHandlers = {
  readonly [N in ReportCall]: (params: Calls[N]["params"], asker: Asker) => Calls[N]["result"] | Promise<Calls[N]["result"]>;
};

/** The state of one reporter at one server. */
export class Reporting implements ReportHandlers {
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

  async freshness(_: Calls["freshness"]["params"], asker: Asker): Promise<Calls["freshness"]["result"]> {
    return shownFreshness(await this.#today(asker), this.#trusting.current.ownDay());
  }

  async route(ask: Calls["route"]["params"], asker: Asker): Promise<Calls["route"]["result"]> {
    const today = await this.#today(asker);
    this.#reachable.note(today);
    return shownRoute(today, this.#trusting.current.ownDay(), ask);
  }

  draw(): Calls["draw"]["result"] {
    return { receipt: Receipt.draw().written() };
  }

  check({ typed }: Calls["check"]["params"]): Calls["check"]["result"] {
    return { receipt: Receipt.parse(typed).written() };
  }

  async report(ask: Calls["report"]["params"], asker: Asker): Promise<Calls["report"]["result"]> {
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
      // The report is stored: the rest can be added in the conversation.
      if (!(error instanceof MeldbusError)) throw error;
      return { ...sent, named: false };
    }
    return sent;
  }

  async look({ receipt }: Calls["look"]["params"], { step }: Asker): Promise<Calls["look"]["result"]> {
    const parsed = Receipt.parse(receipt);
    step("fetching");
    return this.#conversation.look(parsed);
  }

  async answer({ text: typed, files }: Calls["answer"]["params"], asker: Asker): Promise<Calls["answer"]["result"]> {
    const text = checkText(typed);
    const attachments = await this.#attach(files, asker);
    return { day: await this.#conversation.say(said(Answer, { text }), asker, attachments) };
  }

  async say({ word }: Calls["say"]["params"], asker: Asker): Promise<Calls["say"]["result"]> {
    if (word.kind !== "consent") return { day: await this.#conversation.say(wordOf(word), asker) };
    const { answer, people, request } = word;
    return { day: await this.#conversation.consent(answer, people, request, asker) };
  }

  async share(_: Calls["share"]["params"], asker: Asker): Promise<Calls["share"]["result"]> {
    return { shared: await this.#conversation.share(asker) };
  }

  async leave(): Promise<Calls["leave"]["result"]> {
    await this.#conversation.leave();
    return {};
  }

  async prove(): Promise<Calls["prove"]["result"]> {
    return { blob: await this.#conversation.prove() };
  }

  inspect({ file, name }: Calls["inspect"]["params"]): Promise<Calls["inspect"]["result"]> {
    return inspect(file, name);
  }

  async fetch({ message, file }: Calls["fetch"]["params"], asker: Asker): Promise<Calls["fetch"]["result"]> {
    return { blob: await this.#conversation.fetch(message, file, this.#wait, asker) };
  }

  /** Fetch the basis for sealing, and note that the page shows its day. */
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

/** Return a message with its body parsed by its kind, and text that can be sealed. */
function wordOf({ kind: name, ...members }: Word): Said {
  const texts = Object.entries(members).map(([member, value]) => [member, typeof value === "string" ? repair(value) : value]);
  const kind = kindOf(name);
  return said(kind, kind.parse(Object.fromEntries(texts) as JsonObject));
}
