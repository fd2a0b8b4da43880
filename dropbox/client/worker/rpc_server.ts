// The worker's RPC server: runs the page's calls one at a time, and reports their progress.

import type { Courier } from "../net/courier.ts";
import { CancelledError, MeldbusError } from "../shared/errors.ts";
import type { Asker } from "../net/retry.ts";
import type { Calls, Progress, Reply, Request } from "../shared/protocol.ts";
import type { ReportCall, ReportHandlers, Reporting } from "./report_handlers.ts";
import { Trusting } from "./trust_handlers.ts";

const TOLD_EVERY = 200; // milliseconds

type Call = Exclude<Request, { name: "cancel" }>;

/**
 * Answer the page's calls; `courierOf` returns a client of the server, given the signal of the running call.
 *
 * `later` loads the sealing code. It is called when something first needs that code, and again after a failure.
 */
export function serve(courierOf: (left: () => AbortSignal) => Courier, later: () => typeof Reporting): void {
  let under = new AbortController(); // of the running call
  let cancelled = 0; // calls before this number are no longer run
  let busy: Promise<void> = Promise.resolve();
  const courier = courierOf(() => under.signal);
  const trusting = new Trusting(courier, () => new Date());
  let reporting: Reporting | null = null;

  const handlers = (): ReportHandlers => (reporting ??= new (later())(courier, trusting, wait));
  const reported = async <N extends ReportCall>(call: Request<N>, asker: Asker): Promise<Calls[N]["result"]> =>
    handlers()[call.name](call.params, asker);
  const answer = async (call: Call): Promise<void> => {
    const { number } = call;
    under = new AbortController();
    const asker: Asker = {
      step: (step: Extract<Reply, { step: unknown }>["step"]) => reply({ number, step }),
      progress: telling(number),
      left: under.signal,
    };
    try {
      if (number < cancelled) throw new CancelledError();
      reply({ number, done: await (call.name === "trust" ? trusting.trust(call.params, asker) : reported(call, asker)) });
    } catch (error) {
      // A browser's own error may quote what the person wrote: only the code leaves the worker.
      const [code, who] = error instanceof MeldbusError ? [error.code, error.who] : ["error", []];
      reply({ number, failed: { code, who } });
    }
  };
  addEventListener("message", ({ data }: MessageEvent<Request>) => {
    if (data.name === "cancel") {
      // Waiting calls too: the page shares keys by itself, and the person wants to stop their own message.
      cancelled = data.number;
      under.abort(new CancelledError());
      reply({ number: data.number, done: {} });
    } else busy = busy.then(() => answer(data));
  });
}

function reply(message: Reply): void {
  postMessage(message);
}

/** Wait this many seconds, or until the browser reports that the network is back. */
function wait(seconds: number, left: AbortSignal): Promise<void> {
  return new Promise((done, failed) => {
    const end = (): void => {
      clearTimeout(timer);
      removeEventListener("online", end);
      left.removeEventListener("abort", end);
      if (left.aborted) failed(left.reason);
      else done();
    };
    const timer = setTimeout(end, seconds * 1000);
    addEventListener("online", end);
    left.addEventListener("abort", end);
    if (left.aborted) end();
  });
}

/** Return a function that reports the progress of a call to the page, at most once per TOLD_EVERY. */
function telling(number: number): (progress: Progress) => void {
  let told = -Infinity;
  let phase: Progress["phase"] = "waiting";
  return (progress) => {
    const counts = progress.phase !== "waiting" && progress.phase === phase && progress.done < progress.total;
    if (counts && performance.now() - told < TOLD_EVERY) return;
    told = performance.now();
    phase = progress.phase;
    reply({ number, progress });
  };
}
