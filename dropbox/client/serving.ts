// How a worker serves the page: one errand after another, told how far it is; it knows nothing of what they do.

import type { Courier } from "./courier.ts";
import { CancelledError, MeldbusError } from "./errors.ts";
import type { Progress, Reply, Request } from "./protocol.ts";
import type { Reporting } from "./reporting.ts";
import { Trusting } from "./trusting.ts";

const TOLD_EVERY = 200; // milliseconds

type Asked = Exclude<Request, { name: "cancel" }>;
type Errands = Record<Asked["name"], (ask: never, asker: never) => unknown>;

/**
 * Answer the page's requests; `courierOf` gives the way to a server, by the signal of the errand under way.
 *
 * `later` brings what seals and opens. It is asked for once something needs it, and again where it failed.
 */
export function serve(courierOf: (left: () => AbortSignal) => Courier, later: () => typeof Reporting): void {
  let under = new AbortController(); // of the errand that is under way
  let cancelled = 0; // what was asked before this request is not done any more
  let busy: Promise<void> = Promise.resolve();
  const courier = courierOf(() => under.signal);
  const trusting = new Trusting(courier, () => new Date());
  let reporting: Reporting | null = null;

  const errands = (name: Asked["name"]): Errands => {
    if (name in trusting) return trusting as unknown as Errands;
    reporting ??= new (later())(courier, trusting, wait);
    return reporting as unknown as Errands;
  };
  const answer = async ({ number, name, ask }: Asked): Promise<void> => {
    under = new AbortController();
    const asker = {
      step: (step: Extract<Reply, { step: unknown }>["step"]) => reply({ number, step }),
      progress: telling(number),
      left: under.signal,
    };
    try {
      if (number < cancelled) throw new CancelledError();
      reply({ number, done: await errands(name)[name](ask as never, asker as never) });
    } catch (error) {
      // An error of the browser's own may quote what the person wrote: only the code leaves this place.
      const [code, who] = error instanceof MeldbusError ? [error.code, error.who] : ["error", []];
      reply({ number, failed: { code, who } });
    }
  };
  addEventListener("message", ({ data }: MessageEvent<Request>) => {
    if (data.name === "cancel") {
      // What waits for its turn too: the page gives keys by itself, and the person means their own words.
      cancelled = data.number;
      under.abort(new CancelledError());
      reply({ number: data.number, done: {} });
    } else busy = busy.then(() => answer(data));
  });
}

function reply(message: Reply): void {
  postMessage(message);
}

/** Wait so many seconds, or until the browser says that the network is back. */
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

/** Return what tells the page how far an errand is, and not more often than somebody can read. */
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
