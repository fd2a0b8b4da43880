// The page's entry: checks who can read, shows the two ways in, and wipes everything when the page is left.

import type { Trusted } from "../protocol.ts";
import { begin } from "./asking.ts";
import { type Desk, Failed, openDesk } from "./desk.ts";
import { emptyDraft } from "./draft.ts";
import { armExit, replaceOnLeaving } from "./exit.ts";
import { Files } from "./files.ts";
import { onPress, oneAtATime, openStage, part, type Stage } from "./stage.ts";
import { enter } from "./talk.ts";
import { language, words, wordsFor } from "./words.ts";

const MOST_APART = 50 * 1024 * 1024; // bytes: a page without a network has the whole sealed file in memory
const FINGERPRINT = /^#[\w-]{43}$/; // SPEC 8

replaceOnLeaving();
keepFingerprint();
keepAddress();
const host = document.querySelector<HTMLElement>("#stage");
if (host === null) armExit(() => undefined);
else run(host);

/** Let links to our own pages carry the fingerprint on, so that it is not lost on the way back. */
function keepFingerprint(): void {
  if (!FINGERPRINT.test(location.hash)) return;
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href^="/"]')) link.hash = location.hash;
}

/** Follow links within the page by hand: the address keeps its fingerprint, and the history its one entry. */
function keepAddress(): void {
  const skip = document.querySelector<HTMLAnchorElement>("a.skip");
  skip?.addEventListener("click", (event) => {
    event.preventDefault();
    document.querySelector<HTMLElement>("#main")?.focus();
  });
}

function run(host: HTMLElement): void {
  const stage = openStage(host);
  let wipe = (): void => stage.clear();
  armExit(() => wipe());
  const plain = document.querySelector<HTMLElement>("#plain");
  if (plain !== null) plain.hidden = true;
  stage.show("loading");
  stage.say(words("loading"));
  // Another fingerprint in the address is another thing to check.
  addEventListener("hashchange", () => location.reload());
  // A page that the browser had put aside comes back wiped: it has to begin anew.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  // Without https a browser has no cryptography to offer.
  if (!isSecureContext) {
    close(stage, "browser");
    return;
  }
  const apart = document.querySelector("#offline") !== null;
  const desk = openDesk(apart ? ownWorker() : (host.dataset["worker"] ?? ""), host.dataset["sealing"] ?? "");
  wipe = () => {
    desk.close();
    stage.clear();
  };
  void trust(stage, desk, apart, (act) => {
    wipe = act;
  });
}

async function trust(stage: Stage, desk: Desk, apart: boolean, onLeaving: (wipe: () => void) => void): Promise<void> {
  try {
    const asked = { fragment: location.hash.slice(1), language: language() };
    start(stage, desk, apart, await desk.ask("trust", asked), onLeaving);
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    close(stage, error.code);
  }
}

function close(stage: Stage, code: string): void {
  const step = stage.show("closed");
  part(step, "reason").textContent = wordsFor("closed", code);
  onPress(part(step, "again"), () => location.reload());
}

function start(
  stage: Stage,
  desk: Desk,
  apart: boolean,
  trusted: Trusted,
  onLeaving: (wipe: () => void) => void,
): void {
  const draft = emptyDraft();
  const files = new Files();
  const errands = new Set<Promise<unknown>>();
  const during = <T>(errand: Promise<T>): Promise<T> => {
    errands.add(errand);
    return errand.finally(() => errands.delete(errand));
  };
  const wipe = (): void => {
    desk.close();
    draft.files.clear();
    files.clear();
    errands.clear();
    Object.assign(draft, emptyDraft());
    stage.clear();
  };
  onLeaving(wipe);
  addEventListener("pagehide", wipe);
  addEventListener("beforeunload", (event) => {
    if (errands.size + draft.files.list.length + files.list.length === 0) return;
    event.preventDefault();
    event.returnValue = true; // Chrome before 119 asks only then
  });

  const back = (): void => {
    const step = stage.show("start");
    part(step, "anew").hidden = !cameBack();
    part(step, "pinned").hidden = trusted.pinned !== "new";
    part(step, "compare").hidden = trusted.pinned === "new";
    part(step, "old").hidden = trusted.pinned !== "old";
    part(step, "words").textContent = trusted.words;
    onPress(part(step, "write"), oneAtATime()(() => begin(reporting, draft)));
    if (!apart) onPress(part(step, "enter"), () => enter(talking));
  };
  const limit = apart ? Math.min(trusted.fileBytes, MOST_APART) : trusted.fileBytes;
  const closed = (code: string): void => close(stage, code);
  const talking = { stage, desk, trusted, back, closed, during, files, limit };
  const reporting = { ...talking, apart, talk: (receipt: string) => enter(talking, receipt) };
  back();
}

/** Return the address of a worker made of what a saved page has in it: no other file is there. */
function ownWorker(): string {
  const scripts = Array.from(document.querySelectorAll("#kept, #offline"), ({ textContent }) => textContent ?? "");
  return URL.createObjectURL(new Blob(scripts, { type: "text/javascript" }));
}

/** Whether the page was loaded anew, or come back to: then something may have been typed in it before. */
function cameBack(): boolean {
  const [navigation] = performance.getEntriesByType("navigation");
  return navigation instanceof PerformanceNavigationTiming && navigation.type !== "navigate";
}
