// The progress of a long call: a bar, bytes, per cent and the time left; a screen reader announces it, but not too
// often.

import type { Progress } from "../shared/protocol.ts";
import type { Listener, Step } from "./worker_client.ts";
import { part } from "./dom.ts";
import type { Steps } from "./steps.ts";
import { lasting, share, sized, words } from "./messages.ts";

const TOLD_EVERY = 10_000; // milliseconds
const TOLD_AGAIN_AFTER = 5_000;
const TOLD_SHARE = 0.1;
const STEPS = 5; // of a message without files, including the end

/** A progress bar, shown until its call ends. */
export interface ProgressView extends Listener {
  /** Whether the server may already have the whole message. */
  perhapsSent(): boolean;
  end(): void;
}

/** Show the progress of a call in `place`, from its start; `now` is in milliseconds. */
export function showProgress(steps: Steps, place: HTMLElement, now = () => performance.now()): ProgressView {
  const bar = part<HTMLProgressElement>(place, "progress");
  const line = part(place, "pace");
  const waiting = part(place, "waiting");
  const told = part(place, "told");
  let pace = new Pace();
  let phase = "";
  let toldAt = -Infinity;
  let toldShare = 0;
  let countdown = 0;
  let perhaps = false;

  const tell = (sentence: string, done: number): void => {
    told.textContent = sentence;
    toldAt = now();
    toldShare = done;
  };
  const quiet = (): void => {
    clearInterval(countdown);
    waiting.hidden = true;
  };
  const wait = (seconds: number): void => {
    quiet();
    steps.say("");
    pace = new Pace();
    let left = seconds;
    const show = (): void => {
      waiting.textContent = words("waiting", { time: lasting(Math.max(left, 1)) });
      left -= 1;
    };
    show();
    waiting.hidden = false;
    countdown = setInterval(show, 1000);
    if (phase !== "waiting") tell(waiting.textContent ?? "", toldShare);
    phase = "waiting";
  };
  const go = (progress: Exclude<Progress, { phase: "waiting" }>): void => {
    const { done, total } = progress;
    const anew = phase !== progress.phase;
    if (anew) {
      quiet();
      steps.say("");
      pace = new Pace();
      toldShare = 0;
      phase = progress.phase;
    }
    const left = pace.left(done, total, now());
    perhaps = phase === "sending" && done >= total;
    bar.max = Math.max(total, 1);
    bar.value = done;
    const fills = { done: sized(done), total: sized(total), share: share(done, total) };
    const reached = words(`pace-${phase}`, fills);
    line.textContent = [reached, ...(left === null ? [] : [timeLeft(left)])].join(" ");
    const since = now() - toldAt;
    const far = done / Math.max(total, 1) - toldShare >= TOLD_SHARE && since >= TOLD_AGAIN_AFTER;
    if (anew || far || since >= TOLD_EVERY) tell(line.textContent, done / Math.max(total, 1));
  };
  bar.max = STEPS;
  bar.value = 0;
  line.textContent = "";
  told.textContent = "";
  quiet();
  return {
    step(at: Step) {
      // An attempt after a pause resumes the sending: its announcements are still valid.
      if (at === "sending" && phase !== "" && phase !== "reading") return;
      quiet();
      phase = "";
      perhaps = at === "sending";
      if (bar.max === STEPS) bar.value += 1;
      steps.say(words(`step-${at}`));
    },
    progress(progress) {
      if (progress.phase === "waiting") wait(progress.seconds);
      else go(progress);
    },
    perhapsSent: () => perhaps,
    end: quiet,
  };
}

const KNOWN_AFTER = 3_000;
const MEASURED_EVERY = 500;
const SMOOTHED_OVER = 15_000;

/** A smoothed rate, so that the time left does not jump. */
class Pace {
  #began: number | null = null;
  #at = 0;
  #done = 0;
  #rate = 0;

  /** Return the seconds left, or null while that would be a guess; `now` is in milliseconds. */
  left(done: number, total: number, now: number): number | null {
    if (this.#began === null) {
      this.#began = now;
      this.#at = now;
      this.#done = done;
      return null;
    }
    const since = now - this.#at;
    if (since >= MEASURED_EVERY) {
      const weight = this.#rate === 0 ? 1 : 1 - Math.exp(-since / SMOOTHED_OVER);
      this.#rate += weight * ((done - this.#done) / since - this.#rate);
      this.#at = now;
      this.#done = done;
    }
    if (now - this.#began < KNOWN_AFTER || this.#rate <= 0 || done >= total) return null;
    return (total - done) / this.#rate / 1000;
  }
}

function timeLeft(seconds: number): string {
  return seconds < 60 ? words("left-soon") : words("left", { time: lasting(seconds) });
}
