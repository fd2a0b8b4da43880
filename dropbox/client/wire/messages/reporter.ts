// Bodies that only the reporter writes, except the report and answers (SPEC 5.1, 5.2).

import { MalformedError } from "../../shared/errors.ts";
import { ID_SIZE, MAX_AFTER } from "../sizes.ts";
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

export const YES = "yes";
export const NO = "no";
const WITHDRAWN = "withdrawn";
const AUTHORS = [REPORTER] as const;

/**
 * The reporter lets people in or keeps them out, or answers a recipient's request.
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

/** The reporter's response to minutes; `text` says what is wrong in them, or is "". */
export const Agreed = defineKind(
  "agreed",
  THREAD,
  { answer: choiceField(YES, NO), minutes: Message, text: OptionalText },
  { AUTHORS },
);
/** Who the reporter is: a message of its own, so that recipients open it only deliberately. */
export const Identity = defineKind("identity", THREAD, { text: Text }, { AUTHORS });
/** Whether the reporter considers that the report was handled well; `text` is the reason, or "". */
export const Rating = defineKind(
  "rating",
  THREAD,
  { answer: choiceField(YES, "partly", NO), text: OptionalText },
  { AUTHORS },
);
/** The reporter asks to withdraw the report; handling may continue. `text` is the reason, or "". */
export const ReportWithdrawn = defineKind("report-withdrawn", THREAD, { text: OptionalText }, { AUTHORS });
/** The reporter no longer reads this case and asks the server to forget the code. */
export const Left = defineKind("left", THREAD, {}, { AUTHORS });
