// The errands that the worker runs for the page, and what it keeps of a reporter meanwhile; it stores nothing.

import { checkText, composeAnswer, composeReport, reporterKeys, type ReporterKeys } from "./cases/compose.ts";
import { Case, type Received, review, textOf } from "./cases/review.ts";
import type { Courier } from "./courier.ts";
import { Delivery, type Step, type Write } from "./delivery.ts";
import { FormatError, NetworkError, ReceiptError, RefusedError, UnsupportedError } from "./errors.ts";
import type { Asks, Name, ShownRecipient, ShownThread } from "./protocol.ts";
import { Receipt } from "./receipt.ts";
import type { Recipient } from "./roster/roster.ts";
import { findContentKey, openMessage } from "./sealing/messages.ts";
import { recipientsCapability } from "./sealing/stream.ts";
import { Trust } from "./trust.ts";
import { type Bytes, equal } from "./wire/bytes.ts";
import { checkEnvelopeSize } from "./wire/envelope.ts";
import { append, type Item, openCase } from "./wire/exchange.ts";
import { LARGEST_CLASS } from "./wire/head.ts";
import { KINDS } from "./wire/kinds.ts";

/** The thread that was looked at last, with the keys that write in it. */
interface Thread {
  readonly receipt: Receipt;
  readonly keys: ReporterKeys;
  readonly capability: Bytes;
  readonly case: Case;
}

type Errands = {
  readonly [N in Name]: (ask: Asks[N]["ask"], step: Step) => Asks[N]["answer"] | Promise<Asks[N]["answer"]>;
};

/** One reporter at a time, at one server. */
export class Reporting implements Errands {
  readonly #courier: Courier;
  readonly #now: () => Date;
  #delivery: Delivery;
  #trust: Trust | null = null;
  #thread: Thread | null = null;

  constructor(courier: Courier, now: () => Date) {
    this.#courier = courier;
    this.#now = now;
    this.#delivery = new Delivery(courier);
  }

  async trust({ fragment }: Asks["trust"]["ask"], step: Step): Promise<Asks["trust"]["answer"]> {
    this.#trust = null;
    step("fetching");
    const trust = await Trust.establish(this.#courier, this.#now, fragment);
    this.#trust = trust;
    const { words, pinned, roster } = trust;
    const recipients = roster.receiving(trust.today()).map(shown);
    return { organisation: roster.policy.organisation, words, pinned, recipients };
  }

  draw(): Asks["draw"]["answer"] {
    return { receipt: Receipt.draw().written() };
  }

  check({ typed }: Asks["check"]["ask"]): Asks["check"]["answer"] {
    return { receipt: Receipt.parse(typed).written() };
  }

  async report(ask: Asks["report"]["ask"], step: Step): Promise<Asks["report"]["answer"]> {
    const receipt = Receipt.parse(ask.receipt);
    const text = checkText(ask.text);
    const about = JSON.stringify([receipt.symbols, text, ask.chosen]);
    const keys = await reporterKeys(receipt);
    const write: Write = async ({ addressees, day }) => {
      const composed = await composeReport(keys, text, addressees, ask.chosen, day);
      const recipients = await recipientsCapability(composed.sealed.contentKey);
      return { ...composed, ...openCase(recipients, await receipt.capability()) };
    };
    const { day } = await this.#delivery.deliver(about, this.#trusted(), write, step);
    return { day };
  }

  async look({ receipt: typed }: Asks["look"]["ask"], step: Step): Promise<ShownThread> {
    this.#thread = null;
    const receipt = Receipt.parse(typed);
    const trust = this.#trusted();
    step("fetching");
    const keys = await reporterKeys(receipt);
    const capability = await receipt.capability();
    const items = await this.#courier.channel(capability);
    const people = await trust.people();
    const received: Received[] = [];
    for (const item of items) {
      received.push({ day: item.day, opened: await this.#open(item, keys, capability) });
    }
    const [found, alarms] = review(received, people, keys.signer.public);
    if (!found) return { messages: [], alarms, opened: false, readers: [] };
    this.#thread = { receipt, keys, capability, case: found };
    const { pending } = this.#delivery;
    // It did arrive: the same words once more are a new message.
    if (pending && found.said.some(({ message }) => equal(message.id, pending.sealed.id))) this.#delivery.drop();
    return {
      messages: found.said.map(({ message, day, author }) => ({
        kind: message.head.kind,
        known: KINDS.has(message.head.kind),
        author: author && { name: author.name, role: author.role },
        day,
        text: textOf(message),
      })),
      alarms,
      opened: found.said.some(({ author }) => author !== null),
      readers: trust.roster.receiving(trust.today()).filter(({ identity }) => found.readers.has(identity)).map(shown),
    };
  }

  async answer({ text: typed }: Asks["answer"]["ask"], step: Step): Promise<Asks["answer"]["answer"]> {
    const thread = this.#thread;
    if (!thread) throw new ReceiptError();
    const text = checkText(typed);
    const about = JSON.stringify([thread.receipt.symbols, text]);
    const write: Write = async ({ addressees, day }) => {
      const composed = await composeAnswer(thread.keys, thread.case, text, addressees, day);
      return { ...composed, ...append(thread.capability) };
    };
    const { message, day } = await this.#delivery.deliver(about, this.#trusted(), write, step);
    // The next answer names this one in `seen`, also when the thread was not fetched again meanwhile.
    const said = [...thread.case.said, { message, day, author: null }];
    this.#thread = { ...thread, case: new Case(thread.case.report, said) };
    return { day };
  }

  #trusted(): Trust {
    // Without a chain that counts nothing is sent, whatever the page asks for.
    if (!this.#trust) throw new NetworkError();
    return this.#trust;
  }

  async #open(item: Item, { pair }: ReporterKeys, capability: Bytes): Promise<Received["opened"]> {
    try {
      const contentKey = await findContentKey(item.header, pair);
      if (checkEnvelopeSize(item.header, item.size) > LARGEST_CLASS) throw new UnsupportedError();
      return await openMessage(await this.#courier.whole(capability, item), contentKey);
    } catch (error) {
      if (error instanceof UnsupportedError) return "unsupported";
      if (error instanceof FormatError || error instanceof RefusedError) return "spoilt";
      throw error;
    }
  }
}

function shown({ identity, name, role }: Recipient): ShownRecipient {
  return { identity, name, role };
}
