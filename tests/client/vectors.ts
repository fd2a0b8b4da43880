/**
 * Read every test vector as the page reads it, see tests/vectors/README.md, and print one line of JSON for each.
 *
 * Usage: node vectors.ts FOLDER
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join as path } from "node:path";
import { dueDays } from "../../dropbox/client/cases/deadlines.ts";
import { route } from "../../dropbox/client/cases/routing.ts";
import { MalformedError, MeldbusError, StampError, TamperedError } from "../../dropbox/client/shared/errors.ts";
import { Policy } from "../../dropbox/client/policy/policy.ts";
import { Receipt } from "../../dropbox/client/receipt.ts";
import { Bundle } from "../../dropbox/client/roster/bundle.ts";
import { Freshness } from "../../dropbox/client/roster/freshness.ts";
import { words } from "../../dropbox/client/roster/fingerprint.ts";
import { People } from "../../dropbox/client/roster/people.ts";
import { Root } from "../../dropbox/client/roster/root.ts";
import { Roster } from "../../dropbox/client/roster/roster.ts";
import { RosterHistory } from "../../dropbox/client/roster/history.ts";
import { verifySignature } from "../../dropbox/client/roster/signature.ts";
import { untilOf } from "../../dropbox/client/roster/weeks.ts";
import { findContentKey, openHead, type OpenedMessage } from "../../dropbox/client/sealing/envelopes.ts";
import { openFiles } from "../../dropbox/client/sealing/files.ts";
import { pairFromSeeds } from "../../dropbox/client/sealing/slots.ts";
import { gather } from "../../dropbox/client/sealing/stream.ts";
import { type Bytes, equal } from "../../dropbox/client/wire/bytes.ts";
import { b64, encode, parse, unb64 } from "../../dropbox/client/wire/canonical.ts";
import { checkEnvelopeSize, encodeHeader, headerSize, parseHeader } from "../../dropbox/client/wire/envelope.ts";
import { encodePosting } from "../../dropbox/client/wire/posting.ts";
import { isBelow, stampTarget } from "../../dropbox/client/wire/stamp.ts";
import { digestOf, MIB } from "../../dropbox/client/wire/files.ts";
import { parseMailboxPage } from "../../dropbox/client/wire/mailbox.ts";
import { encodeArchives, parseArchive } from "../../dropbox/client/wire/messages/archive.ts";
import { encodeHead, parseHead } from "../../dropbox/client/wire/messages/head.ts";
import { encodeSigned, idOf, LABEL_ROOT, LABEL_ROSTER, parseSigned, splitFrames } from "../../dropbox/client/wire/signed.ts";
import {
  encodeOpening,
  encodePartPosting,
  parsePartPosting,
  partCount,
} from "../../dropbox/client/wire/upload.ts";
import { Addressees } from "../../dropbox/client/worker/addressees.ts";
import { computeCase } from "./cases.ts";
import { parseOpening, parsePosting } from "./postings.ts";
import { bytesOf, Vector } from "./vector.ts";

const ACCEPTED = "accepted";
const KEY_SIZE = 32;
const SIGNATURE_SIZE = 64;
const PERSON_SIZE = 16;

function hexOf(person: string): string {
  return Buffer.from(unb64(person, PERSON_SIZE)).toString("hex");
}

function hexes(people: ReadonlySet<string>): string[] {
  return [...people].map(hexOf).sort();
}

function ascii(raw: Bytes): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
}

function sha256(raw: Bytes): Bytes {
  return new Uint8Array(createHash("sha256").update(raw).digest());
}

/** Read every file of a whole envelope, each by its digest, and return their SHA-256 in hex. */
async function filesIn(raw: Bytes, message: OpenedMessage): Promise<string[]> {
  const { head } = message;
  const contents = await gather(openFiles(raw, raw.length, message, async () => new Uint8Array()));
  let at = 0;
  const digests = head.files.map(({ size, digest }) => {
    const content = contents.subarray(at, (at += size));
    const pieces = Array.from({ length: Math.ceil(size / MIB) }, (_, number) =>
      sha256(content.subarray(number * MIB, (number + 1) * MIB)));
    if (!equal(digestOf(pieces), digest)) throw new TamperedError();
    return Buffer.from(sha256(content)).toString("hex");
  });
  assert.equal(at, contents.length);
  return digests;
}

type Reader = (vector: Vector) => string | Promise<string>;

const readers: Record<string, Reader> = {
  async envelope(vector) {
    const header = parseHeader(vector.raw);
    const contentKey = await findContentKey(header, pairFromSeeds(vector.hex("box"), vector.hex("kem")));
    const message = await openHead(vector.raw, contentKey);
    if (untilOf(message.head.day) !== header.until) throw new MalformedError();
    assert.deepEqual(await filesIn(vector.raw, message), vector.list("files"));
    const size = headerSize(header.slots.length);
    assert.deepEqual(contentKey, vector.hex("content-key"));
    assert.deepEqual(header.content, vector.hex("content"));
    assert.deepEqual(header.mac, vector.hex("mac"));
    assert.deepEqual(message.id, vector.hex("id"));
    assert.deepEqual(message.head.author, vector.hex("author"));
    assert.equal(message.head.kind, vector.text("kind"));
    assert.equal(checkEnvelopeSize(header, vector.raw.length), vector.number("class"));
    assert.equal(header.slots.length, vector.number("slots"));
    assert.equal(header.until, vector.number("until"));
    assert.deepEqual(encodeHeader(header), vector.raw.slice(0, size));
    return "opens";
  },

  message(vector) {
    const head = parseHead(vector.raw);
    assert.equal(head.kind, vector.text("kind"));
    assert.deepEqual(encodeHead(head), vector.raw);
    return ACCEPTED;
  },

  archive(vector) {
    const brought = parseArchive(vector.raw);
    assert.deepEqual(brought.map(({ place, day, gone }) => `${place}:${day}:${gone}`), vector.list("messages"));
    assert.deepEqual(encodeArchives(brought), [vector.raw]);
    return ACCEPTED;
  },

  case(vector) {
    const { messages } = parse(vector.raw) as any;
    const numbers = new Map<string, string>(messages.map(({ id }: any, at: number) => [id, String(at)]).reverse());
    const found = computeCase(vector.raw);
    const hex = (names: string[]) => names.map((name) => Buffer.from(name, "base64url").toString("hex"));
    const named = (ids: string[]) => ids.map((id) => numbers.get(id));
    assert.deepEqual(named(found.order), vector.list("order"));
    assert.deepEqual(found.standings, vector.list("standings"));
    assert.deepEqual(hex(found.readers), vector.list("readers"));
    assert.deepEqual(hex(found.leftOut), vector.list("left-out"));
    assert.deepEqual(named(found.waiting), vector.list("waiting"));
    assert.deepEqual(named(found.closed ? [found.closed] : []), vector.list("closed"));
    assert.deepEqual(named(found.seen), vector.list("names"));
    return [...found.alarms.map(([kind]: any) => kind), ...found.missing.map(() => "missing")].join(" ") || ACCEPTED;
  },

  canonical(vector) {
    assert.deepEqual(encode(parse(vector.raw)), vector.raw);
    return ACCEPTED;
  },

  base64url(vector) {
    const raw = unb64(ascii(vector.raw), vector.number("size"));
    assert.deepEqual(raw, bytesOf(vector.fields.get("raw") ?? ""));
    assert.equal(b64(raw), ascii(vector.raw));
    return ACCEPTED;
  },

  signature(vector) {
    const end = KEY_SIZE + SIGNATURE_SIZE;
    verifySignature(vector.raw.subarray(0, KEY_SIZE), vector.raw.subarray(end), vector.raw.subarray(KEY_SIZE, end));
    return ACCEPTED;
  },

  async receipt(vector) {
    const receipt = Receipt.parse(ascii(vector.raw));
    assert.equal(receipt.symbols, vector.text("symbols"));
    assert.deepEqual(await receipt.capability(), vector.hex("capability"));
    assert.deepEqual(await receipt.boxSeed(), vector.hex("box-seed"));
    assert.deepEqual(await receipt.kemSeed(), vector.hex("kem-seed"));
    assert.deepEqual(await receipt.signSeed(), vector.hex("sign-seed"));
    return ACCEPTED;
  },

  stamp(vector) {
    if (!isBelow(sha256(vector.raw).buffer, stampTarget(vector.number("work")))) throw new StampError();
    return ACCEPTED;
  },

  fingerprint(vector) {
    assert.equal(words(vector.raw), vector.text("words"));
    assert.equal(b64(vector.raw), vector.text("text"));
    return ACCEPTED;
  },

  signed(vector) {
    assert.deepEqual(encodeSigned(parseSigned(vector.raw)), vector.raw);
    return ACCEPTED;
  },

  frames(vector) {
    const sizes = splitFrames(vector.raw).map((frame) => frame.length);
    assert.deepEqual(sizes, vector.list("sizes").map(Number));
    return ACCEPTED;
  },

  root(vector) {
    const newest = Root.verifyChain(splitFrames(vector.raw).map(parseSigned), vector.hex("pinned"));
    newest.checkDay(vector.number("today"));
    assert.deepEqual(newest.id, vector.hex("id"));
    assert.equal(newest.version, vector.number("version"));
    return ACCEPTED;
  },

  roster(vector) {
    const documents = splitFrames(vector.raw).map(parseSigned);
    const roots = vector.number("roots");
    const rosters = vector.number("rosters");
    const today = vector.number("today");
    const root = Root.verifyChain(documents.slice(0, roots), vector.hex("pinned"));
    root.checkDay(today);
    const history = RosterHistory.verify(documents.slice(roots, roots + rosters), root);
    new People(history.rosters);
    const roster = history.inForce(today);
    const bundles = documents.slice(roots + rosters).map((signed) => Bundle.verify(signed));
    assert.equal(bundles.length, vector.number("bundles"));
    if (bundles.length > 0) {
      const rootIds = documents.slice(0, roots).map((signed) => idOf(signed, LABEL_ROOT));
      const seen = new Set([...rootIds, ...history.rosters.map(({ id }) => id)].map(b64));
      const addressees = new Addressees(history, bundles, today, seen);
      const freshness = new Freshness(history, bundles, today, seen);
      addressees.checkAnybody();
      const hexOfKey = (key: Bytes): string => Buffer.from(key).toString("hex");
      const chosen = [...addressees.bundles].map(([person, { box }]) => `${hexOf(person)}:${hexOfKey(box)}`);
      assert.deepEqual(chosen.sort(), vector.list("chosen"));
      assert.equal(addressees.shape.until, vector.number("until"));
      assert.deepEqual(hexes(freshness.looked), vector.list("looked"));
      assert.deepEqual(hexes(freshness.differing), vector.list("differing"));
      assert.deepEqual(hexes(addressees.away), vector.list("away"));
      assert.deepEqual(hexes(addressees.unknown), vector.list("unknown"));
      assert.deepEqual(hexes(addressees.unusable), vector.list("unusable"));
    }
    assert.deepEqual(roster.id, vector.hex("id"));
    assert.equal(roster.version, vector.number("version"));
    assert.equal(roster.slots(), vector.number("slots"));
    return ACCEPTED;
  },

  texts(vector) {
    const [first, signed, document] = splitFrames(vector.raw);
    const roster = Roster.verify(parseSigned(signed!), Root.verifyChain([parseSigned(first!)], vector.hex("pinned")));
    const { members } = roster.policyIn(vector.text("language"), document!);
    assert.equal(members.texts.welcome, vector.fields.get("welcome") ?? "");
    assert.equal(members.forms[0]?.name ?? "", vector.fields.get("form") ?? "");
    return ACCEPTED;
  },

  route(vector) {
    const { matter, policy, away, receiving } = parse(vector.raw) as any;
    const about = { ...matter, people: new Set(matter.people) };
    const places = route(Policy.parse(policy).members, receiving, about, new Set<string>(away));
    assert.deepEqual(places.map(({ state }) => state), vector.list("places"));
    return ACCEPTED;
  },

  deadlines(vector) {
    const { policy, received, acknowledged } = parse(vector.raw) as any;
    const happened = { received, acknowledged, answered: null, informed: null, closed: null };
    const due = dueDays(Policy.parse(policy).members, happened);
    for (const name of ["answer", "acknowledgement", "feedback"] as const) assert.equal(due[name], vector.number(name));
    return ACCEPTED;
  },

  posting(vector) {
    const posting = parsePosting(vector.raw);
    assert.equal(posting.door, vector.number("door"));
    assert.deepEqual(posting.nonce, vector.hex("nonce"));
    assert.deepEqual(posting.address, vector.hex("address"));
    assert.deepEqual(parseHeader(posting.envelope).mac, vector.hex("mac"));
    assert.deepEqual(encodePosting(posting), vector.raw);
    return ACCEPTED;
  },

  opening(vector) {
    const opening = parseOpening(vector.raw);
    assert.equal(opening.door, vector.number("door"));
    assert.deepEqual(opening.nonce, vector.hex("nonce"));
    assert.deepEqual(opening.address, vector.hex("address"));
    assert.equal(opening.size, vector.number("size"));
    assert.deepEqual(parseHeader(opening.prefix).mac, vector.hex("mac"));
    assert.equal(partCount(opening.prefix.length, opening.size), vector.number("parts"));
    assert.deepEqual(encodeOpening(opening), vector.raw);
    return ACCEPTED;
  },

  part(vector) {
    const part = parsePartPosting(vector.raw);
    assert.deepEqual(part.mac, vector.hex("mac"));
    assert.equal(part.number, vector.number("number"));
    assert.deepEqual(encodePartPosting(part), vector.raw);
    return ACCEPTED;
  },

  log(vector) {
    return vector.text("expect"); // a page reads no log
  },

  mailbox(vector) {
    const page = parseMailboxPage(vector.raw, BigInt(vector.text("after")));
    assert.equal(String(Number(page.more)), vector.text("more"));
    assert.deepEqual(
      page.entries.map(({ header }) => Buffer.from(header.mac).toString("hex")),
      vector.list("macs"),
    );
    return ACCEPTED;
  },

  cursor(vector) {
    return vector.text("expect"); // nor does it ask for one
  },
};

async function outcome(subject: string, vector: Vector): Promise<string> {
  const read = readers[subject];
  if (!read) return `no reader of ${subject}`;
  try {
    return await read(vector);
  } catch (error) {
    return error instanceof MeldbusError ? error.code : String(error);
  }
}

const [folder] = process.argv.slice(2);
assert(folder, "usage: node vectors.ts FOLDER");
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".vec"));
for (const file of files.sort()) {
  const vector = new Vector(new Uint8Array(readFileSync(path(folder, file))));
  const got = await outcome(file.split("/")[0]!, vector);
  console.log(JSON.stringify({ file, expect: vector.text("expect"), got }));
}
