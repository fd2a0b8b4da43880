// Bodies of the channel `log`, with which vaults share what other vaults lack (SPEC 5.1, 12.4).

import { MAX_INTEGER } from "../canonical.ts";
import { ID_SIZE } from "../sizes.ts";
import { bytesField, integerField, listField, LOG, RECIPIENT, REPORTER } from "./fields.ts";
import { defineKind } from "./kind.ts";

export const MAX_ARCHIVE_SIZE = 67_108_864; // SPEC 5.4: a vault fetches it without asking its owner
const MAX_LACKING = 64; // SPEC 5.2: the most that one message can name

/** The author's vault is new, or was away too long: every other tool answers with one share. */
export const Arrived = defineKind("arrived", LOG, {}, { CASE: "absent" });
/** Messages of a case that others name and that the author's vault lacks. */
export const Lacking = defineKind("lacking", LOG, { messages: listField("message id", ID_SIZE, 1, MAX_LACKING) });
/**
 * Keys of messages, in the archive that is its only file. It gives no rights. Without a case, it is about all cases.
 */
export const Share = defineKind(
  "share",
  LOG,
  {},
  { AUTHORS: [REPORTER, RECIPIENT], CASE: "named or absent", FILES: [1, 1] },
);
/** The author accepts a log that differs from the one read before, at this place and digest. */
export const LogAccepted = defineKind(
  "log-accepted",
  LOG,
  { digest: bytesField("digest", ID_SIZE), place: integerField("place", 0, MAX_INTEGER) },
  { CASE: "absent" },
);
