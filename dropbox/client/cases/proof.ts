// A proof that somebody confirmed the receipt of a report, SPEC.md 5.5; it says nothing of what the report tells.

import type { Message } from "../sealing/messages.ts";
import { type Bytes, join, utf8 } from "../wire/bytes.ts";
import { encodeHead } from "../wire/head.ts";
import { encodeSigned, joinFrames, type Signed } from "../wire/signed.ts";

const TITLE = utf8("meldbus proof 1");

/** Return the proof that an acknowledgement makes; `roots` are all, `roster` is the one that its head names. */
export function encodeProof({ mac, signature, head }: Message, roots: readonly Signed[], roster: Signed): Bytes {
  return joinFrames([TITLE, join(mac, signature, encodeHead(head)), ...[...roots, roster].map(encodeSigned)]);
}
