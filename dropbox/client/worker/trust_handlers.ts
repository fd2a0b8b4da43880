// The handler of the page's first call, `trust`.

import type { Courier } from "../net/courier.ts";
import type { Asker } from "../net/retry.ts";
import { NetworkError } from "../shared/errors.ts";
import type { Calls } from "../shared/protocol.ts";
import { shown } from "./shown.ts";
import { Trust } from "./trust.ts";

/** The trust in one server, established again whenever the page asks. */
export class Trusting {
  readonly #courier: Courier;
  readonly #now: () => Date;
  #trust: Trust | null = null;

  constructor(courier: Courier, now: () => Date) {
    this.#courier = courier;
    this.#now = now;
  }

  /** The verified chain; throws NetworkError if there is no chain: then nothing is sent, whatever the page asks for. */
  get current(): Trust {
    if (!this.#trust) throw new NetworkError();
    return this.#trust;
  }

  async trust({ fragment, language }: Calls["trust"]["params"], { step }: Asker): Promise<Calls["trust"]["result"]> {
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
