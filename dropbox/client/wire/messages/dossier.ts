// Bodies of the dossier, except those that end a case (SPEC 5.1). The reporter must not see any of them.

import {
  answersField,
  Day,
  DOSSIER,
  Flag,
  Id,
  Message,
  OptionalId,
  People,
  Reason,
  SomePeople,
  Text,
} from "./fields.ts";
import { defineKind, defineWords } from "./kind.ts";

/** Text for the other readers only. */
export const Note = defineWords("note", DOSSIER);
/** A completed form of the policy: an answer by the id of its field, a choice by its id, a day as 2026-03-02. */
export const Form = defineKind("form", DOSSIER, { form: Id, answers: answersField(1) });
/** The handlers of the case from now on; nobody if empty. */
export const Assigned = defineKind("assigned", DOSSIER, { people: People });
/** The board was informed: which members, on which day, how, by whom, and of what. */
export const Informed = defineKind("informed", DOSSIER, {
  people: SomePeople,
  day: Day,
  how: Reason,
  by: Reason,
  text: Text,
});
/** How the register classifies the case: a topic of the policy, and one of its categories, or "". */
export const Category = defineKind("category", DOSSIER, { topic: Id, category: OptionalId });
/** The author opens an `identity`; `text` is the purpose. */
export const Revealed = defineKind("revealed", DOSSIER, { message: Message, text: Text });
/** The correct value of a field of the register from now on, and the reason; the former value stays visible. */
export const Correction = defineKind("correction", DOSSIER, { field: Id, value: Reason, text: Reason });
/**
 * The author exported a file of the case: its kind, its recipient and purpose, and whether it discloses the reporter's
 * identity.
 */
export const Exported = defineKind("exported", DOSSIER, { what: Id, identity: Flag, text: Text });
/** The case is a drill; once approved, if two people read it, no published number counts it. */
export const Exercise = defineKind("exercise", DOSSIER, { text: Reason });
