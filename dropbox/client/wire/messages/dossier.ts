// Bodies of the dossier but for those that end a case (SPEC 5.1); the reporter sees none of them.

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

/** Words for the other readers alone. */
export const Note = defineWords("note", DOSSIER);
/** A form of the policy, filled in: an answer by the id of its field, a choice by its id, a day as 2026-03-02. */
export const Form = defineKind("form", DOSSIER, { form: Id, answers: answersField(1) });
/** Who handles the case from now on; nobody where it is empty. */
export const Assigned = defineKind("assigned", DOSSIER, { people: People });
/** The board was told: which members, on which day, how, by whom, and what. */
export const Informed = defineKind("informed", DOSSIER, {
  people: SomePeople,
  day: Day,
  how: Reason,
  by: Reason,
  text: Text,
});
/** How the register counts the case: a topic of the policy, and one of its categories, or "". */
export const Category = defineKind("category", DOSSIER, { topic: Id, category: OptionalId });
/** Its author opens an `identity`, and what for. */
export const Revealed = defineKind("revealed", DOSSIER, { message: Message, text: Text });
/** What is right in a field of the register from now on, and why; the former value stays visible. */
export const Correction = defineKind("correction", DOSSIER, { field: Id, value: Reason, text: Reason });
/** Its author made a file of the case: what, for whom and why, and whether it says who the reporter is. */
export const Exported = defineKind("exported", DOSSIER, { what: Id, identity: Flag, text: Text });
/** The case is a drill; approved where two people read, it counts in no published number. */
export const Exercise = defineKind("exercise", DOSSIER, { text: Reason });
