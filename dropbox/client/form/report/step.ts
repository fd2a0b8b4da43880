// The input and output of a report's step. Steps do not call each other.

import type { Context } from "../context.ts";
import type { Draft } from "../draft.ts";
import type { Mistake } from "../fields.ts";

export interface ReportContext extends Context {
  /** Whether there is no network: the report becomes a file. */
  readonly isOffline: boolean;
}

export type Name = "freshness" | "warning" | "topic" | "about" | "readers" | "write" | "review" | "send";

/** The next step, with the errors and the note that it shows; or where the page goes next. */
export type Next =
  | { readonly step: Name; readonly mistakes?: readonly Mistake[]; readonly note?: string }
  | Leaving;

/** Where the page goes when the report is left. */
export type Leaving =
  | { readonly to: "start" }
  | { readonly to: "conversation"; readonly receipt: string }
  /** Reporting is impossible now; `code` is the reason. */
  | { readonly to: "closed"; readonly code: string };

/** Shows a step until it is left, with `mistakes` in it. */
export type Step = (context: ReportContext, draft: Draft, mistakes: readonly Mistake[]) => Promise<Next>;
