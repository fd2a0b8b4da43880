// The arguments that every step of the page receives.

import type { Trusted } from "../shared/protocol.ts";
import type { Steps } from "./steps.ts";
import type { WorkerClient } from "./worker_client.ts";

export interface Context {
  readonly steps: Steps;
  readonly worker: WorkerClient;
  readonly trusted: Trusted;
  /** The maximum size of the files of one message together, in bytes. */
  readonly limit: number;
  /** Have the browser warn before the page is left, until the call ends. */
  readonly during: <T>(call: Promise<T>) => Promise<T>;
}
