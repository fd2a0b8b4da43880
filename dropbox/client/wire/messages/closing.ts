// Bodies that decide when a case ends and how long it is kept (SPEC 5.1, 12.6, 12.7).

import { Day, DOSSIER, Id, Message, Months, OptionalReason, OptionalText, Reason } from "./fields.ts";
import { defineKind } from "./kind.ts";

/** How a case ended: the id of an outcome, what was done, and on what grounds; either text may be "". */
export const Outcome = defineKind("outcome", DOSSIER, { outcome: Id, measures: OptionalText, grounds: OptionalText });
/** For how many months a closed case is kept, and why, or "". */
export const Retention = defineKind("retention", DOSSIER, { months: Months, text: OptionalReason });
/** The case is not destroyed before a day, and why. */
export const Hold = defineKind("hold", DOSSIER, { text: Reason, until: Day });
/** Its author asks to destroy the case before its day, and why. */
export const Purge = defineKind("purge", DOSSIER, { text: Reason });
/** Its author objects to a purge. */
export const Objection = defineKind("objection", DOSSIER, { message: Message });
/** A second person agrees to a message that has no effect by the word of one; `text` is why, or "". */
export const Approval = defineKind("approval", DOSSIER, { message: Message, text: OptionalReason });
/** A closed case goes on, and why. */
export const Reopened = defineKind("reopened", DOSSIER, { text: Reason });
