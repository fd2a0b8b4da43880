// The page's worker: it answers the page's requests one by one, and holds the reporter's secrets while it lives.

import { Courier } from "./courier.ts";
import { MeldbusError, NotEnrolledError } from "./errors.ts";
import type { Reply, Request } from "./protocol.ts";
import { Reporting } from "./reporting.ts";

const reporting = new Reporting(new Courier(self.location.origin), () => new Date());
let busy: Promise<void> = Promise.resolve();

function reply(message: Reply): void {
  postMessage(message);
}

async function answer({ number, name, ask }: Request): Promise<void> {
  try {
    reply({ number, done: await reporting[name](ask as never, (step) => reply({ number, step })) });
  } catch (error) {
    // An error of the browser's own may quote what the person wrote: only the code leaves this place.
    const code = error instanceof MeldbusError ? error.code : "error";
    reply({ number, failed: { code, who: error instanceof NotEnrolledError ? error.who : [] } });
  }
}

addEventListener("message", ({ data }: MessageEvent<Request>) => {
  busy = busy.then(() => answer(data));
});
