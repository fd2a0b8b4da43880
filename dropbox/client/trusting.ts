// The errand that comes before all others: whom to trust; it seals nothing.

import type { Courier } from "./courier.ts";
import type { Asker } from "./delivery.ts";
import { NetworkError } from "./errors.ts";
import type { Asks, ShownRecipient } from "./protocol.ts";
import type { Recipient } from "./roster/roster.ts";
import { Trust } from "./trust.ts";

/** One server, whose chain is checked again whenever the page asks. */
export class Trusting {
  readonly #courier: Courier;
  readonly #now: () => Date;
  #trust: Trust | null = null;

  constructor(courier: Courier, now: () => Date) {
    this.#courier = courier;
    this.#now = now;
  }

  /** The chain that counts; throws NetworkError without one: nothing is sent then, whatever the page asks for. */
  get current(): Trust {
    if (!this.#trust) throw new NetworkError();
    return this.#trust;
  }

  async trust({ fragment, language }: Asks["trust"]["ask"], { step }: Asker): Promise<Asks["trust"]["answer"]> {
    this.#trust = null;
    step("fetching");
    const trust = await Trust.establish(this.#courier, this.#now, fragment);
    const { organisation, fileBytes, members: { topics, questions } } = await trust.policyIn(language);
    this.#trust = trust;
    const { words, pinned, roster } = trust;
    const recipients = roster.receiving(trust.today()).map(shown);
    return { organisation, words, pinned, recipients, topics, questions, fileBytes };
  }
}

export function shown({ person, name, role }: Recipient): ShownRecipient {
  return { person, name, role };
}
