// The mailbox, SPEC 11: the pages in which a reporter's browser reads one thread.

import { MalformedError } from "../shared/errors.ts";
import { type Bytes, numberOf } from "./bytes.ts";
import { checkEnvelopeSize, type Header, parseHeader, prefixSize } from "./envelope.ts";
import { MAX_DAY, SIZE_SIZE } from "./sizes.ts";

const PAGE_SIZE = 131_072;
const MORE_SIZE = 1;
const ITEM_COUNT_SIZE = 2;
const NUMBER_SIZE = 8;
const MAX_NUMBER = 2n ** 63n - 1n; // the maximum of a database's counter
const DAY_SIZE = 4;
const MAILBOX_ENTRY_START = NUMBER_SIZE + DAY_SIZE + SIZE_SIZE;

/** An envelope in a mailbox: `day` is the server's, `size` the whole envelope's, `prefix` ends with a chunk. */
export interface MailboxEntry {
  readonly number: bigint;
  readonly day: number;
  readonly size: number;
  readonly header: Header;
  readonly prefix: Bytes;
}

/** One page of a mailbox, always of the same size; `more` says whether there are later messages. */
export interface MailboxPage {
  readonly entries: readonly MailboxEntry[];
  readonly more: boolean;
}

/**
 * Parse the page after the number `after`; throw UnsupportedError or MalformedError.
 *
 * The numbers must be consecutive: a page in which the server repeats or omits a message is refused.
 */
export function parseMailboxPage(raw: Bytes, after: bigint): MailboxPage {
  const more = raw[0]!;
  if (raw.length !== PAGE_SIZE || more > 1) throw new MalformedError();
  let at = MORE_SIZE + ITEM_COUNT_SIZE;
  const count = numberOf(raw.subarray(MORE_SIZE, at));
  // An empty page with more after it would be requested again without end.
  if (count === 0 && more === 1) throw new MalformedError();
  const entries: MailboxEntry[] = [];
  for (let number = after + 1n; entries.length < count; number++) {
    const entry = readEntry(raw.subarray(at));
    if (entry.number !== number || number > MAX_NUMBER) throw new MalformedError();
    entries.push(entry);
    at += MAILBOX_ENTRY_START + entry.prefix.length;
  }
  return { entries, more: more === 1 };
}

function readEntry(raw: Bytes): MailboxEntry {
  // Before the numbers: if those are cut off, the header is missing too.
  const header = parseHeader(raw.subarray(MAILBOX_ENTRY_START));
  const numbers = new DataView(raw.buffer, raw.byteOffset, MAILBOX_ENTRY_START);
  const size = numberOf(raw.subarray(NUMBER_SIZE + DAY_SIZE, MAILBOX_ENTRY_START));
  const day = numbers.getUint32(NUMBER_SIZE);
  if (!Number.isSafeInteger(size) || day > MAX_DAY) throw new MalformedError();
  checkEnvelopeSize(header, size);
  const end = MAILBOX_ENTRY_START + prefixSize(header, size);
  if (raw.length < end) throw new MalformedError();
  const prefix = raw.subarray(MAILBOX_ENTRY_START, end);
  return { number: numbers.getBigUint64(0), day, size, header, prefix };
}
