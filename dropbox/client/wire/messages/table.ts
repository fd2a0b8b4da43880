// The table of all kinds (SPEC 5.1), by name.

import type { Json } from "../canonical.ts";
import { Approval, Hold, Objection, Outcome, Purge, Reopened, Retention } from "./closing.ts";
import { Assigned, Category, Correction, Exercise, Exported, Form, Informed, Note, Revealed } from "./dossier.ts";
import { type Kind, Unknown } from "./kind.ts";
import { Arrived, Lacking, LogAccepted, Share } from "./log.ts";
import { Agreed, Consent, Identity, Left, Rating, ReportWithdrawn } from "./reporter.ts";
import {
  Acknowledgement,
  Answer,
  Closed,
  Feedback,
  Joined,
  Minutes,
  Opened,
  Question,
  Report,
  Request,
  SteppedBack,
} from "./thread.ts";

/** The kinds, in the order of the table of SPEC.md. @internal */
export const ALL: readonly Kind[] = [
  ...[Report, Answer, Question, Acknowledgement, Opened, Feedback, Minutes, Closed, Request, Joined, SteppedBack],
  ...[Consent, Agreed, Identity, Rating, ReportWithdrawn, Left],
  ...[Note, Form, Assigned, Informed, Category, Revealed, Correction, Exported, Exercise],
  ...[Outcome, Retention, Hold, Purge, Objection, Approval, Reopened],
  ...[Arrived, Lacking, Share, LogAccepted],
];

// A Map: "constructor" is a valid name of a kind, and every object has a member of that name.
const KINDS: ReadonlyMap<Json | undefined, Kind> = new Map(ALL.map((kind) => [kind.KIND, kind]));

/** Return a kind by its name; an unknown kind may be from a newer version. */
export function kindOf(name: string): Kind {
  return KINDS.get(name) ?? Unknown;
}
