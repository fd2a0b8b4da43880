// The reporter's new messages in a case, sealed for exactly those who may read them (SPEC 5.3, 12.3).

import { addresseesOf } from "../cases/addressees.ts";
import { type Case, caseOf } from "../cases/case.ts";
import { type PlacedMessage, unposted } from "../cases/place.ts";
import type { Rosters } from "../cases/rosters.ts";
import { seenOf } from "../cases/seen.ts";
import { counts, isShown } from "../cases/thread.ts";
import { ForbiddenError, InputError, NotEnrolledError, TamperedError } from "../shared/errors.ts";
import type { Told } from "../shared/protocol.ts";
import type { Receipt } from "../receipt.ts";
import type { Addressees } from "./addressees.ts";
import {
  type Composed,
  envelopeOf,
  findContentKey,
  frontSize,
  isLong,
  type LongSealed,
  openHead,
  type OpenedMessage,
  type Sealed,
  sealHead,
  type Signer,
  signerFromSeed,
} from "../sealing/envelopes.ts";
import type { Attachment } from "../sealing/files.ts";
import { sha256 } from "../sealing/native.ts";
import { pairFromSeeds, type PrivatePair } from "../sealing/slots.ts";
import type { Chunks } from "../sealing/stream.ts";
import { type Bytes, equal, join } from "../wire/bytes.ts";
import { b64, encodedSize, repair, unb64 } from "../wire/canonical.ts";
import { parseHeader } from "../wire/envelope.ts";
import { LOG, THREAD } from "../wire/messages/fields.ts";
import { type Head, isOf } from "../wire/messages/head.ts";
import type { Kind } from "../wire/messages/kind.ts";
import { Share } from "../wire/messages/log.ts";
import { Consent, YES } from "../wire/messages/reporter.ts";
import { Report, reportSize } from "../wire/messages/thread.ts";
import { ID_SIZE, MAX_AFTER, PERSON_SIZE } from "../wire/sizes.ts";
import { MAX_TEXT_SIZE } from "../shared/limits.ts";

const DRAFT = b64(new Uint8Array(ID_SIZE)); // the id of a message that is not sealed yet

/** The keys that are derived from a receipt. */
export interface ReporterKeys {
  readonly signer: Signer;
  readonly pair: PrivatePair;
}

/** A kind with its body: the content of a message. */
export interface Said<B = object> {
  readonly kind: Kind<B>;
  readonly body: B;
}

/** Return the content of a message of this kind. */
export function said<B extends object>(kind: Kind<B>, body: B): Said {
  return { kind, body };
}

/** A thread as its reporter sees it: its messages, and those that are on the screen. */
export interface ThreadView {
  readonly report: OpenedMessage;
  readonly placed: readonly PlacedMessage[];
  readonly rosters: Rosters;
  readonly screen: ReadonlySet<string>;
}

export async function reporterKeys(receipt: Receipt): Promise<ReporterKeys> {
  const pair = pairFromSeeds(await receipt.boxSeed(), await receipt.kemSeed());
  return { signer: signerFromSeed(await receipt.signSeed()), pair };
}

/** Return text that can be sealed; throw InputError if it is empty or too long. */
export function checkText(typed: string): string {
  const text = repair(typed);
  if (text.trim() === "") throw new InputError("empty");
  if (encodedSize(text) > MAX_TEXT_SIZE) throw new InputError("too-long");
  return text;
}

/**
 * Return a report's contents in a form that can be sealed; throw InputError if the text is empty or the whole too long.
 */
export function checkTold(told: Told): Told {
  const { about, answers } = told;
  const repaired = Object.entries(answers).map(([name, answer]) => [name, repair(answer)]);
  const checked = {
    ...told,
    text: checkText(told.text),
    about: { ...about, others: repair(about.others) },
    answers: Object.fromEntries(repaired.filter(([, answer]) => answer !== "")) as Told["answers"],
  };
  if (reportSize({ ...checked, about: { ...checked.about, people: [] } }) > MAX_TEXT_SIZE) throw new InputError("too-long");
  return checked;
}

/**
 * Seal a report for the chosen persons and the reporter; everyone else on the roster is left out.
 *
 * A chosen person who cannot be sealed to today is a reader, in `missing`; one who is no longer on the roster is in no
 * list. Throws InputError if nobody is chosen, NotEnrolledError if none of them can be sealed to, ChangedError if an
 * attachment has changed.
 */
export async function composeReport(
  keys: ReporterKeys,
  capability: Bytes,
  told: Told,
  addressees: Addressees,
  chosen: readonly string[],
  attachments: readonly Attachment[] = [],
): Promise<Composed> {
  if (chosen.length === 0) throw new InputError("nobody");
  const listed = addressees.roster.recipients.map(({ person }) => person);
  const { box, kem } = keys.pair.public;
  const about = { ...told.about, people: told.about.people.map(personOf) };
  const body = { ...told, about, box, kem, mailbox: await sha256(capability), entered: null };
  // A newer roster may no longer list somebody who was chosen.
  const readers = listed.filter((person) => chosen.includes(person));
  const without = listed.filter((person) => !chosen.includes(person));
  const head = { ...said(Report, body), channel: THREAD, case: null, seen: [], without } as const;
  return compose(keys, head, readers, addressees, attachments);
}

/**
 * Seal a message of the reporter for the readers after it is applied, and for those whose reading it ends.
 *
 * Throws ForbiddenError if it would not count, NotEnrolledError if none of them can be sealed to.
 */
export async function composeWord(
  keys: ReporterKeys,
  thread: ThreadView,
  word: Said,
  addressees: Addressees,
  attachments: readonly Attachment[] = [],
): Promise<Composed> {
  const { report, placed, rosters, screen } = thread;
  const author = keys.signer.public;
  const { day, roster } = addressees;
  const found = caseOf(placed, rosters, day)!;
  const seen = seenOf(found, b64(author), screen);
  const draft: Head = {
    author,
    body: word.body,
    case: report.id,
    channel: THREAD,
    day,
    files: [],
    kind: word.kind.KIND,
    roster: roster.id,
    seen: seen.map(idOf),
    to: [],
    missing: [],
    without: [],
  };
  // SPEC 12.3: the message itself is applied.
  const applied = caseOf([...placed, { id: DRAFT, head: draft, place: unposted(placed.length), day }], rosters, day)!;
  if (!counts(applied.messages.find(({ id }) => id === DRAFT)!)) throw new ForbiddenError();
  const head = { ...word, channel: THREAD, case: report.id, seen, without: [] } as const;
  return compose(keys, head, [...addresseesOf(applied, DRAFT)], addressees, attachments);
}

/** Seal an archive for one person, and for the reporter: so the next visit knows that it was given. */
export async function composeShare(
  keys: ReporterKeys,
  report: OpenedMessage,
  person: string,
  archive: Attachment,
  addressees: Addressees,
): Promise<Composed> {
  const head = { ...said(Share, {}), channel: LOG, case: report.id, seen: [], without: [] } as const;
  return compose(keys, head, [person], addressees, [archive]);
}

/**
 * Return the consent that a reporter gives or withdraws.
 *
 * A "yes" names every denial about these people that the page shows: a denial that it does not name stays in effect.
 */
export function consentOf(
  { messages }: Case,
  answer: Consent["answer"],
  people: readonly string[],
  request: string | null,
): Consent {
  const denies = messages.filter((message) =>
    isShown(message) &&
    isOf(message.head, Consent) &&
    message.head.body.answer !== YES &&
    message.head.body.people.some((one) => people.includes(b64(one))));
  const after = answer === YES ? denies.slice(-MAX_AFTER).map(({ id }) => idOf(id)) : [];
  return { after, answer, people: people.map(personOf), request: request === null ? null : idOf(request) };
}

/** Return the identity of an attachment, so that a repeated delivery recognises it. */
export function nameOf({ file: { name, type, size, digest } }: Attachment): readonly [string, string, number, string] {
  return [name, type, size, b64(digest)];
}

interface Letter extends Said {
  readonly channel: Head["channel"];
  readonly case: Bytes | null;
  readonly seen: readonly string[];
  readonly without: readonly string[];
}

async function compose(
  { signer, pair }: ReporterKeys,
  { kind, body, channel, case: named, seen, without }: Letter,
  people: readonly string[],
  addressees: Addressees,
  attachments: readonly Attachment[],
): Promise<Composed> {
  const [to, missing] = addressees.split(people);
  if (to.length === 0) throw new NotEnrolledError();
  const { roster, day, shape } = addressees;
  const head: Head = {
    author: signer.public,
    body,
    case: named,
    channel,
    day,
    files: attachments.map(({ file }) => file),
    kind: kind.KIND,
    roster: roster.id,
    seen: seen.map(idOf),
    to: to.map(personOf),
    missing: missing.map(personOf),
    without: without.map(personOf),
  };
  const sealed = await sealHead(head, signer, [...addressees.pairsOf(to), pair.public], shape, contentsOf(attachments));
  // A fault in this program or the browser must show before the report is sent.
  return isLong(sealed) ? readLong(sealed, pair) : read(sealed, pair);
}

async function read(sealed: Sealed, pair: PrivatePair): Promise<Composed> {
  const envelope = await envelopeOf(sealed);
  const message = await openHead(envelope, await findContentKey(parseHeader(envelope), pair));
  if (!equal(message.id, sealed.id)) throw new TamperedError();
  return { sealed, message };
}

/** Read the front of a message that is sealed while it is sent; the parts used here are not sealed again. */
async function readLong(sealed: LongSealed, pair: PrivatePair): Promise<Composed> {
  const { prefix, size } = sealed;
  const contentKey = await findContentKey(parseHeader(prefix), pair);
  const first: Bytes[] = [];
  if ((await frontSize(prefix, size, contentKey)) > prefix.length) {
    const part = await sealed.parts.next();
    if (part.done) throw new TamperedError();
    first.push(part.value);
  }
  const message = await openHead(join(prefix, ...first), contentKey, size);
  if (!equal(message.id, sealed.id)) throw new TamperedError();
  const parts = chain(first, sealed.parts);
  return { sealed: { ...sealed, parts }, message };
}

async function* chain(first: readonly Bytes[], others: Chunks): Chunks {
  yield* first;
  yield* others;
}

async function* contentsOf(attachments: readonly Attachment[]): Chunks {
  for (const attachment of attachments) yield* attachment.pieces();
}

function idOf(id: string): Bytes {
  return unb64(id, ID_SIZE);
}

function personOf(person: string): Bytes {
  return unb64(person, PERSON_SIZE);
}
