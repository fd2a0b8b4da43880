/**
 * Answer how the page reads bytes: a line of JSON `{what, raw, ...}` with hex on stdin, a line `{got}` on stdout.
 *
 * What is accepted is written out again, so that another program's answer can be compared; what is refused gives its code.
 */
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { MeldbusError } from "../../dropbox/client/shared/errors.ts";
import { Receipt } from "../../dropbox/client/receipt.ts";
import { Bundle } from "../../dropbox/client/roster/bundle.ts";
import { Root } from "../../dropbox/client/roster/root.ts";
import { Roster } from "../../dropbox/client/roster/roster.ts";
import { verifySignature } from "../../dropbox/client/roster/signature.ts";
import {
  envelopeOf,
  findContentKey,
  frontSize,
  isLong,
  openHead,
  sealHead,
  signerFromSeed,
} from "../../dropbox/client/sealing/envelopes.ts";
import { openFiles } from "../../dropbox/client/sealing/files.ts";
import { pairFromSeeds } from "../../dropbox/client/sealing/slots.ts";
import { type Bytes, join } from "../../dropbox/client/wire/bytes.ts";
import { b64, encode, parse, unb64 } from "../../dropbox/client/wire/canonical.ts";
import { encodeHeader, PART_SIZE, parseHeader, prefixSize } from "../../dropbox/client/wire/envelope.ts";
import { encodePosting } from "../../dropbox/client/wire/posting.ts";
import { parseMailboxPage } from "../../dropbox/client/wire/mailbox.ts";
import { encodeArchives, parseArchive } from "../../dropbox/client/wire/messages/archive.ts";
import { encodeHead, parseHead } from "../../dropbox/client/wire/messages/head.ts";
import { described } from "../../dropbox/client/wire/messages/fields.ts";
import { ALL } from "../../dropbox/client/wire/messages/table.ts";
import { encodeSigned, idOf, LABEL_ROOT, parseSigned, splitFrames } from "../../dropbox/client/wire/signed.ts";
import {
  encodeOpening,
  encodePartPosting,
  parsePartPosting,
} from "../../dropbox/client/wire/upload.ts";
import { computeCase } from "./cases.ts";
import { parseOpening, parsePosting } from "./postings.ts";

const KEY_SIZE = 32;
const SIGNATURE_SIZE = 64;
const ODD_SIZE = 100_003;

function hex(raw: Bytes): string {
  return Buffer.from(raw).toString("hex");
}

function bytes(text: string): Bytes {
  return new Uint8Array(Buffer.from(text, "hex"));
}

function text(raw: Bytes): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
}

async function open(envelope: Bytes, box: Bytes, kem: Bytes): Promise<string> {
  const { id } = await openHead(envelope, await findContentKey(parseHeader(envelope), pairFromSeeds(box, kem)));
  return hex(id);
}

/** Cut bytes into pieces that end where nothing else does. */
function* pieces(raw: Bytes): Generator<Bytes, void, void> {
  for (let at = 0; at < raw.length; at += ODD_SIZE) yield raw.subarray(at, at + ODD_SIZE);
}

async function sealWhole(raw: Bytes, { box, kem, seed, contents }: Asked): Promise<string> {
  const head = parseHead(raw);
  const readers = [pairFromSeeds(bytes(box!), bytes(kem!)).public];
  const shape = { slots: 8, until: 20_000 };
  const sealed = await sealHead(head, signerFromSeed(bytes(seed!)), readers, shape, pieces(bytes(contents!)));
  if (!isLong(sealed)) return hex(await envelopeOf(sealed));
  const parts: Bytes[] = [];
  for await (const part of sealed.parts) parts.push(part);
  if (!parts.every((part, at) => part.length === PART_SIZE || (at === parts.length - 1 && part.length < PART_SIZE))) {
    throw new Error("size of a part");
  }
  const envelope = join(sealed.prefix, ...parts);
  if (envelope.length !== sealed.size) throw new Error("size of the envelope");
  return hex(envelope);
}

async function openFront(raw: Bytes, { box, kem, at }: Asked): Promise<string> {
  const header = parseHeader(raw);
  const contentKey = await findContentKey(header, pairFromSeeds(bytes(box!), bytes(kem!)));
  const prefix = raw.subarray(0, prefixSize(header, raw.length));
  const front = raw.subarray(0, await frontSize(prefix, raw.length, contentKey));
  const message = await openHead(front, contentKey, raw.length);
  const fetched: number[] = [];
  const fetch = async (number: number): Promise<Bytes> => {
    fetched.push(number);
    const start = prefix.length + number * PART_SIZE;
    return raw.slice(start, start + PART_SIZE);
  };
  const digest = createHash("sha256");
  for await (const piece of openFiles(front, raw.length, message, fetch, at)) digest.update(piece);
  return [hex(message.rawHead), front.length, digest.digest("hex"), ...fetched].join(" ");
}

interface Asked {
  readonly what: string;
  readonly raw: string;
  readonly box?: string;
  readonly kem?: string;
  readonly seed?: string;
  readonly contentKey?: string;
  readonly contents?: string;
  readonly at?: number;
  /** For `tampered`: the changes to try, each a position and what it is xored with, or a length to cut to. */
  readonly changes?: readonly (readonly [at: number, by: number])[];
  readonly cuts?: readonly number[];
}

const readers: Record<string, (raw: Bytes, asked: Asked) => unknown> = {
  canonical: (raw) => hex(encode(parse(raw))),
  base64url: (raw) => hex(unb64(text(raw), KEY_SIZE)),
  message: (raw) => hex(encodeHead(parseHead(raw))),
  archive: (raw) => encodeArchives(parseArchive(raw)).map(hex).join(" "),
  case: computeCase,
  kinds: () =>
    ALL.map(({ KIND, AUTHORS, CHANNEL, CASE, FILES, FIELDS }) => [KIND, AUTHORS, CHANNEL, CASE, FILES, described(FIELDS)]),
  header: (raw) => hex(encodeHeader(parseHeader(raw))),
  signed: (raw) => hex(encodeSigned(parseSigned(raw))),
  frames: (raw) => splitFrames(raw).map(hex).join(" "),
  posting: (raw) => hex(encodePosting(parsePosting(raw))),
  opening: (raw) => hex(encodeOpening(parseOpening(raw))),
  part: (raw) => hex(encodePartPosting(parsePartPosting(raw))),
  mailbox: (raw) => {
    const { more, entries } = parseMailboxPage(raw, 0n);
    return [Number(more), ...entries.map(({ number, day, header }) => `${number}:${day}:${hex(header.mac)}`)].join(" ");
  },
  signature(raw) {
    const end = KEY_SIZE + SIGNATURE_SIZE;
    verifySignature(raw.subarray(0, KEY_SIZE), raw.subarray(end), raw.subarray(KEY_SIZE, end));
    return "accepted";
  },
  async receipt(raw) {
    const receipt = Receipt.parse(text(raw));
    const keys = [receipt.capability(), receipt.boxSeed(), receipt.kemSeed(), receipt.signSeed()];
    return [receipt.symbols, ...(await Promise.all(keys)).map(hex)].join(" ");
  },
  roster(raw) {
    const [root, roster] = splitFrames(raw).map(parseSigned);
    const { id, recipients, policy } = Roster.verify(roster!, Root.verifyChain([root!], idOf(root!, LABEL_ROOT)));
    return [hex(id), policy.organisation, ...recipients.map(({ name }) => name)].join(" ");
  },
  bundle(raw) {
    const { identity, serial, start, end, last } = Bundle.verify(parseSigned(raw));
    return [identity, serial, start, end, Number(last)].join(" ");
  },
  async keyed(raw, { contentKey }) {
    const { id } = await openHead(raw, bytes(contentKey!));
    return hex(id);
  },
  async contents(raw, { contentKey }) {
    const pieces: Bytes[] = [];
    const fetch = async (): Promise<Bytes> => new Uint8Array();
    const message = await openHead(raw, bytes(contentKey!));
    for await (const piece of openFiles(raw, raw.length, message, fetch)) pieces.push(piece);
    return hex(join(...pieces));
  },
  seal: sealWhole,
  front: openFront,
  open: (raw, { box, kem }) => open(raw, bytes(box!), bytes(kem!)),
  async tampered(raw, { box, kem, changes, cuts }) {
    const found: string[] = [];
    for (const [at, by] of changes!) {
      const changed = raw.slice();
      changed[at]! ^= by;
      found.push(await outcome(() => open(changed, bytes(box!), bytes(kem!))));
    }
    for (const cut of cuts!) found.push(await outcome(() => open(raw.slice(0, cut), bytes(box!), bytes(kem!))));
    return found;
  },
};

async function outcome(read: () => unknown): Promise<any> {
  try {
    return await read();
  } catch (error) {
    return error instanceof MeldbusError ? error.code : `${error}`;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line) as Asked;
  console.log(JSON.stringify({ got: await outcome(() => readers[asked.what]!(bytes(asked.raw), asked)) }));
}
