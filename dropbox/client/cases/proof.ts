// A proof that somebody confirmed the receipt of a report, SPEC 5.5; it says nothing of what the report tells.

import type { OpenedMessage } from "../sealing/envelopes.ts";
import { type Bytes, join, utf8 } from "../wire/bytes.ts";
import { encodeSigned, joinFrames, type Signed } from "../wire/signed.ts";

const TITLE = utf8("meldbus proof 1");

/** Return the proof that an acknowledgement makes; `roots` are all, `roster` is the one that its head names. */
export function encodeProof(
  { mac, signature, rawHead }: OpenedMessage,
  roots: readonly Signed[],
  roster: Signed,
): Bytes {
  return joinFrames([TITLE, join(mac, signature, rawHead), ...[...roots, roster].map(encodeSigned)]);
}
