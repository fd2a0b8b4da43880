// How far a long errand is: a bar, bytes, per cent and the time left; a screen reader hears of it, and not too often.

import type { Progress } from "../protocol.ts";
import type { Listener, Step } from "./desk.ts";
import { part, type Stage } from "./stage.ts";
import { lasting, share, sized, words } from "./words.ts";

const TOLD_EVERY = 10_000; // milliseconds
const TOLD_AGAIN_AFTER = 5_000;
const TOLD_SHARE = 0.1;
const STEPS = 5; // of a message without files, the end included

/** An errand that is shown in its place until it ends. */
export interface Errand extends Listener {
  /** Whether what was sent may be all there already, at the server. */
  perhapsSent(): boolean;
  end(): void;
}

/** Show in `place` how far an errand is, from its beginning; `now` is in milliseconds. */
export function showErrand(stage: Stage, place: HTMLElement, now = () => performance.now()): Errand {
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
    stage.say("");
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
      stage.say("");
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
      // Tried again after a pause: that goes on where it was, and what was said of it still holds.
      if (at === "sending" && phase !== "" && phase !== "reading") return;
      quiet();
      phase = "";
      perhaps = at === "sending";
      if (bar.max === STEPS) bar.value += 1;
      stage.say(words(`step-${at}`));
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

/** How fast something goes, smoothed, so that the time left does not jump about. */
class Pace {
  #began: number | null = null;
  #at = 0;
  #done = 0;
  #rate = 0;

  /** Return the seconds left, null while that would be a guess; `now` is in milliseconds. */
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
