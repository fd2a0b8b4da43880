// A proof that somebody confirmed the receipt of a report, SPEC 5.5. It must not contain anything from the report.

import type { OpenedMessage } from "../sealing/envelopes.ts";
import { type Bytes, join, utf8 } from "../wire/bytes.ts";
import { encodeSigned, joinFrames, type Signed } from "../wire/signed.ts";

const TITLE = utf8("meldbus proof 1");

/** Return the proof of an acknowledgement; `roots` are all roots, `roster` is the one that its head names. */
export function encodeProof(
  { mac, signature, rawHead }: OpenedMessage,
  roots: readonly Signed[],
  roster: Signed,
): Bytes {
  return joinFrames([TITLE, join(mac, signature, rawHead), ...[...roots, roster].map(encodeSigned)]);
}
