// Bodies of messages that decide when a case ends and how long it is kept (SPEC 5.1, 12.6, 12.7).

import { Day, DOSSIER, Id, Message, Months, OptionalReason, OptionalText, Reason } from "./fields.ts";
import { defineKind } from "./kind.ts";

/** The outcome of a case: its id, the measures taken, and the grounds; either text may be "". */
export const Outcome = defineKind("outcome", DOSSIER, { outcome: Id, measures: OptionalText, grounds: OptionalText });
/** For how many months a closed case is kept, and why, or "". */
export const Retention = defineKind("retention", DOSSIER, { months: Months, text: OptionalReason });
/** The case is not destroyed before this day; `text` is the reason. */
export const Hold = defineKind("hold", DOSSIER, { text: Reason, until: Day });
/** The author asks to destroy the case before its last day; `text` is the reason. */
export const Purge = defineKind("purge", DOSSIER, { text: Reason });
/** The author objects to a purge. */
export const Objection = defineKind("objection", DOSSIER, { message: Message });
/** A second person approves a message that needs two persons to take effect; `text` is the reason, or "". */
export const Approval = defineKind("approval", DOSSIER, { message: Message, text: OptionalReason });
/** A closed case is reopened; `text` is the reason. */
export const Reopened = defineKind("reopened", DOSSIER, { text: Reason });
