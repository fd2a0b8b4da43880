// The page's entry point: verifies the chain, shows the two ways in, and wipes everything when the page is left.

import type { Trusted } from "../shared/protocol.ts";
import type { Context } from "../form/context.ts";
import { conversation } from "../form/conversation/flow.ts";
import { onPress, part } from "../form/dom.ts";
import { emptyDraft } from "../form/draft.ts";
import { Files } from "../form/files.ts";
import { language, words, wordsFor } from "../form/messages.ts";
import { armExit, replaceOnLeaving } from "../form/quick_exit.ts";
import { report } from "../form/report/flow.ts";
import { openSteps, type Steps } from "../form/steps.ts";
import { type WorkerClient, Failed, openWorker } from "../form/worker_client.ts";

const MOST_OFFLINE = 50 * 1024 * 1024; // bytes: an offline page has the whole sealed file in memory
const FINGERPRINT = /^#[\w-]{43}$/; // SPEC 8

replaceOnLeaving();
keepFingerprint();
keepAddress();
const host = document.querySelector<HTMLElement>("#stage");
if (host === null) armExit(() => undefined);
else run(host);

/** Add the fingerprint to links to our own pages, so that it is not lost on the way back. */
function keepFingerprint(): void {
  if (!FINGERPRINT.test(location.hash)) return;
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href^="/"]')) link.hash = location.hash;
}

/** Handle links within the page in script: the address keeps its fingerprint, and the history has one entry. */
function keepAddress(): void {
  const skip = document.querySelector<HTMLAnchorElement>("a.skip");
  skip?.addEventListener("click", (event) => {
    event.preventDefault();
    document.querySelector<HTMLElement>("#main")?.focus();
  });
}

function run(host: HTMLElement): void {
  const steps = openSteps(host);
  let wipe = (): void => steps.clear();
  armExit(() => wipe());
  const plain = document.querySelector<HTMLElement>("#plain");
  if (plain !== null) plain.hidden = true;
  steps.show("loading");
  steps.say(words("loading"));
  // With another fingerprint in the address, the chain must be verified again.
  addEventListener("hashchange", () => location.reload());
  // A page that returns from the back/forward cache was wiped: it must start again.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  // Without https, browsers do not offer WebCrypto.
  if (!isSecureContext) {
    close(steps, "browser");
    return;
  }
  const isOffline = document.querySelector("#offline") !== null;
  const worker = openWorker(isOffline ? ownWorker() : (host.dataset["worker"] ?? ""), host.dataset["sealing"] ?? "");
  wipe = () => {
    worker.close();
    steps.clear();
  };
  void trust(steps, worker, isOffline, (act) => {
    wipe = act;
  });
}

async function trust(steps: Steps, worker: WorkerClient, isOffline: boolean, onLeaving: (wipe: () => void) => void): Promise<void> {
  try {
    const params = { fragment: location.hash.slice(1), language: language() };
    const trusted = await worker.call("trust", params);
    await start(steps, worker, isOffline, trusted, onLeaving);
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    close(steps, error.code);
  }
}

function close(steps: Steps, code: string): void {
  const step = steps.show("closed");
  part(step, "reason").textContent = wordsFor("closed", code);
  onPress(part(step, "again"), () => location.reload());
}

async function start(
  steps: Steps,
  worker: WorkerClient,
  isOffline: boolean,
  trusted: Trusted,
  onLeaving: (wipe: () => void) => void,
): Promise<void> {
  const draft = emptyDraft();
  const files = new Files();
  const calls = new Set<Promise<unknown>>();
  const during = <T>(call: Promise<T>): Promise<T> => {
    calls.add(call);
    return call.finally(() => calls.delete(call));
  };
  const wipe = (): void => {
    worker.close();
    draft.files.clear();
    files.clear();
    calls.clear();
    Object.assign(draft, emptyDraft());
    steps.clear();
  };
  onLeaving(wipe);
  addEventListener("pagehide", wipe);
  addEventListener("beforeunload", (event) => {
    if (calls.size + draft.files.list.length + files.list.length === 0) return;
    event.preventDefault();
    event.returnValue = true; // Chrome before 119 asks only if this is set
  });

  const limit = isOffline ? Math.min(trusted.fileBytes, MOST_OFFLINE) : trusted.fileBytes;
  const context = { steps, worker, trusted, limit, during };
  for (;;) {
    if ((await choose(context, isOffline)) === "conversation") {
      await conversation({ ...context, files });
      continue;
    }
    const left = await report({ ...context, isOffline }, draft);
    if (left.to === "closed") {
      close(steps, left.code);
      return;
    }
    if (left.to === "conversation") await conversation({ ...context, files }, left.receipt);
  }
}

/** Show the two ways in until the person chooses one. */
function choose({ steps, trusted }: Context, isOffline: boolean): Promise<"report" | "conversation"> {
  const step = steps.show("start");
  part(step, "anew").hidden = !cameBack();
  part(step, "pinned").hidden = trusted.pinned !== "new";
  part(step, "compare").hidden = trusted.pinned === "new";
  part(step, "old").hidden = trusted.pinned !== "old";
  part(step, "words").textContent = trusted.words;
  return new Promise((next) => {
    onPress(part(step, "write"), () => next("report"));
    if (!isOffline) onPress(part(step, "enter"), () => next("conversation"));
  });
}

/** Return the address of a worker built from the saved page's own scripts: there is no other file. */
function ownWorker(): string {
  const scripts = Array.from(document.querySelectorAll("#kept, #offline"), ({ textContent }) => textContent ?? "");
  return URL.createObjectURL(new Blob(scripts, { type: "text/javascript" }));
}

/** Whether the page was reloaded or returned to: text may have been typed into it before. */
function cameBack(): boolean {
  const [navigation] = performance.getEntriesByType("navigation");
  return navigation instanceof PerformanceNavigationTiming && navigation.type !== "navigate";
}
