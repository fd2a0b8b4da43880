// The page's worker: it answers the page's requests one by one, and holds the reporter's secrets while it lives.

import { Courier } from "./courier.ts";
import { NetworkError } from "./errors.ts";
import type { Reporting } from "./reporting.ts";
import { serve } from "./serving.ts";

declare const sealing: { readonly Reporting: typeof Reporting }; // what the second script gives

// Most visitors never write: what seals and opens comes when it is needed. Its address is this worker's name.
serve((left) => new Courier(self.location.origin, left), () => {
  try {
    importScripts(self.name);
  } catch {
    throw new NetworkError();
  }
  return sealing.Reporting;
});
