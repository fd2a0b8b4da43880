// The conversation of one receipt: reading, answering, sharing and leaving. Its contents stay in the worker's memory.

import { type Case, caseOf } from "../cases/case.ts";
import { type PlacedMessage, unposted } from "../cases/place.ts";
import { encodeProof } from "../cases/proof.ts";
import { Rosters } from "../cases/rosters.ts";
import { owed } from "../cases/sharing.ts";
import { counts, isShown } from "../cases/thread.ts";
import type { Courier } from "../net/courier.ts";
import type { Delivery, Stored, Write } from "./delivery.ts";
import type { Asker, Wait } from "../net/retry.ts";
import { evidence, wholeHistory } from "./earlier_rosters.ts";
import { MalformedError, MeldbusError, ReceiptError, TrustError } from "../shared/errors.ts";
import type { ShownThread } from "../shared/protocol.ts";
import type { Receipt } from "../receipt.ts";
import type { RosterHistory } from "../roster/history.ts";
import { People } from "../roster/people.ts";
import type { OpenedMessage } from "../sealing/envelopes.ts";
import type { Attachment } from "../sealing/files.ts";
import { writersCapability } from "../sealing/stream.ts";
import type { Days } from "./basis.ts";
import type { Trusting } from "./trust_handlers.ts";
import { b64, encode } from "../wire/canonical.ts";
import { Consent, YES } from "../wire/messages/reporter.ts";
import { Acknowledgement } from "../wire/messages/thread.ts";
import { append } from "../wire/posting.ts";
import {
  composeShare,
  composeWord,
  consentOf,
  nameOf,
  type ReporterKeys,
  reporterKeys,
  said,
  type Said,
} from "./composing.ts";
import { fetchFile } from "./fetching.ts";
import { type Mailbox, type MailboxOwner, partsOf, readMailbox } from "./mailbox_reader.ts";
import type { Reachable } from "./reachable.ts";
import { archivesOf, givenIn } from "./shares.ts";
import { shownThread } from "./view_model.ts";

/** A thread as of the last look, with the messages written since. */
interface Thread {
  readonly receipt: Receipt;
  readonly keys: ReporterKeys;
  readonly owner: MailboxOwner;
  readonly report: OpenedMessage;
  readonly placed: readonly PlacedMessage[];
  readonly rosters: Rosters;
  /** The ids (b64) of the messages on the screen. */
  readonly screen: ReadonlySet<string>;
  readonly mailbox: Mailbox;
  /** The ids of messages already shared, by person. */
  readonly given: Map<string, Set<string>>;
}

/** Everyone on every roster. */
interface Known {
  readonly history: RosterHistory;
  readonly people: People;
  readonly rosters: Rosters;
}

const NO_MAILBOX: Mailbox = { report: null, thread: new Map(), shares: [], spoilt: [], misdated: [], isWhole: true };

/**
 * The conversation of the last look, if any; every method except `begin` and `look` needs one, or throws ReceiptError.
 */
export class Conversation {
  readonly #courier: Courier;
  readonly #trusting: Trusting;
  readonly #days: Days;
  readonly #delivery: Delivery;
  readonly #reachable: Reachable;
  #thread: Thread | null = null;
  #known: Known | null = null;

  constructor(courier: Courier, trusting: Trusting, days: Days, delivery: Delivery, reachable: Reachable) {
    this.#courier = courier;
    this.#trusting = trusting;
    this.#days = days;
    this.#delivery = delivery;
    this.#reachable = reachable;
  }

  /** Start with a report that was just stored. */
  async begin(receipt: Receipt, keys: ReporterKeys, { message, day }: Stored): Promise<void> {
    const owner = await ownerOf(receipt, keys);
    const placed = [{ id: b64(message.id), head: message.head, place: unposted(0), day }];
    const rosters = Rosters.of(this.#trusting.current.history.rosters);
    const screen = new Set(placed.map(({ id }) => id));
    this.#thread = { receipt, keys, owner, report: message, placed, rosters, screen, mailbox: NO_MAILBOX, given: new Map() };
  }

  /** Read the whole thread of a receipt. */
  async look(receipt: Receipt): Promise<ShownThread> {
    this.#thread = null;
    const trust = this.#trusting.current;
    const keys = await reporterKeys(receipt);
    const owner = await ownerOf(receipt, keys);
    const mailbox = await readMailbox(this.#courier, owner);
    await this.#lookForKeys();
    const { people, rosters } = await this.#everyone(trust.history);
    const placed = placedIn(mailbox);
    const today = this.#reachable.servedDay ?? trust.today();
    const found = mailbox.report && caseOf(placed, rosters, today);
    if (mailbox.report && found) {
      const given = await givenIn(this.#courier, owner, mailbox);
      const screen = new Set(found.messages.filter(isShown).map(({ id }) => id));
      this.#thread = { receipt, keys, owner, report: mailbox.report.message, placed, rosters, screen, mailbox, given };
      const { pending } = this.#delivery;
      // It did arrive: the same text sent again is a new message.
      if (pending && mailbox.thread.has(b64(pending.sealed.id))) this.#delivery.drop();
    }
    const reachable = this.#reachable.persons;
    return shownThread(found, mailbox, { roster: trust.roster, rosters, people, reachable, today });
  }

  /** Seal, stamp and post a message; return the server's day. */
  async say(word: Said, asker: Asker, attachments: readonly Attachment[] = []): Promise<number> {
    const thread = this.#looked();
    const members = new TextDecoder().decode(encode(word.kind.members(word.body)));
    const about = JSON.stringify([thread.receipt.symbols, word.kind.KIND, members, attachments.map(nameOf)]);
    const write: Write = async ({ addressees }) => {
      const composed = await composeWord(thread.keys, thread, word, addressees, attachments);
      this.#reachable.check(composed.message);
      return { ...composed, ...append(thread.owner.capability) };
    };
    const patient = attachments.length > 0;
    const { message, day } = await this.#delivery.deliver(about, this.#trusting.current, write, asker, patient);
    // The next message names this one in `seen`, even if the thread is not fetched again before.
    const place = unposted(thread.placed.length);
    this.#thread = { ...thread, placed: [...thread.placed, { id: b64(message.id), head: message.head, place, day }] };
    return day;
  }

  /** Post whom the reporter lets in or keeps out; a "yes" also shares the whole thread with them. */
  async consent(
    answer: Consent["answer"],
    people: readonly string[],
    request: string | null,
    asker: Asker,
  ): Promise<number> {
    const body = consentOf(this.#case(this.#looked()), answer, people, request);
    const day = await this.say(said(Consent, body), asker);
    // SPEC 12.4: the whole thread, whatever was sealed to them before. If it fails, the next visit shares what they
    // lack.
    if (answer === YES) await this.#giveAll(people, asker).catch(ignored);
    return day;
  }

  /** Share with each reader who can be sealed to what they lack (SPEC 12.4); return how many readers got something. */
  async share(asker: Asker): Promise<number> {
    const thread = this.#looked();
    // The page warns about an impossible day when the person sends something, not here.
    if (!this.#reachable.daysAgree) return 0;
    const listed = thread.rosters.personsOn(this.#trusting.current.today()) ?? [];
    const wanted = [...owed(this.#case(thread), listed, thread.given)];
    const shares = wanted.filter(([person]) => this.#reachable.persons.has(person));
    for (const [person, ids] of shares) await this.#give(person, ids, asker);
    return shares.length;
  }

  /** Have the server forget the code. */
  async leave(): Promise<void> {
    const { owner, report } = this.#looked();
    await this.#courier.leave(owner.capability, await writersCapability(report.contentKey));
    this.#thread = null;
  }

  /** Return a proof of the first acknowledgement (SPEC 5.5). */
  async prove(): Promise<Blob> {
    const thread = this.#looked();
    const found = this.#case(thread).messages.find((one) => one.head.kind === Acknowledgement.KIND && counts(one));
    const confirmed = found && thread.mailbox.thread.get(found.id);
    if (!confirmed) throw new MalformedError();
    const { message } = confirmed;
    const { roots, roster } = await evidence(this.#courier, this.#trusting.current.history, message.head.roster);
    return new Blob([encodeProof(message, roots, roster)]);
  }

  /** Fetch a file by its message's id and its index, and check its digest. */
  async fetch(message: string, file: number, wait: Wait, asker: Asker): Promise<Blob> {
    const { mailbox, owner } = this.#looked();
    const found = mailbox.thread.get(message);
    if (!found) throw new MalformedError();
    return fetchFile(found, file, partsOf(this.#courier, owner, found.entry), wait, asker);
  }

  /** Share the whole thread with the people whom a "yes" has let in, including the "yes" itself. */
  async #giveAll(people: readonly string[], asker: Asker): Promise<void> {
    const found = this.#case(await this.#readAgain());
    for (const person of people) {
      const isLetIn = found.readers.has(person) && this.#reachable.persons.has(person);
      if (isLetIn) await this.#give(person, found.messages.map(({ id }) => id), asker);
    }
  }

  /**
   * Read the mailbox again, for the place of a message that was just posted. The set of messages on the screen is
   * unchanged.
   */
  async #readAgain(): Promise<Thread> {
    const thread = this.#looked();
    const mailbox = await readMailbox(this.#courier, thread.owner);
    if (!mailbox.report) throw new MalformedError();
    this.#thread = { ...thread, placed: placedIn(mailbox), mailbox };
    return this.#thread;
  }

  /** Post shares of these messages to one person. */
  async #give(person: string, ids: readonly string[], asker: Asker): Promise<void> {
    const { receipt, keys, owner, report, mailbox, given } = this.#looked();
    for (const archive of await archivesOf(this.#case(this.#looked()), ids, mailbox)) {
      const about = JSON.stringify([receipt.symbols, "share", person, nameOf(archive)]);
      const write: Write = async ({ addressees }) => {
        return { ...(await composeShare(keys, report, person, archive, addressees)), ...append(owner.capability) };
      };
      await this.#delivery.deliver(about, this.#trusting.current, write, asker, false);
    }
    given.set(person, new Set([...(given.get(person) ?? []), ...ids]));
  }

  /** Note who can be sealed to now; nobody if the server shows no valid chain. Reading continues in both cases. */
  async #lookForKeys(): Promise<void> {
    try {
      this.#reachable.note(await this.#days.look(this.#trusting.current));
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      this.#reachable.note(null);
    }
  }

  /** Return everyone on every roster; the earlier rosters are fetched once. */
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
}

async function ownerOf(receipt: Receipt, { pair, signer }: ReporterKeys): Promise<MailboxOwner> {
  return { capability: await receipt.capability(), pair, author: signer.public };
}

/** Return the messages of the thread with their places in the mailbox. */
function placedIn({ thread }: Mailbox): readonly PlacedMessage[] {
  return [...thread].map(([id, { entry, message }]) => {
    return { id, head: message.head, place: { position: Number(entry.number), after: 0 }, day: entry.day };
  });
}

function ignored(error: unknown): void {
  if (!(error instanceof MeldbusError)) throw error;
}
