// What the page asks its worker and what the worker answers; plaintext passes here and nowhere else.

/** A recipient as the verified roster lists them; `identity` is base64url. */
export interface ShownRecipient {
  readonly identity: string;
  readonly name: string;
  readonly role: "secretaris" | "bestuur" | "external";
}

/** What the page may know of a chain that counts. `pinned` is true when it led through the address's fingerprint. */
export interface Trusted {
  readonly organisation: string;
  readonly words: string;
  readonly pinned: boolean;
  readonly recipients: readonly ShownRecipient[];
}

/** One message of the thread, in the channel's order. `author` is null for the reporter. `day` is the server's. */
export interface ShownMessage {
  readonly kind: string;
  readonly known: boolean;
  readonly author: { readonly name: string; readonly role: string } | null;
  readonly day: number;
  readonly text: string;
}

/** Something that SPEC.md 5.2 calls an alarm, at its place: `after` messages stand before it. */
export interface Alarm {
  readonly after: number;
  readonly code: "missing" | "reordered" | "repeated" | "moved" | "spoilt" | "forbidden" | "unsupported";
}

export interface ShownThread {
  readonly messages: readonly ShownMessage[];
  readonly alarms: readonly Alarm[];
  /** Whether a recipient has said that they opened the report. */
  readonly opened: boolean;
  /** Who can read what is sent now, after the roster of today. */
  readonly readers: readonly ShownRecipient[];
}

export interface Asks {
  /** Fetch /chain and verify it; `fragment` is the address's, without "#", or "". */
  readonly trust: { readonly ask: { readonly fragment: string }; readonly answer: Trusted };
  /** Draw a receipt; the answer is the written form, "XXXX-XXXX-...". */
  readonly draw: { readonly ask: Record<never, never>; readonly answer: { readonly receipt: string } };
  /** Check a typed receipt without the network; the answer is its written form. */
  readonly check: { readonly ask: { readonly typed: string }; readonly answer: { readonly receipt: string } };
  /** Seal, stamp and post a report to the chosen identities. Asked again after a failure, it sends the same bytes. */
  readonly report: {
    readonly ask: { readonly receipt: string; readonly text: string; readonly chosen: readonly string[] };
    readonly answer: { readonly day: number };
  };
  /** Read the whole thread of a receipt and keep its state in the worker's memory for `answer`. */
  readonly look: { readonly ask: { readonly receipt: string }; readonly answer: ShownThread };
  /** Seal, stamp and post an answer into the thread that was looked at last. */
  readonly answer: { readonly ask: { readonly text: string }; readonly answer: { readonly day: number } };
}

export type Name = keyof Asks;

/**
 * Codes are those of SPEC.md 10 and 11, and "network", "closed" (the fingerprint is another's), "empty", "too-long",
 * "nobody". With "not-enrolled", `who` are the identities that cannot be sealed to today.
 */
export type Failure = { readonly code: string; readonly who: readonly string[] };

export type Request = { [N in Name]: { readonly number: number; readonly name: N; readonly ask: Asks[N]["ask"] } }[Name];

export type Reply =
  | { readonly number: number; readonly done: unknown }
  | { readonly number: number; readonly failed: Failure }
  | { readonly number: number; readonly step: "fetching" | "sealing" | "stamping" | "sending" };
