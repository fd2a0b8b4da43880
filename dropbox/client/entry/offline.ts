// The worker of the saved page: the sealing code is in the page itself, and nothing is fetched or sent.

import { type SavedDocuments, OfflineCourier } from "../net/offline_courier.ts";
import { Reporting } from "../worker/report_handlers.ts";
import { serve } from "../worker/rpc_server.ts";

declare const kept: SavedDocuments; // the page puts it before this script

serve((left) => new OfflineCourier(kept, left), () => Reporting);
