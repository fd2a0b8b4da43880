// Reads a mailbox to its end (SPEC 11): opens and checks each envelope; one that fails is an alarm and stops nothing.
//
//     2 days, 7 repeated: `readMailbox`
//     4 slots, 5 header, 6 head: `open`
//     9 case, 10 log messages: `sorted`

import { sha256 } from "@noble/hashes/sha2.js";
import type { Courier } from "../net/courier.ts";
import { FormatError, MalformedError, RefusedError } from "../shared/errors.ts";
import { untilOf } from "../roster/weeks.ts";
import { findContentKey, frontSize, openHead, type OpenedMessage } from "../sealing/envelopes.ts";
import type { PrivatePair } from "../sealing/slots.ts";
import { type Bytes, equal, join } from "../wire/bytes.ts";
import { b64 } from "../wire/canonical.ts";
import { isMisdated } from "../wire/envelope.ts";
import type { MailboxEntry } from "../wire/mailbox.ts";
import { THREAD } from "../wire/messages/fields.ts";
import { isOf } from "../wire/messages/head.ts";
import { Share } from "../wire/messages/log.ts";
import { Report } from "../wire/messages/thread.ts";

const MOST_IDLE_PAGES = 40; // SPEC 11: anyone who can write here could fill it without end

/** A message of a mailbox; `front` are the bytes of its envelope that contain it, before those of its files. */
export interface MailboxMessage {
  readonly entry: MailboxEntry;
  readonly front: Bytes;
  readonly message: OpenedMessage;
}

/** The contents of a mailbox, for the holder of a receipt. */
export interface Mailbox {
  readonly report: MailboxMessage | null;
  /** The messages of the thread, by id (b64), each at its lowest number. */
  readonly thread: ReadonlyMap<string, MailboxMessage>;
  /** The reporter's own shares. */
  readonly shares: readonly MailboxMessage[];
  /** The numbers of envelopes that cannot be opened or do not belong here, ascending. */
  readonly spoilt: readonly bigint[];
  /** The numbers of envelopes with a day on which no honest server accepts them, ascending. */
  readonly misdated: readonly bigint[];
  /** Whether it was read to its end. */
  readonly isWhole: boolean;
}

/** The owner of a mailbox: the capability, the key pair that opens it, and the key that signed the report. */
export interface MailboxOwner {
  readonly capability: Bytes;
  readonly pair: PrivatePair;
  readonly author: Bytes;
}

/**
 * Read a mailbox from its first message on; stop after 40 pages without a message that opens.
 *
 * Throws MalformedError for a page that does not continue the one before, NetworkError, RefusedError.
 */
export async function readMailbox(courier: Courier, owner: MailboxOwner): Promise<Mailbox> {
  const opened = new Map<string, MailboxMessage>();
  const spoilt: bigint[] = [];
  const misdated: bigint[] = [];
  let after = 0n;
  for (let idle = 0; idle < MOST_IDLE_PAGES; idle++) {
    const page = await courier.mailbox(owner.capability, after);
    for (const entry of page.entries) {
      after = entry.number;
      if (isMisdated(entry.header, entry.day)) misdated.push(entry.number); // SPEC 10.2 step 2
      const found = await open(courier, owner, entry);
      if (!found) spoilt.push(entry.number);
      else if (!opened.has(b64(found.message.id))) {
        opened.set(b64(found.message.id), found); // SPEC 10.2 step 7
        idle = -1;
      }
    }
    if (!page.more) return { ...sorted([...opened.values()], spoilt, owner), misdated, isWhole: true };
  }
  return { ...sorted([...opened.values()], spoilt, owner), misdated, isWhole: false };
}

/** Return a part of an envelope by its number. */
export function partsOf(courier: Courier, { capability }: MailboxOwner, entry: MailboxEntry) {
  return (number: number): Promise<Bytes> => courier.mailboxPart(capability, entry, number);
}

/** Open an envelope, fetching only what its message needs; return null if it is invalid. */
async function open(courier: Courier, owner: MailboxOwner, entry: MailboxEntry): Promise<MailboxMessage | null> {
  const { header, prefix, size } = entry;
  try {
    const contentKey = await findContentKey(header, owner.pair); // SPEC 10.2 steps 4 and 5
    const needed = await frontSize(prefix, size, contentKey);
    const front = needed > prefix.length ? join(prefix, await partsOf(courier, owner, entry)(0)) : prefix;
    const message = await openHead(front, contentKey, size); // SPEC 10.2 step 6
    if (untilOf(message.head.day) !== header.until) throw new MalformedError();
    return { entry, front, message };
  } catch (error) {
    if (error instanceof FormatError || error instanceof RefusedError) return null;
    throw error;
  }
}

/** Sort the opened messages: the thread, shares, and those that do not belong to the case of this receipt. */
function sorted(
  opened: readonly MailboxMessage[],
  spoilt: readonly bigint[],
  { author, capability }: MailboxOwner,
): Omit<Mailbox, "misdated" | "isWhole"> {
  const isOwn = ({ message: { head } }: MailboxMessage): boolean => equal(head.author, author);
  const digest = sha256(capability);
  const isReport = ({ message: { head } }: MailboxMessage): boolean => isOf(head, Report) && equal(head.body.mailbox, digest);
  const report = opened.find((one) => isReport(one) && isOwn(one)) ?? null;
  // SPEC 10.2 step 9, as it applies to a page.
  const belongs = ({ message }: MailboxMessage): boolean =>
    report === null || (message.case !== null && equal(message.case, report.message.id));
  const strangers = opened.filter((one) => !belongs(one)).map(({ entry }) => entry.number);
  const own = opened.filter(belongs);
  const thread = own.filter(({ message: { head } }) => head.channel === THREAD);
  return {
    report,
    thread: new Map(thread.map((one) => [b64(one.message.id), one])),
    shares: own.filter((one) => isOf(one.message.head, Share) && isOwn(one)), // SPEC 10.2 step 10
    spoilt: [...spoilt, ...strangers].sort((left, right) => (left < right ? -1 : 1)),
  };
}
