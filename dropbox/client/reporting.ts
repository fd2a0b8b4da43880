// The errands that the worker runs for the page, and what it keeps of a reporter meanwhile; it stores nothing.

import { type Case, caseOf } from "./cases/case.ts";
import { type PlacedMessage, unposted } from "./cases/place.ts";
import { encodeProof } from "./cases/proof.ts";
import { Rosters } from "./cases/rosters.ts";
import { owed } from "./cases/sharing.ts";
import { counts, isShown } from "./cases/thread.ts";
import type { Courier } from "./courier.ts";
import { type Asker, Delivery, type Wait, type Write } from "./delivery.ts";
import { AloneError, InputError, MalformedError, MeldbusError, ReceiptError, TrustError } from "./errors.ts";
import { evidence, wholeHistory } from "./earlier.ts";
import { inspect } from "./photos/inspect.ts";
import type { Asks, ChosenFile, Name, ShownThread, Word } from "./protocol.ts";
import { Receipt } from "./receipt.ts";
import type { RosterHistory } from "./roster/history.ts";
import { People } from "./roster/people.ts";
import type { OpenedMessage } from "./sealing/envelopes.ts";
import { Attachment } from "./sealing/files.ts";
import { writersCapability } from "./sealing/stream.ts";
import { Days, shownFreshness, shownRoute } from "./today.ts";
import type { Trusting } from "./trusting.ts";
import type { Bytes } from "./wire/bytes.ts";
import { b64, encode, type JsonObject, repair } from "./wire/canonical.ts";
import { append, openMailbox } from "./wire/posting.ts";
import { contentSize, MAX_FILES } from "./wire/files.ts";
import { Consent, Identity, YES } from "./wire/messages/reporter.ts";
import { kindOf } from "./wire/messages/table.ts";
import { Acknowledgement, Answer } from "./wire/messages/thread.ts";
import {
  checkText,
  checkTold,
  composeReport,
  composeShare,
  composeWord,
  consentOf,
  type ReporterKeys,
  reporterKeys,
  said,
  type Said,
} from "./worker/composing.ts";
import { fetchFile } from "./worker/fetching.ts";
import { type Mailbox, type MailboxOwner, partsOf, readMailbox } from "./worker/mailbox_reader.ts";
import { archivesOf, givenIn } from "./worker/shares.ts";
import { shownThread } from "./worker/view_model.ts";

/** The thread that was looked at last, with the keys that write in it and what was written since. */
interface Thread {
  readonly receipt: Receipt;
  readonly keys: ReporterKeys;
  readonly capability: Bytes;
  readonly report: OpenedMessage;
  readonly placed: readonly PlacedMessage[];
  readonly rosters: Rosters;
  readonly screen: ReadonlySet<string>;
  readonly mailbox: Mailbox;
  readonly given: Map<string, Set<string>>;
}

/** Everybody on every roster. */
interface Known {
  readonly history: RosterHistory;
  readonly people: People;
  readonly rosters: Rosters;
}

/** Everything that the page asks for, but to leave, and what comes before anything is written. */
type Errand = Exclude<Name, "cancel" | keyof Trusting>;

type Errands = {
  readonly [N in Errand]: (ask: Asks[N]["ask"], asker: Asker) => Asks[N]["answer"] | Promise<Asks[N]["answer"]>;
};

const NO_MAILBOX: Mailbox = { report: null, thread: new Map(), shares: [], spoilt: [], isWhole: true };

/** One reporter at a time, at one server. */
export class Reporting implements Errands {
  readonly #courier: Courier;
  readonly #trusting: Trusting;
  readonly #wait: Wait;
  readonly #days = new Days();
  readonly #delivery: Delivery;
  #thread: Thread | null = null;
  #known: Known | null = null;
  /** The persons who can be sealed to, as the page was told last. */
  #told: ReadonlySet<string> = new Set();
  /** Whether the server's day could be right at the last look. */
  #agrees = false;

  constructor(courier: Courier, trusting: Trusting, wait: Wait) {
    this.#courier = courier;
    this.#trusting = trusting;
    this.#wait = wait;
    this.#delivery = new Delivery(courier, this.#days, wait);
  }

  async freshness(_: Asks["freshness"]["ask"], { step }: Asker): Promise<Asks["freshness"]["answer"]> {
    const trust = this.#trusting.current;
    step("fetching");
    const today = await this.#days.look(trust);
    today.addressees.checkAnybody();
    this.#days.tell(today);
    return shownFreshness(today, trust.ownDay());
  }

  async route(ask: Asks["route"]["ask"], { step }: Asker): Promise<Asks["route"]["answer"]> {
    const trust = this.#trusting.current;
    step("fetching");
    const today = await this.#days.look(trust);
    today.addressees.checkAnybody();
    this.#days.tell(today);
    this.#told = new Set(today.addressees.bundles.keys());
    return shownRoute(today, trust.ownDay(), ask);
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
      this.#checkTold(composed.message);
      return { ...composed, ...openMailbox(await writersCapability(composed.sealed.contentKey), capability) };
    };
    const patient = attachments.length > 0;
    const trust = this.#trusting.current;
    const { message, day } = await this.#delivery.deliver(about, trust, write, asker, patient);
    const identity = repair(ask.identity);
    const file = this.#courier.file();
    if (identity.trim() === "") return { day, named: true, file };
    const placed = [{ id: b64(message.id), head: message.head, place: unposted(0), day }];
    const screen = new Set(placed.map(({ id }) => id));
    const rosters = Rosters.of(trust.history.rosters);
    const thread = { receipt, keys, capability, report: message, placed, rosters, screen };
    this.#thread = { ...thread, mailbox: NO_MAILBOX, given: new Map() };
    try {
      await this.#say(said(Identity, { text: checkText(identity) }), asker);
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
    const owner = await ownerOf(receipt, keys);
    const mailbox = await readMailbox(this.#courier, owner);
    const reachable = await this.#reachable();
    const { people, rosters } = await this.#everyone(trust.history);
    const placed = placedIn(mailbox);
    const found = mailbox.report && caseOf(placed, rosters, trust.today());
    const scene = { roster: trust.roster, rosters, people, reachable, today: trust.today() };
    if (mailbox.report && found) {
      const given = await givenIn(this.#courier, owner, mailbox);
      const screen = new Set(found.messages.filter(isShown).map(({ id }) => id));
      const thread = { receipt, keys, capability: owner.capability, report: mailbox.report.message };
      this.#thread = { ...thread, placed, rosters, screen, mailbox, given };
      const { pending } = this.#delivery;
      // It did arrive: the same words once more are a new message.
      if (pending && mailbox.thread.has(b64(pending.sealed.id))) this.#delivery.drop();
    }
    return shownThread(found, mailbox, scene);
  }

  async answer({ text: typed, files }: Asks["answer"]["ask"], asker: Asker): Promise<Asks["answer"]["answer"]> {
    const text = checkText(typed);
    const attachments = await this.#attach(files, asker);
    return this.#say(said(Answer, { text }), asker, attachments);
  }

  async say({ word }: Asks["say"]["ask"], asker: Asker): Promise<Asks["say"]["answer"]> {
    if (word.kind !== "consent") return this.#say(parsed(word), asker);
    const { answer, people, request } = word;
    const thread = this.#looked();
    const body = consentOf(this.#case(thread), answer, people, request);
    const sent = await this.#say(said(Consent, body), asker);
    // SPEC 12.4: all of it, whatever they were sealed before. Where it fails, the next visit gives what they lack.
    if (answer === YES) await this.#giveAll(people, asker).catch(ignored);
    return sent;
  }

  async share(_: Asks["share"]["ask"], asker: Asker): Promise<Asks["share"]["answer"]> {
    const thread = this.#looked();
    // The person hears that a day cannot be right when they send something, not here.
    if (!this.#agrees) return { shared: 0 };
    const listed = thread.rosters.personsOn(this.#trusting.current.today()) ?? [];
    let shared = 0;
    for (const [person, ids] of owed(this.#case(thread), listed, thread.given)) {
      if (!this.#told.has(person)) continue;
      await this.#give(person, ids, asker);
      shared++;
    }
    return { shared };
  }

  async leave(): Promise<Asks["leave"]["answer"]> {
    const { capability, report } = this.#looked();
    await this.#courier.leave(capability, await writersCapability(report.contentKey));
    this.#thread = null;
    return {};
  }

  async prove(): Promise<Asks["prove"]["answer"]> {
    const thread = this.#looked();
    const found = this.#case(thread).messages.find((one) => one.head.kind === Acknowledgement.KIND && counts(one));
    const confirmed = found && thread.mailbox.thread.get(found.id);
    if (!confirmed) throw new MalformedError();
    const { message } = confirmed;
    const { roots, roster } = await evidence(this.#courier, this.#trusting.current.history, message.head.roster);
    return { blob: new Blob([encodeProof(message, roots, roster)]) };
  }

  inspect({ file, name }: Asks["inspect"]["ask"]): Promise<Asks["inspect"]["answer"]> {
    return inspect(file, name);
  }

  async fetch({ message, file }: Asks["fetch"]["ask"], asker: Asker): Promise<Asks["fetch"]["answer"]> {
    const { mailbox, receipt, keys } = this.#looked();
    const found = mailbox.thread.get(message);
    if (!found) throw new MalformedError();
    const parts = partsOf(this.#courier, await ownerOf(receipt, keys), found.entry);
    return { blob: await fetchFile(found, file, parts, this.#wait, asker) };
  }

  async #say(word: Said, asker: Asker, attachments: readonly Attachment[] = []): Promise<{ readonly day: number }> {
    const thread = this.#looked();
    const members = new TextDecoder().decode(encode(word.kind.members(word.body)));
    const about = JSON.stringify([thread.receipt.symbols, word.kind.KIND, members, attachments.map(nameOf)]);
    const write: Write = async ({ addressees }) => {
      const composed = await composeWord(thread.keys, thread, word, addressees, attachments);
      this.#checkTold(composed.message);
      return { ...composed, ...append(thread.capability) };
    };
    const patient = attachments.length > 0;
    const { message, day } = await this.#delivery.deliver(about, this.#trusting.current, write, asker, patient);
    // The next word names this one in `seen`, also when the thread was not fetched again meanwhile.
    const place = unposted(thread.placed.length);
    this.#thread = { ...thread, placed: [...thread.placed, { id: b64(message.id), head: message.head, place, day }] };
    return { day };
  }

  /** Give people whom a "yes" has let in all of the thread. */
  async #giveAll(people: readonly string[], asker: Asker): Promise<void> {
    const { receipt } = this.#looked();
    await this.look({ receipt: receipt.written() }, asker); // only what stands in the mailbox is shared: the "yes" too
    const found = this.#case(this.#looked());
    for (const person of people) {
      const isLetIn = found.readers.has(person) && this.#told.has(person);
      if (isLetIn) await this.#give(person, found.messages.map(({ id }) => id), asker);
    }
  }

  /** Post a share of these messages to one person; what is not in the mailbox yet waits for the next visit. */
  async #give(person: string, ids: readonly string[], asker: Asker): Promise<void> {
    const thread = this.#looked();
    for (const archive of await archivesOf(this.#case(thread), ids, thread.mailbox)) {
      const about = JSON.stringify([thread.receipt.symbols, "share", person, nameOf(archive)]);
      const write: Write = async ({ addressees }) => {
        const composed = await composeShare(thread.keys, thread.report, person, archive, addressees);
        return { ...composed, ...append(thread.capability) };
      };
      await this.#delivery.deliver(about, this.#trusting.current, write, asker, false);
    }
    thread.given.set(person, new Set([...(thread.given.get(person) ?? []), ...ids]));
  }

  /** Throw AloneError, once, where only one reader can be sealed to and the page knew of more. */
  #checkTold({ head: { to, missing } }: OpenedMessage): void {
    const unreachable = missing.map(b64);
    if (to.length > 1 || !unreachable.some((person) => this.#told.has(person))) return;
    this.#told = new Set([...this.#told].filter((person) => !unreachable.includes(person)));
    throw new AloneError(unreachable);
  }

  /** Return who can be sealed to now; nobody where the server shows nothing that counts: reading goes on. */
  async #reachable(): Promise<ReadonlySet<string>> {
    this.#agrees = false;
    this.#told = new Set();
    try {
      const { addressees, agrees } = await this.#days.look(this.#trusting.current);
      this.#agrees = agrees;
      this.#told = new Set(addressees.bundles.keys());
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
    }
    return this.#told;
  }

  /** Return everyone on every roster; the earlier ones are fetched once. */
  async #everyone(history: RosterHistory): Promise<Known> {
    if (this.#known?.history !== history) {
      const { rosters } = await wholeHistory(this.#courier, history);
      this.#known = { history, people: new People(rosters), rosters: Rosters.of(rosters) };
    }
    return this.#known;
  }

  #case({ placed, rosters }: Thread): Case {
    return caseOf(placed, rosters, this.#trusting.current.today())!;
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
}

async function ownerOf(receipt: Receipt, { pair, signer }: ReporterKeys): Promise<MailboxOwner> {
  return { capability: await receipt.capability(), pair, author: signer.public };
}

/** Return the messages of the thread at their places in the mailbox. */
function placedIn({ thread }: Mailbox): readonly PlacedMessage[] {
  return [...thread].map(([id, { entry, message }]) => {
    return { id, head: message.head, place: { position: Number(entry.number), after: 0 }, day: entry.day };
  });
}

/** Return a word as its kind reads it, with text that can be sealed. */
function parsed({ kind: name, ...members }: Word): Said {
  const texts = Object.entries(members).map(([member, value]) => [member, typeof value === "string" ? repair(value) : value]);
  const kind = kindOf(name);
  return said(kind, kind.parse(Object.fromEntries(texts) as JsonObject));
}

function ignored(error: unknown): void {
  if (!(error instanceof MeldbusError)) throw error;
}

/** What makes a file another one. */
function nameOf({ file: { name, type, size, digest } }: Attachment): readonly [string, string, number, string] {
  return [name, type, size, b64(digest)];
}
