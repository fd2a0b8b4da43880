// A recipient in the form that the page shows.

import type { Recipient } from "../roster/roster.ts";
import type { ShownRecipient } from "../shared/protocol.ts";

export function shown({ person, name, role }: Recipient): ShownRecipient {
  return { person, name, role };
}
