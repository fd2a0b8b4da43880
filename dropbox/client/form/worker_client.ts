// The page's client of its worker: makes calls and returns their results.

import type { Calls, Name, Progress, Reply } from "../shared/protocol.ts";

/** The failure of a call; `code` is one of protocol.ts, or "browser" if no worker runs. */
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

/** Receives the progress of a call. */
export interface Listener {
  step(step: Step): void;
  progress(progress: Progress): void;
}

export interface WorkerClient {
  /** Call the worker; rejects with Failed. `listener` receives the progress. */
  call<N extends Name>(name: N, params: Calls[N]["params"], listener?: Listener): Promise<Calls[N]["result"]>;
  /** Terminate the worker, with every secret in it. Pending calls never settle. */
  close(): void;
}

/** Start the worker at `address`, which loads the script at `sealing` when it needs it. */
export function openWorker(address: string, sealing: string): WorkerClient {
  const waiting = new Map<number, (reason: Failed) => void>();
  let last = 0;
  let broken = false;
  const worker = new Worker(address, { name: sealing });

  const breakDown = (): void => {
    broken = true;
    for (const failed of waiting.values()) failed(new Failed("browser"));
    waiting.clear();
  };
  worker.addEventListener("error", (event) => {
    // Its message could contain what was typed: the console must not show it.
    event.preventDefault();
    breakDown();
  });
  worker.addEventListener("messageerror", breakDown);

  return {
    call<N extends Name>(name: N, params: Calls[N]["params"], listener?: Listener) {
      return new Promise<Calls[N]["result"]>((done, failed) => {
        if (broken) {
          failed(new Failed("browser"));
          return;
        }
        const number = ++last;
        const hear = ({ data: reply }: MessageEvent<Reply<N>>): void => {
          if (reply.number !== number || !waiting.has(number)) return;
          if ("step" in reply) listener?.step(reply.step);
          else if ("progress" in reply) listener?.progress(reply.progress);
          else {
            worker.removeEventListener("message", hear);
            waiting.delete(number);
            if ("failed" in reply) failed(new Failed(reply.failed.code, reply.failed.who));
            else done(reply.done);
          }
        };
        waiting.set(number, failed);
        worker.addEventListener("message", hear);
        worker.postMessage({ number, name, params });
      });
    },
    close() {
      waiting.clear();
      worker.terminate();
    },
  };
}
