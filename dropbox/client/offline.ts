// The worker of the page that was saved: what seals is in the page itself, and nothing is fetched or sent.

import { type Kept, KeptCourier } from "./kept.ts";
import { Reporting } from "./reporting.ts";
import { serve } from "./serving.ts";

declare const kept: Kept; // the page puts it in front of this script

serve((left) => new KeptCourier(kept, left), () => Reporting);
