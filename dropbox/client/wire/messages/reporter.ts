// Bodies that only the reporter writes, but for the report and answers (SPEC 5.1, 5.2).

import { MalformedError } from "../../errors.ts";
import { ID_SIZE } from "../sizes.ts";
import {
  choiceField,
  listField,
  Message,
  OptionalMessage,
  OptionalText,
  People,
  REPORTER,
  Text,
  THREAD,
} from "./fields.ts";
import { type BodyOf, defineKind } from "./kind.ts";

const MAX_AFTER = 256; // SPEC 5.2
export const YES = "yes";
export const NO = "no";
const WITHDRAWN = "withdrawn";
const AUTHORS = [REPORTER] as const;

/**
 * The reporter lets people in or keeps them out, or answers a request of a recipient.
 *
 * A "yes" names in `after` every earlier "no" and "withdrawn" about these people that the page shows.
 */
export const Consent = defineKind(
  "consent",
  THREAD,
  {
    answer: choiceField(YES, NO, WITHDRAWN),
    people: People,
    after: listField("message id", ID_SIZE, 0, MAX_AFTER),
    request: OptionalMessage,
  },
  {
    AUTHORS,
    check({ answer, people, after, request }) {
      if ((after.length > 0 && answer !== YES) || (!request && people.length === 0)) throw new MalformedError();
    },
  },
);
export type Consent = BodyOf<typeof Consent>;

/** The reporter's word on minutes; `text` says what they get wrong, or is "". */
export const Agreed = defineKind(
  "agreed",
  THREAD,
  { answer: choiceField(YES, NO), minutes: Message, text: OptionalText },
  { AUTHORS },
);
/** Who the reporter is: a compartment of its own, to be opened on purpose. */
export const Identity = defineKind("identity", THREAD, { text: Text }, { AUTHORS });
/** Whether the reporter finds that the report was handled well; `text` is why, or "". */
export const Rating = defineKind(
  "rating",
  THREAD,
  { answer: choiceField(YES, "partly", NO), text: OptionalText },
  { AUTHORS },
);
/** The reporter's wish to withdraw the report; handling may go on. `text` is why, or "". */
export const ReportWithdrawn = defineKind("report-withdrawn", THREAD, { text: OptionalText }, { AUTHORS });
/** The reporter reads here no more and asks the server to forget the code. */
export const Left = defineKind("left", THREAD, {}, { AUTHORS });
