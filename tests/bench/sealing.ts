/**
 * A browser's worker that seals a file by the page's own code or by the bare calls below it: `{how, file}` in, seconds out.
 *
 * What is sealed is thrown away, as a part is once it has arrived.
 */
import { isLong, sealHead, signerFromSeed } from "../../dropbox/client/sealing/envelopes.ts";
import { Attachment } from "../../dropbox/client/sealing/files.ts";
import { gcm, gcmKey, sha256 } from "../../dropbox/client/sealing/native.ts";
import { pairFromSeeds } from "../../dropbox/client/sealing/slots.ts";
import { bigEndian, random } from "../../dropbox/client/wire/bytes.ts";
import { CHUNK_SIZE } from "../../dropbox/client/wire/envelope.ts";
import { MIB } from "../../dropbox/client/wire/files.ts";
import { THREAD } from "../../dropbox/client/wire/messages/fields.ts";
import { Report } from "../../dropbox/client/wire/messages/thread.ts";

const KEY_SIZE = 32;
const KEM_SEED_SIZE = 64;
const NONCE_SIZE = 12;
const TOLD = {
  text: "Er ging iets mis.",
  topic: "anders",
  language: "nl",
  about: { board: false, others: "", people: [] },
  answers: {},
};
const SHAPE = { slots: 8, until: 20_000 };

/** All that the page does between "send" and the last part, but for the network and the stamp. */
async function ours(file: File): Promise<void> {
  const attachment = await Attachment.read(file, "opname", "application/octet-stream", () => undefined);
  const signer = signerFromSeed(random(KEY_SIZE));
  const { public: pair } = pairFromSeeds(random(KEY_SIZE), random(KEM_SEED_SIZE));
  const { box, kem } = pair;
  const head = {
    author: signer.public,
    body: { ...TOLD, box, kem, mailbox: random(KEY_SIZE), entered: null },
    case: null,
    channel: THREAD,
    day: SHAPE.until,
    files: [attachment.file],
    kind: Report.KIND,
    roster: random(KEY_SIZE),
    seen: [],
    to: [],
    missing: [],
    without: [],
  } as const;
  const sealed = await sealHead(head, signer, [pair], SHAPE, attachment.pieces());
  if (!isLong(sealed)) throw new Error("too small a file");
  let left = sealed.size - sealed.prefix.length;
  for await (const part of sealed.parts) left -= part.length;
  if (left !== 0) throw new Error("size");
}

/** SHA-256 of each MiB and AES-GCM of each 64 KiB, each awaited before the next. */
async function bare(file: File): Promise<void> {
  const key = await gcmKey(random(KEY_SIZE));
  let counter = 0;
  for (let at = 0; at < file.size; at += MIB) {
    const piece = new Uint8Array(await file.slice(at, at + MIB).arrayBuffer());
    await sha256(piece);
    for (let start = 0; start < piece.length; start += CHUNK_SIZE) {
      await gcm(key, bigEndian(counter++, NONCE_SIZE), piece.subarray(start, start + CHUNK_SIZE));
    }
  }
}

addEventListener("message", async ({ data }: MessageEvent<{ how: "ours" | "bare"; file: File }>) => {
  const begun = performance.now();
  await { ours, bare }[data.how](data.file);
  postMessage((performance.now() - begun) / 1000);
});
