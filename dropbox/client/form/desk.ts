// The page's end of its worker: asks it, and hands on what it answers; it keeps nothing of either.

import type { Asks, Name, Progress, Reply, Request } from "../protocol.ts";

/** What the worker could not do; `code` is one of protocol.ts, or "browser" where no worker runs at all. */
export class Failed extends Error {
  readonly code: string;
  readonly who: readonly string[];

  constructor(code: string, who: readonly string[] = []) {
    super(code);
    this.code = code;
    this.who = who;
  }
}

export type Step = Extract<Reply, { step: unknown }>["step"];

/** Who hears how far the worker is. */
export interface Listener {
  step(step: Step): void;
  progress(progress: Progress): void;
}

export interface Desk {
  /** Ask the worker; rejects with Failed. `listener` hears how far it is. */
  ask<N extends Name>(name: N, ask: Asks[N]["ask"], listener?: Listener): Promise<Asks[N]["answer"]>;
  /** End the worker, with every secret in it. Whoever waits for it waits for ever. */
  close(): void;
}

interface Waiting {
  readonly done: (answer: never) => void;
  readonly failed: (reason: Failed) => void;
  readonly listener: Listener | undefined;
}

/** Start the worker at `address`, which brings in the script at `sealing` when it needs it. */
export function openDesk(address: string, sealing: string): Desk {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let broken = false;
  const worker = new Worker(address, { name: sealing });

  const breakDown = (): void => {
    broken = true;
    for (const { failed } of waiting.values()) failed(new Failed("browser"));
    waiting.clear();
  };
  worker.addEventListener("error", (event) => {
    // Its message could hold what was typed: the console must not have it.
    event.preventDefault();
    breakDown();
  });
  worker.addEventListener("messageerror", breakDown);
  worker.addEventListener("message", ({ data: reply }: MessageEvent<Reply>) => {
    const one = waiting.get(reply.number);
    if (one === undefined) return;
    if ("step" in reply) {
      one.listener?.step(reply.step);
      return;
    }
    if ("progress" in reply) {
      one.listener?.progress(reply.progress);
      return;
    }
    waiting.delete(reply.number);
    if ("failed" in reply) one.failed(new Failed(reply.failed.code, reply.failed.who));
    else one.done(reply.done as never);
  });

  return {
    ask(name, ask, listener) {
      return new Promise((done, failed) => {
        if (broken) {
          failed(new Failed("browser"));
          return;
        }
        last += 1;
        waiting.set(last, { done, failed, listener });
        worker.postMessage({ number: last, name, ask } as Request);
      });
    },
    close() {
      waiting.clear();
      worker.terminate();
    },
  };
}
