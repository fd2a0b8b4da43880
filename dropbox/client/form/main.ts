// The page's entry: checks who can read, shows the two ways in, and wipes everything when the page is left.

import type { Trusted } from "../protocol.ts";
import { type Desk, Failed, openDesk } from "./desk.ts";
import { Files } from "./files.ts";
import { emptyDraft, write } from "./report.ts";
import { onPress, openStage, part, type Stage } from "./stage.ts";
import { enter } from "./talk.ts";
import { words, wordsFor } from "./words.ts";

const FINGERPRINT = /^#[\w-]{43}$/; // SPEC.md 8

keepFingerprint();
keepAddress();
const host = document.querySelector<HTMLElement>("#stage");
if (host !== null) run(host);

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
  if (isSecureContext) void trust(stage, openDesk(host.dataset["worker"] ?? ""));
  else close(stage, "browser");
}

async function trust(stage: Stage, desk: Desk): Promise<void> {
  try {
    start(stage, desk, await desk.ask("trust", { fragment: location.hash.slice(1) }));
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

function start(stage: Stage, desk: Desk, trusted: Trusted): void {
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
    Object.assign(draft, emptyDraft());
    stage.clear();
  };
  addEventListener("pagehide", wipe);
  addEventListener("beforeunload", (event) => {
    if (errands.size + draft.files.list.length + files.list.length === 0) return;
    event.preventDefault();
    event.returnValue = true; // Chrome before 119 asks only then
  });
  const leave = document.querySelector<HTMLElement>("#leave");
  if (leave !== null) {
    onPress(leave, () => {
      wipe();
      onPress(part(stage.show("gone"), "again"), () => location.reload());
      for (const bar of document.querySelectorAll<HTMLElement>("header, footer")) bar.hidden = true;
    });
  }

  const back = (): void => {
    const step = stage.show("start");
    part(step, "pinned").hidden = !trusted.pinned;
    part(step, "compare").hidden = trusted.pinned;
    part(step, "words").textContent = trusted.words;
    onPress(part(step, "write"), () => write(reporting, draft));
    onPress(part(step, "enter"), () => enter(talking));
  };
  const talking = { stage, desk, back, during, files, limit: trusted.fileBytes };
  const reporting = { ...talking, trusted, talk: (receipt: string) => enter(talking, receipt) };
  back();
}
