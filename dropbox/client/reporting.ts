// The errands that the worker runs for the page, and what it keeps of a reporter meanwhile; it stores nothing.

import {
  checkText,
  checkTold,
  composeReport,
  composeShare,
  composeWord,
  reporterKeys,
  type ReporterKeys,
} from "./cases/compose.ts";
import { Case, type Received, review } from "./cases/review.ts";
import { encodeProof } from "./cases/proof.ts";
import type { Courier } from "./courier.ts";
import { type Asker, Delivery, type Wait, type Write } from "./delivery.ts";
import {
  FormatError,
  InputError,
  MalformedError,
  MeldbusError,
  ReceiptError,
  RefusedError,
  UnsupportedError,
} from "./errors.ts";
import { evidence, wholeHistory } from "./earlier.ts";
import { fetchFile, type Front, openFront } from "./fetching.ts";
import { inspect } from "./photos/inspect.ts";
import type { Asks, ChosenFile, Name, ShownThread } from "./protocol.ts";
import { Receipt } from "./receipt.ts";
import type { RosterHistory } from "./roster/history.ts";
import { People } from "./roster/people.ts";
import { Attachment } from "./sealing/files.ts";
import { recipientsCapability } from "./sealing/stream.ts";
import { shownThread } from "./showing.ts";
import { Days, shownFreshness, shownRoute } from "./today.ts";
import type { Trusting } from "./trusting.ts";
import { Acknowledgement, Answer, type Body, Identity, type Kind } from "./wire/bodies.ts";
import { type Bytes, equal, random } from "./wire/bytes.ts";
import { b64, type JsonObject, repair } from "./wire/canonical.ts";
import { append, openCase } from "./wire/exchange.ts";
import { contentSize, MAX_FILES } from "./wire/files.ts";
import { KINDS } from "./wire/kinds.ts";
import { KEY_SIZE } from "./wire/sizes.ts";

/** The thread that was looked at last, with the keys that write in it. */
interface Thread {
  readonly receipt: Receipt;
  readonly keys: ReporterKeys;
  readonly capability: Bytes;
  readonly case: Case;
  /** What the files of a message are fetched by, by its id (b64). */
  readonly fronts: ReadonlyMap<string, Front>;
}

/** What an envelope is that does not open. */
type Spoilt = Extract<Received["opened"], string>;

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
  #thread: Thread | null = null;
  #known: { readonly history: RosterHistory; readonly people: People } | null = null;

  constructor(courier: Courier, trusting: Trusting, wait: Wait) {
    this.#courier = courier;
    this.#trusting = trusting;
    this.#wait = wait;
    this.#delivery = new Delivery(courier, this.#days, wait);
  }

  async freshness(_: Asks["freshness"]["ask"], { step }: Asker): Promise<Asks["freshness"]["answer"]> {
    const trust = this.#trusting.current;
    step("fetching");
    return shownFreshness(await this.#days.look(trust), trust.ownDay());
  }

  async route(ask: Asks["route"]["ask"], { step }: Asker): Promise<Asks["route"]["answer"]> {
    const trust = this.#trusting.current;
    step("fetching");
    return shownRoute(await this.#days.look(trust), trust.ownDay(), ask);
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
    const write: Write = async ({ addressees, day }) => {
      const composed = await composeReport(keys, told, addressees, ask.chosen, day, attachments);
      const recipients = await recipientsCapability(composed.sealed.contentKey);
      return { ...composed, ...openCase(recipients, await receipt.capability()) };
    };
    const patient = attachments.length > 0;
    const { message, day } = await this.#delivery.deliver(about, this.#trusting.current, write, asker, patient);
    const identity = repair(ask.identity);
    const file = this.#courier.file();
    if (identity.trim() === "") return { day, named: true, file };
    const capability = await receipt.capability();
    const people = new People(this.#trusting.current.history.rosters);
    const sent = new Case(message, [{ message, day, author: null }], people);
    this.#thread = { receipt, keys, capability, case: sent, fronts: new Map() };
    try {
      await this.#say(new Identity(checkText(identity)), asker);
    } catch (error) {
      // The report is there: what is missing can be said in the talk.
      if (!(error instanceof MeldbusError)) throw error;
      return { day, named: false, file };
    }
    return { day, named: true, file };
  }

  async look({ receipt: typed }: Asks["look"]["ask"], { step }: Asker): Promise<ShownThread> {
    this.#thread = null;
    const receipt = Receipt.parse(typed);
    const trust = this.#trusting.current;
    step("fetching");
    const keys = await reporterKeys(receipt);
    const capability = await receipt.capability();
    const items = await this.#courier.channel(capability);
    const people = await this.#everyone(trust.history);
    const received: Received[] = [];
    const fronts = new Map<string, Front>();
    for (const item of items) {
      const front = await this.#open({ capability, item }, keys);
      received.push({ day: item.day, opened: typeof front === "string" ? front : front.message });
      if (typeof front !== "string" && front.message.head.files.length > 0) fronts.set(b64(front.message.id), front);
    }
    const [found, alarms] = review(received, people, keys.signer.public);
    if (!found) return shownThread(null, alarms, trust.roster, trust.today());
    this.#thread = { receipt, keys, capability, case: found, fronts };
    const { pending } = this.#delivery;
    // It did arrive: the same words once more are a new message.
    if (pending && found.said.some(({ message }) => equal(message.id, pending.sealed.id))) this.#delivery.drop();
    return shownThread(found, alarms, trust.roster, trust.today());
  }

  async answer({ text: typed, files }: Asks["answer"]["ask"], asker: Asker): Promise<Asks["answer"]["answer"]> {
    const text = checkText(typed);
    const attachments = await this.#attach(files, asker);
    return this.#say(new Answer(text), asker, attachments);
  }

  say({ word: { kind, ...members } }: Asks["say"]["ask"], asker: Asker): Promise<Asks["say"]["answer"]> {
    const texts = Object.entries(members).map(([name, member]) => [name, typeof member === "string" ? repair(member) : member]);
    const known = KINDS.get(kind);
    if (!known) throw new MalformedError();
    return this.#say(known.parse(Object.fromEntries(texts) as JsonObject), asker);
  }

  async share({ people }: Asks["share"]["ask"], asker: Asker): Promise<Asks["share"]["answer"]> {
    const thread = this.#looked();
    const about = JSON.stringify([thread.receipt.symbols, "share", people]);
    const write: Write = async ({ addressees, day }) => {
      const composed = await composeShare(thread.keys, thread.case, people, addressees, day);
      // An entry of its own: nobody else has a capability of its channel.
      const recipients = await recipientsCapability(composed.sealed.contentKey);
      return { ...composed, ...openCase(recipients, random(KEY_SIZE)) };
    };
    const { day } = await this.#delivery.deliver(about, this.#trusting.current, write, asker, false);
    return { day };
  }

  async leave(): Promise<Asks["leave"]["answer"]> {
    const { capability, case: { report } } = this.#looked();
    await this.#courier.leave(capability, await recipientsCapability(report.contentKey));
    this.#thread = null;
    return {};
  }

  async prove(): Promise<Asks["prove"]["answer"]> {
    const { said } = this.#looked().case;
    const found = said.find(({ message }) => message.head.kind === Acknowledgement.KIND);
    if (!found) throw new MalformedError();
    const { roots, roster } = await evidence(this.#courier, this.#trusting.current.history, found.message.head.roster);
    return { blob: new Blob([encodeProof(found.message, roots, roster)]) };
  }

  inspect({ file, name }: Asks["inspect"]["ask"]): Promise<Asks["inspect"]["answer"]> {
    return inspect(file, name);
  }

  async fetch({ message, file }: Asks["fetch"]["ask"], asker: Asker): Promise<Asks["fetch"]["answer"]> {
    const thread = this.#looked();
    const said = thread.case.said[message];
    const front = said && thread.fronts.get(b64(said.message.id));
    if (!front) throw new MalformedError();
    return { blob: await fetchFile(this.#courier, front, file, this.#wait, asker) };
  }

  async #say(
    body: Body,
    asker: Asker,
    attachments: readonly Attachment[] = [],
  ): Promise<{ readonly day: number }> {
    const thread = this.#looked();
    const said = (body.constructor as unknown as Kind).KIND;
    const about = JSON.stringify([thread.receipt.symbols, said, body.members(), attachments.map(nameOf)]);
    const write: Write = async ({ addressees, day }) => {
      const composed = await composeWord(thread.keys, thread.case, body, addressees, day, attachments);
      return { ...composed, ...append(thread.capability) };
    };
    const patient = attachments.length > 0;
    const { message, day } = await this.#delivery.deliver(about, this.#trusting.current, write, asker, patient);
    // The next word names this one in `seen`, also when the thread was not fetched again meanwhile.
    const all = [...thread.case.said, { message, day, author: null }];
    this.#thread = { ...thread, case: new Case(thread.case.report, all, thread.case.people) };
    return { day };
  }

  /** Return everyone on every roster; the earlier ones are fetched once. */
  async #everyone(history: RosterHistory): Promise<People> {
    if (this.#known?.history !== history) {
      this.#known = { history, people: new People((await wholeHistory(this.#courier, history)).rosters) };
    }
    return this.#known.people;
  }

  #looked(): Thread {
    if (!this.#thread) throw new ReceiptError();
    return this.#thread;
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

  async #open(place: Pick<Front, "capability" | "item">, { pair }: ReporterKeys): Promise<Front | Spoilt> {
    try {
      return await openFront(this.#courier, place, pair);
    } catch (error) {
      if (error instanceof UnsupportedError) return "unsupported";
      if (error instanceof FormatError || error instanceof RefusedError) return "spoilt";
      throw error;
    }
  }
}

/** What makes a file another one. */
function nameOf({ file: { name, type, size, digest } }: Attachment): readonly [string, string, number, string] {
  return [name, type, size, b64(digest)];
}
