// The page's worker: it answers the page's requests one by one, and holds the reporter's secrets while it lives.

import { Courier } from "./courier.ts";
import { CancelledError, MeldbusError } from "./errors.ts";
import type { Progress, Reply, Request } from "./protocol.ts";
import { type Errand, Reporting } from "./reporting.ts";

const TOLD_EVERY = 200; // milliseconds

let under = new AbortController(); // of the errand that is under way
let busy: Promise<void> = Promise.resolve();
const reporting = new Reporting(new Courier(self.location.origin, () => under.signal), () => new Date(), wait);

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

async function answer({ number, name, ask }: Request & { readonly name: Errand }): Promise<void> {
  under = new AbortController();
  const asker = {
    step: (step: Extract<Reply, { step: unknown }>["step"]) => reply({ number, step }),
    progress: telling(number),
    left: under.signal,
  };
  try {
    reply({ number, done: await reporting[name](ask as never, asker) });
  } catch (error) {
    // An error of the browser's own may quote what the person wrote: only the code leaves this place.
    const [code, who] = error instanceof MeldbusError ? [error.code, error.who] : ["error", []];
    reply({ number, failed: { code, who } });
  }
}

addEventListener("message", ({ data }: MessageEvent<Request>) => {
  if (data.name === "cancel") {
    under.abort(new CancelledError());
    reply({ number: data.number, done: {} });
  } else busy = busy.then(() => answer(data));
});
