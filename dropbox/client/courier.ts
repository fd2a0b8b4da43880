// The page's only network code: it carries sealed bytes to and from the server, signs nothing and opens nothing.

import { MalformedError, NetworkError, RefusedError } from "./errors.ts";
import { dayOf, integerOf } from "./roster/fields.ts";
import { type Bytes, join } from "./wire/bytes.ts";
import { b64, checkMembers, isObject, type Json, parseObject } from "./wire/canonical.ts";
import { PART_SIZE } from "./wire/envelope.ts";
import { cursorOf, type Item, MAX_WORK, parsePage } from "./wire/exchange.ts";
import { parseSigned, type Signed, splitFrames } from "./wire/signed.ts";

const BINARY = "application/octet-stream";

/**
 * One server, by its origin.
 *
 * Every method throws NetworkError when the server is not reached, RefusedError with the server's code when it refuses,
 * and the reason of `left` once that is aborted.
 */
export class Courier {
  readonly #server: string;

  constructor(server: string) {
    this.#server = server;
  }

  /** Return every root and the current roster, unverified. */
  async chain(): Promise<{ readonly roots: readonly Signed[]; readonly roster: Signed }> {
    const documents = splitFrames(await this.#ask("/chain")).map(parseSigned);
    const roster = documents.pop();
    if (!roster) throw new MalformedError();
    return { roots: documents, roster };
  }

  /** Return one earlier roster, unverified. */
  async roster(version: number): Promise<Signed> {
    return parseSigned(await this.#ask(`/rosters/${version}`));
  }

  /** Return the server's day, the work it asks for, and the bundles, unverified. */
  async bundles(
  ): Promise<{ readonly day: number; readonly work: number; readonly bundles: readonly Signed[] }> {
    const [first, ...bundles] = splitFrames(await this.#ask("/bundles"));
    const members = parseObject(first ?? new Uint8Array());
    checkMembers(members, ["day", "work"]);
    const work = integerOf(members["work"], 1, MAX_WORK);
    return { day: dayOf(members["day"]), work, bundles: bundles.map(parseSigned) };
  }

  /** Post an envelope and return the server's day once it is stored. */
  async post(posting: Bytes): Promise<number> {
    const headers = { "Content-Type": BINARY };
    const answer = plain(await this.#ask("/envelopes", { method: "POST", headers, body: posting }));
    return dayOf(isObject(answer) ? answer["stored"] : undefined);
  }

  /** Return every item of a channel, in its order. */
  async channel(capability: Bytes): Promise<readonly Item[]> {
    const items: Item[] = [];
    for (;;) {
      const last = items.at(-1);
      const path = last ? `/channel?after=${cursorOf(last)}` : "/channel";
      const page = parsePage(await this.#ask(path, bearer(capability)));
      const next = page.items[0];
      // A server that sends the same again and again would keep the page busy for ever.
      if (last && next && next.position <= last.position) throw new MalformedError();
      if (page.more && !next) throw new MalformedError();
      items.push(...page.items);
      if (!page.more) return items;
    }
  }

  /** Return the whole envelope of an item, fetching the parts behind its prefix. */
  async whole(capability: Bytes, item: Item): Promise<Bytes> {
    const parts = [item.prefix];
    const count = Math.ceil((item.size - item.prefix.length) / PART_SIZE);
    for (let part = 0; part < count; part++) {
      parts.push(await this.#ask(`/channel/${item.position}/${part}`, bearer(capability)));
    }
    const envelope = join(...parts);
    if (envelope.length !== item.size) throw new MalformedError();
    return envelope;
  }

  async #ask(path: string, init?: RequestInit): Promise<Bytes> {
    let ok: boolean;
    let raw: Bytes;
    try {
      const answer = await fetch(this.#server + path, {
        ...init,
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
      });
      ok = answer.ok;
      raw = new Uint8Array(await answer.arrayBuffer());
    } catch {
      throw new NetworkError();
    }
    if (!ok) throw refusal(raw);
    return raw;
  }
}

function bearer(capability: Bytes): RequestInit {
  return { headers: { Authorization: `Bearer ${b64(capability)}` } };
}

function refusal(raw: Bytes): NetworkError {
  const answer = plain(raw);
  const code = isObject(answer) ? answer["error"] : null;
  const work = isObject(answer) ? answer["work"] : null;
  // What is between us and the server answers with a page of its own.
  if (typeof code !== "string") return new NetworkError();
  return new RefusedError(code, typeof work === "number" ? work : 0);
}

function plain(raw: Bytes): Json {
  try {
    return JSON.parse(new TextDecoder().decode(raw)) as Json;
  } catch {
    return null;
  }
}
