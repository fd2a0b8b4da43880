// HTTP client, the page's only network code: it carries sealed bytes to and from the server, and cannot sign or open
// anything.

import { MalformedError, NetworkError, RefusedError } from "../shared/errors.ts";
import { dayOf, integerOf } from "../wire/fields.ts";
import { type Bytes, join } from "../wire/bytes.ts";
import { b64, checkMembers, isObject, type Json, parseObject } from "../wire/canonical.ts";
import { MAX_WORK } from "../wire/stamp.ts";
import { type MailboxEntry, type MailboxPage, parseMailboxPage } from "../wire/mailbox.ts";
import { parseSigned, type Signed, splitFrames } from "../wire/signed.ts";
import { parseMissing, partSize } from "../wire/upload.ts";

const BINARY = "application/octet-stream";
const NOT_FOUND = 404;
const UNKNOWN = '{"error":"unknown"}';
// A connection can fall silent without closing, for example when a laptop sleeps. In this time Tor at its slowest
// delivers three parts.
const SILENCE = 600_000; // milliseconds

/**
 * The client of one server, by its origin.
 *
 * Every method throws NetworkError if the server is not reached, RefusedError with the server's code if it refuses, and
 * the reason of `left` once that is aborted.
 */
export class Courier {
  readonly #server: string;
  readonly #left: () => AbortSignal;

  /** `left` returns the signal of the running call. */
  constructor(server: string, left: () => AbortSignal) {
    this.#server = server;
    this.#left = left;
  }

  /** Whether the page has no network: what is sent becomes a file. */
  get isOffline(): boolean {
    return false;
  }

  /** Return what was sent, as a file; null if a server has it. */
  file(): Blob | null {
    return null;
  }

  /** Return every root, and the roster in force with the newer rosters, unverified. */
  async chain(): Promise<{ readonly roots: readonly Signed[]; readonly rosters: readonly Signed[] }> {
    const [roots, rosters, ...more] = splitFrames(await this.ask("/chain"));
    if (!roots || !rosters || more.length > 0) throw new MalformedError();
    return { roots: splitFrames(roots).map(parseSigned), rosters: splitFrames(rosters).map(parseSigned) };
  }

  /** Return one earlier roster, unverified. */
  async roster(version: number): Promise<Signed> {
    return parseSigned(await this.ask(`/rosters/${version}`));
  }

  /** Return the document of texts with this hash, unverified. */
  async texts(digest: Bytes): Promise<Bytes> {
    return this.ask(`/texts/${b64(digest)}`);
  }

  /** Return the server's day, the work that it demands, and the bundles, unverified. */
  async bundles(
  ): Promise<{ readonly day: number; readonly work: number; readonly bundles: readonly Signed[] }> {
    const [first, ...bundles] = splitFrames(await this.ask("/bundles"));
    const members = parseObject(first ?? new Uint8Array());
    checkMembers(members, ["day", "work"]);
    const work = integerOf(members["work"], 1, MAX_WORK);
    return { day: dayOf(members["day"]), work, bundles: bundles.map(parseSigned) };
  }

  /** Post an envelope and return the server's day once it is stored. */
  async post(posting: Bytes): Promise<number> {
    return storedIn(plain(await this.ask("/envelopes", sending(posting))));
  }

  /**
   * Begin, resume or commit an upload of `count` parts.
   *
   * Returns the server's day if the envelope is stored, otherwise the numbers of the missing parts, ascending.
   */
  async opening(opening: Bytes, count: number): Promise<number | readonly number[]> {
    const answer = plain(await this.ask("/uploads", sending(opening)));
    const missing = isObject(answer) ? answer["missing"] : undefined;
    return missing === undefined ? storedIn(answer) : parseMissing(missing, count);
  }

  /** Send a part; returns when the server has stored it. */
  async send(part: Bytes): Promise<void> {
    await this.ask("/parts", sending(part));
  }

  /**
   * Return the page of a mailbox after the number `after`; throw MalformedError if the page does not continue there.
   */
  async mailbox(capability: Bytes, after: bigint): Promise<MailboxPage> {
    return parseMailboxPage(await this.ask(`/mailbox?after=${after}`, bearer(capability)), after);
  }

  /** Return a part of an envelope in a mailbox; throw MalformedError if its length is wrong. */
  async mailboxPart(capability: Bytes, entry: MailboxEntry, number: number): Promise<Bytes> {
    const { number: at, prefix, size } = entry;
    const part = await this.ask(`/mailbox/${at}/${number}`, bearer(capability));
    if (part.length !== partSize(prefix.length, size, number)) throw new MalformedError();
    return part;
  }

  /** Have the server permanently forget a capability; `other` is the other one of the same mailbox. */
  async leave(capability: Bytes, other: Bytes): Promise<void> {
    try {
      await this.ask("/leave", sending(join(capability, other)));
    } catch (error) {
      // The server had done this already, and its answer was lost.
      if (!(error instanceof RefusedError && error.code === "unknown")) throw error;
    }
  }

  protected async ask(path: string, init?: RequestInit): Promise<Bytes> {
    let ok: boolean;
    let status: number;
    let raw: Bytes;
    const left = this.#left();
    const over = new AbortController();
    const end = (): void => over.abort();
    const silence = setTimeout(end, SILENCE);
    left.addEventListener("abort", end);
    try {
      left.throwIfAborted();
      const answer = await fetch(this.#server + path, {
        ...init,
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: over.signal,
      });
      ({ ok, status } = answer);
      raw = new Uint8Array(await answer.arrayBuffer());
    } catch {
      left.throwIfAborted();
      throw new NetworkError();
    } finally {
      clearTimeout(silence);
      left.removeEventListener("abort", end);
    }
    if (!ok) throw refusal(status, raw);
    return raw;
  }
}

function sending(body: Bytes): RequestInit {
  return { method: "POST", headers: { "Content-Type": BINARY }, body };
}

function storedIn(answer: Json): number {
  return dayOf(isObject(answer) ? answer["stored"] : undefined);
}

function bearer(capability: Bytes): RequestInit {
  return { headers: { Authorization: `Bearer ${b64(capability)}` } };
}

function refusal(status: number, raw: Bytes): NetworkError {
  // Only this exact answer says that the code does not exist: any other 404 comes from a host in between.
  const isUnknown = new TextDecoder().decode(raw) === UNKNOWN;
  if (isUnknown !== (status === NOT_FOUND)) return new NetworkError();
  const answer = plain(raw);
  const code = isObject(answer) ? answer["error"] : null;
  const work = isObject(answer) ? answer["work"] : null;
  // A proxy or gateway in between answers with a page of its own.
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
