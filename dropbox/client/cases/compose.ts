// New messages of a case by its reporter, sealed for exactly those who may read them; it sends nothing.

import { InputError, NotEnrolledError, TamperedError } from "../errors.ts";
import type { Told } from "../protocol.ts";
import type { Receipt } from "../receipt.ts";
import type { Addressees } from "../roster/addressees.ts";
import type { Attachment } from "../sealing/files.ts";
import {
  envelopeOf,
  findContentKey,
  frontSize,
  isLong,
  type LongSealed,
  type Message,
  openMessage,
  seal,
  type Sealed,
  type Signer,
  signerFromSeed,
} from "../sealing/messages.ts";
import { pairFromSeeds, type PrivatePair } from "../sealing/slots.ts";
import type { Chunks } from "../sealing/stream.ts";
import { type Bytes, equal, join } from "../wire/bytes.ts";
import { encodedSize, repair, unb64 } from "../wire/canonical.ts";
import { parseHeader } from "../wire/envelope.ts";
import type { Head } from "../wire/head.ts";
import { type Body, FEED, type Kind, MAX_TEXT_SIZE, Report, sizeOf, type Telling, THREAD } from "../wire/bodies.ts";
import { Share } from "../wire/kinds.ts";
import { ID_SIZE } from "../wire/sizes.ts";
import type { Case } from "./review.ts";

/** The keys that a receipt stands for. */
export interface ReporterKeys {
  readonly signer: Signer;
  readonly pair: PrivatePair;
}

/** An envelope to be sent, and the message that it opens to. */
export interface Composed {
  readonly sealed: Sealed;
  readonly message: Message;
}

export async function reporterKeys(receipt: Receipt): Promise<ReporterKeys> {
  const pair = pairFromSeeds(await receipt.boxSeed(), await receipt.kemSeed());
  return { signer: signerFromSeed(await receipt.signSeed()), pair };
}

/** Return text that can be sealed; throw InputError when it is empty or too long. */
export function checkText(typed: string): string {
  const text = repair(typed);
  if (text.trim() === "") throw new InputError("empty");
  if (encodedSize(text) > MAX_TEXT_SIZE) throw new InputError("too-long");
  return text;
}

/** Return what can be sealed of what is told; throw InputError when the text is empty or all of it too long. */
export function checkTold(told: Told): Told {
  const { about, answers } = told;
  const repaired = Object.entries(answers).map(([name, answer]) => [name, repair(answer)]);
  const checked = {
    ...told,
    text: checkText(told.text),
    about: { ...about, others: repair(about.others) },
    answers: Object.fromEntries(repaired.filter(([, answer]) => answer !== "")) as Telling["answers"],
  };
  if (sizeOf({ ...checked, about: { ...checked.about, people: [] } }) > MAX_TEXT_SIZE) throw new InputError("too-long");
  return checked;
}

/**
 * Seal a report for the chosen identities and for the reporter; everyone else who receives today is left out.
 *
 * Throws InputError when nobody is chosen, NotEnrolledError when one of them has no valid key, ChangedError when an
 * attachment is not what it was.
 */
export async function composeReport(
  keys: ReporterKeys,
  told: Told,
  addressees: Addressees,
  chosen: readonly string[],
  day: number,
  attachments: readonly Attachment[] = [],
): Promise<Composed> {
  if (chosen.length === 0) throw new InputError("nobody");
  const unreachable = chosen.filter((identity) => !addressees.bundles.has(identity));
  if (unreachable.length > 0) throw new NotEnrolledError(unreachable);
  const listed = addressees.roster.receiving(day).map(({ identity }) => identity);
  const left = listed.filter((identity) => !chosen.includes(identity));
  // SPEC.md 5: a place in the list of all whom the head names.
  const named = [...new Set([...chosen, ...left])].sort();
  const people = named.flatMap((identity, at) => (told.about.people.includes(identity) ? [at] : []));
  const { box, kem } = keys.pair.public;
  const body = new Report({ ...told, about: { ...told.about, people } }, box, kem);
  const head = { kind: Report.KIND, channel: THREAD, case: null, seen: [], without: left.map(idOf), body };
  return compose(keys, head, chosen, addressees, day, attachments);
}

/** Seal what the reporter says for the case recipients who have a valid key today. */
export async function composeWord(
  keys: ReporterKeys,
  thread: Case,
  body: Body,
  addressees: Addressees,
  day: number,
  attachments: readonly Attachment[] = [],
): Promise<Composed> {
  const readers = [...thread.readers].filter((identity) => addressees.bundles.has(identity));
  if (readers.length === 0) throw new NotEnrolledError();
  const { KIND: kind } = body.constructor as unknown as Kind;
  const head = { kind, channel: THREAD, case: thread.report.id, seen: thread.frontier(), without: [], body };
  return compose(keys, head, readers, addressees, day, attachments);
}

/**
 * Seal a share that lets newcomers (b64) read all of a case so far.
 *
 * Throws InputError when the reporter left one of them out and has not let them in since, NotEnrolledError when one has
 * no valid key.
 */
export async function composeShare(
  keys: ReporterKeys,
  thread: Case,
  newcomers: readonly string[],
  addressees: Addressees,
  day: number,
): Promise<Composed> {
  const out = thread.admission.leftOut();
  if (newcomers.length === 0 || newcomers.some((identity) => out.includes(identity))) throw new InputError("nobody");
  const unreachable = newcomers.filter((identity) => !addressees.bundles.has(identity));
  if (unreachable.length > 0) throw new NotEnrolledError(unreachable);
  const body = new Share(thread.said.map(({ message: { id, contentKey } }) => [id, contentKey]));
  const head = { kind: Share.KIND, channel: FEED, case: thread.report.id, seen: [], without: [], body };
  return compose(keys, head, newcomers, addressees, day);
}

async function compose(
  { signer, pair }: ReporterKeys,
  said: Pick<Head, "kind" | "channel" | "case" | "seen" | "without" | "body">,
  to: readonly string[],
  addressees: Addressees,
  day: number,
  attachments: readonly Attachment[] = [],
): Promise<Composed> {
  const { roster, bundles, shape } = addressees;
  const author = signer.public;
  const files = attachments.map(({ file }) => file);
  const head = { ...said, author, day, roster: roster.id, to: to.map(idOf), files };
  const readers = [...to.map((identity) => bundles.get(identity)!), pair.public];
  const sealed = await seal(head, signer, readers, shape, contentsOf(attachments));
  // A mistake of this program or a browser's must show before the report is out of the reporter's hands.
  return isLong(sealed) ? readLong(sealed, pair) : read(sealed, pair);
}

async function read(sealed: Sealed, pair: PrivatePair): Promise<Composed> {
  const envelope = await envelopeOf(sealed);
  const message = await openMessage(envelope, await findContentKey(parseHeader(envelope), pair));
  if (!equal(message.id, sealed.id)) throw new TamperedError();
  return { sealed, message };
}

/** Read the front of what is sealed piece by piece, as it is sent: no piece is sealed for this. */
async function readLong(sealed: LongSealed, pair: PrivatePair): Promise<Composed> {
  const { prefix, size } = sealed;
  const contentKey = await findContentKey(parseHeader(prefix), pair);
  const first: Bytes[] = [];
  if ((await frontSize(prefix, size, contentKey)) > prefix.length) {
    const part = await sealed.parts.next();
    if (part.done) throw new TamperedError();
    first.push(part.value);
  }
  const message = await openMessage(join(prefix, ...first), contentKey, size);
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

function idOf(identity: string): Bytes {
  return unb64(identity, ID_SIZE);
}
