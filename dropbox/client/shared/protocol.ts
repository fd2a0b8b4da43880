// The calls of the page to its worker, and their replies. Plaintext crosses between them here and nowhere else.

/** A recipient as the verified rosters list them; `person` is base64url. */
export interface ShownRecipient {
  readonly person: string;
  readonly name: string;
  readonly role: "secretaris" | "bestuur" | "external";
}

/** A subject that a report can have, in the page's language. */
interface Topic {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
}

/** A question beside the story, for the topics in the list, or for all topics if the list is empty. */
export interface Question {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly choices: readonly { readonly id: string; readonly name: string }[];
  readonly topics: readonly string[];
}

/** The input that decides who receives a report; `people` are persons. */
export interface Matter {
  readonly topic: string;
  readonly board: boolean;
  readonly people: readonly string[];
}

/** A recipient's place in the routing of a matter: cases/routing.ts. */
export interface ShownPlace extends ShownRecipient {
  readonly state: "reads" | "added" | "about" | "board" | "role";
  /** Whether they can be sealed to now. If not, they are readers all the same, and receive the report later. */
  readonly reachable: boolean;
  /** The Monday of the week in which they last looked; null if nothing shows that they have. */
  readonly looked: number | null;
}

/** Who has looked in the last four weeks, according to their signed bundles: roster/freshness.ts. */
export interface ShownFreshness {
  readonly looked: readonly ShownRecipient[];
  /** How many of them should have looked. */
  readonly wanted: number;
  /** Those whose bundles name a root or a roster that the server does not show. */
  readonly unknown: readonly ShownRecipient[];
  /** Those whose bundles name different logs at one place. */
  readonly differing: readonly ShownRecipient[];
  /** The server's day and the browser's, if they cannot both be right. */
  readonly days: readonly [served: number, own: number] | null;
}

/**
 * The page's view of a verified chain. `pinned` says which root's fingerprint the address has: the newest, an old one,
 * or none.
 */
export interface Trusted {
  readonly organisation: string;
  readonly words: string;
  readonly pinned: "new" | "old" | "";
  readonly recipients: readonly ShownRecipient[];
  readonly topics: readonly Topic[];
  readonly questions: readonly Question[];
  /** The maximum size of the files of one message together, in bytes. */
  readonly fileBytes: number;
}

/** A file to seal: `blob` is the chosen File, or consists of slices of it. It is not read before. */
export interface ChosenFile {
  readonly blob: Blob;
  readonly name: string;
  readonly type: string;
}

/** A file's kind, by its first bytes and never by its name. `spoilt` is a picture whose parts cannot be told apart. */
export type FileKind =
  | "photo"
  | "spoilt"
  | "gif"
  | "heic"
  | "pdf"
  | "office"
  | "audio"
  | "video"
  | "text"
  | "archive"
  | "other";

/** Data found in a photo that is not needed to draw it. */
export type Trace = "place" | "time" | "device" | "maker" | "preview" | "text" | "description" | "picture" | "other";

export interface Inspected {
  readonly kind: FileKind;
  /** Without a dot, lower case, letters and digits only; "" if there is no extension. */
  readonly extension: string;
  readonly type: string;
  /** The photo without its traces; null if there are none, or if they cannot be removed. */
  readonly stripped: Blob | null;
  readonly traces: readonly Trace[];
}

/** A file of a message of the thread, as its author named it; not fetched yet. */
export interface ShownFile {
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

/** The progress of a long call, in bytes; while it waits for the network, the seconds until the next attempt. */
export type Progress =
  | { readonly phase: "reading" | "sending" | "fetching"; readonly done: number; readonly total: number }
  | { readonly phase: "waiting"; readonly seconds: number };

/** The contents of a report; `topic` and the names of `answers` are ids of the policy, `people` persons. */
export interface Told {
  readonly text: string;
  readonly topic: string;
  readonly language: string;
  readonly about: { readonly board: boolean; readonly others: string; readonly people: readonly string[] };
  readonly answers: Readonly<Record<string, string>>;
}

/** What a reporter can send besides text and files: the members of SPEC 5.1, ids and persons as base64url. */
export type Word =
  | { readonly kind: "identity" | "report-withdrawn"; readonly text: string }
  | {
    readonly kind: "consent";
    readonly answer: "yes" | "no" | "withdrawn";
    readonly people: readonly string[];
    readonly request: string | null;
  }
  | { readonly kind: "agreed"; readonly answer: "yes" | "no"; readonly minutes: string; readonly text: string }
  | { readonly kind: "rating"; readonly answer: "yes" | "partly" | "no"; readonly text: string }
  | { readonly kind: "left" };

/**
 * One message of the thread, in the order of the case. `day` is the server's.
 *
 * `body` has the members of its kind (SPEC 5.1), ids and persons as base64url; {} if the kind is not known.
 */
export interface ShownMessage {
  readonly id: string;
  readonly kind: string;
  readonly known: boolean;
  readonly body: Readonly<Record<string, unknown>>;
  /** Null for the reporter. `present` is false if the newest roster does not list the key that signed the message. */
  readonly author: { readonly person: string; readonly name: string; readonly role: string; readonly present: boolean } | null;
  readonly day: number;
  readonly text: string;
  readonly files: readonly ShownFile[];
  /** Whether it counts: a late or unclear message changes nothing, and is shown with a mark (SPEC 12.2). */
  readonly standing: "counts" | "late" | "unclear";
  /** The recipients that its body names in `people`. */
  readonly people: readonly ShownRecipient[];
  /** Who has read it (SPEC 12.5), or wrote the report down. */
  readonly readBy: readonly ShownRecipient[];
  /** The readers of the case at that point to whom it was not sealed. */
  readonly notTo: readonly ShownRecipient[];
  /** For how many days it has asked for a reply without getting one; null if it asks for none. */
  readonly waits: number | null;
  /** The answer that holds, if it is a request and has one, and its day. */
  readonly answer: { readonly given: "yes" | "no" | "withdrawn"; readonly day: number } | null;
}

/**
 * An alarm of SPEC 14 and its position: `after` messages precede it.
 *
 * `count` is the number of times it occurs. `people` is the author whom "forbidden" and "left-out-named" accuse, if a
 * roster lists them; the other alarms accuse no person.
 */
export interface Alarm {
  readonly after: number;
  readonly code: "no-report" | "missing" | "entry-day" | "spoilt" | "forbidden" | "left-out-named";
  readonly count: number;
  readonly people: readonly ShownRecipient[];
}

/**
 * The day of each step that the law or the policy requires, null if it was not taken; and the days on which they are
 * due.
 */
interface ShownDeadlines {
  readonly received: number;
  readonly answered: number | null;
  readonly acknowledged: number | null;
  readonly informed: number | null;
  readonly closed: number | null;
  readonly answer: number;
  readonly acknowledgement: number;
  readonly feedback: number;
}

export interface ShownThread {
  readonly messages: readonly ShownMessage[];
  readonly alarms: readonly Alarm[];
  /** Whether anybody has said that they opened the report, or wrote it down. */
  readonly opened: boolean;
  /** Today's readers. */
  readonly readers: readonly ShownRecipient[];
  /** Those readers who cannot be sealed to now: they receive later what is written now. */
  readonly unreachable: readonly ShownRecipient[];
  /** Those on the roster who do not read; `about` is true if the report is about them. */
  readonly outside: readonly (ShownRecipient & { readonly about: boolean; readonly leftOut: boolean })[];
  /** The deadlines of the case; null if there is no report. The case is closed if `clocks.closed` is a day. */
  readonly clocks: ShownDeadlines | null;
  /** Whether the acknowledgement is late, and to whom else the report can be sent: never to those it is about. */
  readonly late: boolean;
  readonly offered: readonly ShownRecipient[];
  /** Who wrote the report down for somebody: nobody can be added to such a case. */
  readonly entered: { readonly by: ShownRecipient | null; readonly way: "phone" | "in-person" | "letter" } | null;
  /** Whether reading stopped before the end, because too many entries could not be opened. */
  readonly stopped: boolean;
  /** The day in the policy's time zone. */
  readonly today: number;
}

export interface Calls {
  /**
   * Fetch /chain and the texts in the page's language, and verify both; `fragment` is the address's, without "#", or
   * "".
   */
  readonly trust: { readonly params: { readonly fragment: string; readonly language: string }; readonly result: Trusted };
  /** Generate a receipt; the result is its written form, "XXXX-XXXX-...". */
  readonly draw: { readonly params: Record<never, never>; readonly result: { readonly receipt: string } };
  /** Check a typed receipt without the network; the result is its written form. */
  readonly check: { readonly params: { readonly typed: string }; readonly result: { readonly receipt: string } };
  /** Return who has looked recently, after fetching the newest bundles. */
  readonly freshness: { readonly params: Record<never, never>; readonly result: ShownFreshness };
  /** Return who would receive a report, and who has looked, after fetching the newest bundles. */
  readonly route: {
    readonly params: { readonly matter: Matter };
    readonly result: { readonly places: readonly ShownPlace[]; readonly freshness: ShownFreshness };
  };
  /**
   * Seal, stamp and post a report to the chosen persons. Called again after a failure, it sends the same bytes.
   *
   * `identity` is who the reporter is, or "". It is sent afterwards, in a message of its own; `named` is false if that
   * failed.
   */
  readonly report: {
    readonly params: {
      readonly receipt: string;
      readonly told: Told;
      readonly chosen: readonly string[];
      readonly files: readonly ChosenFile[];
      readonly identity: string;
    };
    /** `file` is the sealed file if the page is offline, null if the server has the report. */
    readonly result: { readonly day: number; readonly named: boolean; readonly file: Blob | null };
  };
  /** Read the whole thread of a receipt and keep its state in the worker's memory for `answer`. */
  readonly look: { readonly params: { readonly receipt: string }; readonly result: ShownThread };
  /** Seal, stamp and post an answer into the thread of the last `look`. */
  readonly answer: {
    readonly params: { readonly text: string; readonly files: readonly ChosenFile[] };
    readonly result: { readonly day: number };
  };
  /** Seal, stamp and post another message of the reporter into the thread of the last `look`. */
  readonly say: { readonly params: { readonly word: Word }; readonly result: { readonly day: number } };
  /**
   * Share missing keys of the thread of the last `look` with its readers; the result says how many readers got some.
   */
  readonly share: { readonly params: Record<never, never>; readonly result: { readonly shared: number } };
  /** Make a proof of the first acknowledgement in the thread of the last `look`, SPEC 5.5. */
  readonly prove: { readonly params: Record<never, never>; readonly result: { readonly blob: Blob } };
  /** Have the server permanently forget the code of the thread of the last `look`. */
  readonly leave: { readonly params: Record<never, never>; readonly result: Record<never, never> };
  /** Inspect a file before it is added; no part of it is sent. */
  readonly inspect: { readonly params: { readonly file: Blob; readonly name: string }; readonly result: Inspected };
  /** Fetch a file of the thread of the last `look`, by its message's id and its index, and check its digest. */
  readonly fetch: {
    readonly params: { readonly message: string; readonly file: number };
    readonly result: { readonly blob: Blob };
  };
  /**
   * Cancel the running and the waiting calls, which then fail with "cancelled"; answered at once.
   *
   * A call that was sending a message may be repeated with the same parameters: it resumes.
   */
  readonly cancel: { readonly params: Record<never, never>; readonly result: Record<never, never> };
}

export type Name = keyof Calls;

/**
 * Codes are those of SPEC 13.1 and 14, and "network", "closed" (the fingerprint is another's), "empty", "too-long",
 * "nobody", "cancelled", "changed" (a file changed after it was chosen; `who` is its name), "unreadable" (likewise),
 * "too-many", "alone" (only one reader can be sealed to, which the page has not said; `who` are those who cannot be).
 */
type Failure = { readonly code: string; readonly who: readonly string[] };

export type Request<N extends Name = Name> = {
  [M in N]: { readonly number: number; readonly name: M; readonly params: Calls[M]["params"] };
}[N];

/** The replies to a call of this name; the last one is `done` or `failed`. */
export type Reply<N extends Name = Name> =
  | { readonly number: number; readonly done: Calls[N]["result"] }
  | { readonly number: number; readonly failed: Failure }
  | { readonly number: number; readonly step: "fetching" | "sealing" | "stamping" | "sending" }
  | { readonly number: number; readonly progress: Progress };
