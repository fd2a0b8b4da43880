// The errands that come before anything is written: whom to trust, and who would get a report; it seals nothing.

import { route } from "./cases/routing.ts";
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

  async trust({ fragment }: Asks["trust"]["ask"], { step }: Asker): Promise<Asks["trust"]["answer"]> {
    this.#trust = null;
    step("fetching");
    const trust = await Trust.establish(this.#courier, this.#now, fragment);
    this.#trust = trust;
    const { words, pinned, roster } = trust;
    const recipients = roster.receiving(trust.today()).map(shown);
    const { organisation, fileBytes, members: { topics, questions } } = roster.policy;
    return { organisation, words, pinned, recipients, topics, questions, fileBytes };
  }

  async route({ matter }: Asks["route"]["ask"], { step }: Asker): Promise<Asks["route"]["answer"]> {
    step("fetching");
    const { addressees: { roster, bundles, away }, day } = await this.current.addressees();
    const presence = { reachable: new Set(bundles.keys()), away };
    const about = { ...matter, people: new Set(matter.people) };
    const places = route(roster.policy.members, roster.receiving(day), about, presence);
    return { places: places.map(({ recipient, state }) => ({ ...shown(recipient), state })) };
  }
}

export function shown({ identity, name, role }: Recipient): ShownRecipient {
  return { identity, name, role };
}
