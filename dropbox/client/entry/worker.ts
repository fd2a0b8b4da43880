// The page's worker: it answers the page's calls, and holds the reporter's secrets in memory only.

import { Courier } from "../net/courier.ts";
import { NetworkError } from "../shared/errors.ts";
import type { Reporting } from "../worker/report_handlers.ts";
import { serve } from "../worker/rpc_server.ts";

declare const sealing: { readonly Reporting: typeof Reporting }; // defined by the second script

// Most visitors never write: the sealing code is loaded when it is needed. Its address is this worker's name.
serve((left) => new Courier(self.location.origin, left), () => {
  try {
    importScripts(self.name);
  } catch {
    throw new NetworkError();
  }
  return sealing.Reporting;
});
