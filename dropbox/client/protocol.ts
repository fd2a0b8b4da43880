// What the page asks its worker and what the worker answers; plaintext passes here and nowhere else.

import type { DueDays } from "./cases/deadlines.ts";

/** A recipient as the verified rosters list them; `person` is base64url. */
export interface ShownRecipient {
  readonly person: string;
  readonly name: string;
  readonly role: "secretaris" | "bestuur" | "external";
}

/** What a report can be about, in the page's language. */
export interface Topic {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
}

/** A question beside the story, of the topics in the list or, where it is empty, of all. */
export interface Question {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly choices: readonly { readonly id: string; readonly name: string }[];
  readonly topics: readonly string[];
}

/** What decides who gets a report; `people` are persons. */
export interface Matter {
  readonly topic: string;
  readonly board: boolean;
  readonly people: readonly string[];
}

/** Where a recipient stands for a matter: cases/routing.ts. */
export interface ShownPlace extends ShownRecipient {
  readonly state: "reads" | "added" | "about" | "board" | "role";
  /** Whether they can be sealed to now; who cannot is a reader all the same, and gets it later. */
  readonly reachable: boolean;
  /** The Monday of the week in which they last looked; null where nothing shows that they have. */
  readonly looked: number | null;
}

/** Who has looked in the last four weeks, by what they sign: roster/freshness.ts. */
export interface ShownFreshness {
  readonly looked: readonly ShownRecipient[];
  /** So many should have looked. */
  readonly wanted: number;
  /** Whose keys name a root or a roster that the server does not show. */
  readonly unknown: readonly ShownRecipient[];
  /** Whose keys name different logs at one place. */
  readonly differing: readonly ShownRecipient[];
  /** The server's day and the browser's, where they cannot both be right. */
  readonly days: readonly [served: number, own: number] | null;
}

/** What the page may know of a chain that counts. `pinned` says of which root the address has the fingerprint: the newest, an old one, or none. */
export interface Trusted {
  readonly organisation: string;
  readonly words: string;
  readonly pinned: "new" | "old" | "";
  readonly recipients: readonly ShownRecipient[];
  readonly topics: readonly Topic[];
  readonly questions: readonly Question[];
  /** How many bytes the files of one message may have together. */
  readonly fileBytes: number;
}

/** A file to be sealed: `blob` is the chosen File, or one made of slices of it. Nothing of it is read before. */
export interface ChosenFile {
  readonly blob: Blob;
  readonly name: string;
  readonly type: string;
}

/** What a file is, by its first bytes and never by its name. `spoilt` is a picture whose parts cannot be told. */
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

/** What was found in a photo that is not needed to draw it. */
export type Trace = "place" | "time" | "device" | "maker" | "preview" | "text" | "description" | "picture" | "other";

export interface Inspected {
  readonly kind: FileKind;
  /** Without a dot, lower case, of letters and digits; "" where there is none. */
  readonly extension: string;
  readonly type: string;
  /** The photo without its traces; null where nothing was found to take out, or nothing can be. */
  readonly stripped: Blob | null;
  readonly traces: readonly Trace[];
}

/** A file of a message of the thread, as its author named it: not fetched yet. */
export interface ShownFile {
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

/** How far a long errand is, in bytes; while it waits for the network, the seconds until it tries again. */
export type Progress =
  | { readonly phase: "reading" | "sending" | "fetching"; readonly done: number; readonly total: number }
  | { readonly phase: "waiting"; readonly seconds: number };

/** What a report tells; `topic` and the names of `answers` are ids of the policy, `people` persons. */
export interface Told {
  readonly text: string;
  readonly topic: string;
  readonly language: string;
  readonly about: { readonly board: boolean; readonly others: string; readonly people: readonly string[] };
  readonly answers: Readonly<Record<string, string>>;
}

/** What a reporter can say beside words and files: the members of SPEC 5.1, ids and persons as base64url. */
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
 * `body` are the members of its kind (SPEC 5.1), ids and persons as base64url; {} where the kind is not known.
 */
export interface ShownMessage {
  readonly id: string;
  readonly kind: string;
  readonly known: boolean;
  readonly body: Readonly<Record<string, unknown>>;
  /** Null for the reporter. `present` is false where the newest roster does not list the key that signed it. */
  readonly author: { readonly person: string; readonly name: string; readonly role: string; readonly present: boolean } | null;
  readonly day: number;
  readonly text: string;
  readonly files: readonly ShownFile[];
  /** Whether it counts: a late or an unclear one changes nothing, and is shown with a mark (SPEC 12.2). */
  readonly standing: "counts" | "late" | "unclear";
  /** Whom its body names in `people`. */
  readonly people: readonly ShownRecipient[];
  /** Who has read it (SPEC 12.5). */
  readonly readBy: readonly ShownRecipient[];
  /** Who reads the case there, and whom it was not sealed to. */
  readonly notTo: readonly ShownRecipient[];
  /** Whether it asks for a reply and has none. */
  readonly waits: boolean;
  /** Whether it is a consent that no denial undoes. */
  readonly holds: boolean;
}

/**
 * Something that SPEC 14 calls an alarm, at its place: `after` messages stand before it.
 *
 * `count` says how often it is there. `people` is the author whom "forbidden" and "left-out-named" accuse, where a roster
 * lists them; the others accuse no person.
 */
export interface Alarm {
  readonly after: number;
  readonly code: "missing" | "spoilt" | "forbidden" | "left-out-named";
  readonly count: number;
  readonly people: readonly ShownRecipient[];
}

export interface ShownThread {
  readonly messages: readonly ShownMessage[];
  readonly alarms: readonly Alarm[];
  /** Whether somebody has said that they opened the report. */
  readonly opened: boolean;
  /** Who reads today. */
  readonly readers: readonly ShownRecipient[];
  /** Those of them who cannot be sealed to now: they get what is written later. */
  readonly unreachable: readonly ShownRecipient[];
  /** Who is on the roster and does not read; `about` where the report is about them. */
  readonly outside: readonly (ShownRecipient & { readonly about: boolean; readonly leftOut: boolean })[];
  /** Where the case stands; null where there is no report. It is closed if `clocks.closed` is a day. */
  readonly clocks: DueDays | null;
  /** Whether the acknowledgement is late, and to whom the report can be sent too: never to those it is about. */
  readonly late: boolean;
  readonly offered: readonly ShownRecipient[];
  /** Who wrote the report down for somebody: nobody can be let in there. */
  readonly entered: { readonly by: ShownRecipient | null; readonly way: "phone" | "in-person" | "letter" } | null;
  /** Whether reading stopped before the end: too much came that nobody can open. */
  readonly stopped: boolean;
  /** The day by the policy's time zone. */
  readonly today: number;
}

export interface Asks {
  /** Fetch /chain and the texts of the page's language, and verify both; `fragment` is the address's, without "#", or "". */
  readonly trust: { readonly ask: { readonly fragment: string; readonly language: string }; readonly answer: Trusted };
  /** Draw a receipt; the answer is the written form, "XXXX-XXXX-...". */
  readonly draw: { readonly ask: Record<never, never>; readonly answer: { readonly receipt: string } };
  /** Check a typed receipt without the network; the answer is its written form. */
  readonly check: { readonly ask: { readonly typed: string }; readonly answer: { readonly receipt: string } };
  /** Say who has looked of late; the newest bundles are fetched for it. */
  readonly freshness: { readonly ask: Record<never, never>; readonly answer: ShownFreshness };
  /** Say who would get a report, and who has looked; the newest bundles are fetched for it. */
  readonly route: {
    readonly ask: { readonly matter: Matter };
    readonly answer: { readonly places: readonly ShownPlace[]; readonly freshness: ShownFreshness };
  };
  /**
   * Seal, stamp and post a report to the chosen persons. Asked again after a failure, it sends the same bytes.
   *
   * `identity` is who the reporter is, or "": a message of its own, sent after. `named` is false where that failed.
   */
  readonly report: {
    readonly ask: {
      readonly receipt: string;
      readonly told: Told;
      readonly chosen: readonly string[];
      readonly files: readonly ChosenFile[];
      readonly identity: string;
    };
    /** `file` is the sealed file of a page without a network, null where the server has it. */
    readonly answer: { readonly day: number; readonly named: boolean; readonly file: Blob | null };
  };
  /** Read the whole thread of a receipt and keep its state in the worker's memory for `answer`. */
  readonly look: { readonly ask: { readonly receipt: string }; readonly answer: ShownThread };
  /** Seal, stamp and post an answer into the thread that was looked at last. */
  readonly answer: {
    readonly ask: { readonly text: string; readonly files: readonly ChosenFile[] };
    readonly answer: { readonly day: number };
  };
  /** Seal, stamp and post another word of the reporter's into the thread that was looked at last. */
  readonly say: { readonly ask: { readonly word: Word }; readonly answer: { readonly day: number } };
  /** Give readers the keys of what they lack of the thread that was looked at last; the answer says how many got some. */
  readonly share: { readonly ask: Record<never, never>; readonly answer: { readonly shared: number } };
  /** Make a proof of the first acknowledgement in the thread that was looked at last, SPEC 5.5. */
  readonly prove: { readonly ask: Record<never, never>; readonly answer: { readonly blob: Blob } };
  /** Have the server forget the code of the thread that was looked at last, for good. */
  readonly leave: { readonly ask: Record<never, never>; readonly answer: Record<never, never> };
  /** Look into a file before it is added; nothing of it is sent. */
  readonly inspect: { readonly ask: { readonly file: Blob; readonly name: string }; readonly answer: Inspected };
  /** Fetch a file of the thread that was looked at last, by its message's id and its own place, its digest checked. */
  readonly fetch: {
    readonly ask: { readonly message: string; readonly file: number };
    readonly answer: { readonly blob: Blob };
  };
  /**
   * Break off what is under way and what waits, which then fail with "cancelled"; answered at once.
   *
   * A message that was being sent may be asked for again with the same: it goes on where it was.
   */
  readonly cancel: { readonly ask: Record<never, never>; readonly answer: Record<never, never> };
}

export type Name = keyof Asks;

/**
 * Codes are those of SPEC 13.1 and 14, and "network", "closed" (the fingerprint is another's), "empty", "too-long",
 * "nobody", "cancelled", "changed" (a file is not what it was when it was chosen; `who` is its name), "unreadable" (likewise),
 * "too-many", "alone" (only one reader can be sealed to, which the page has not said; `who` are those who cannot).
 */
export type Failure = { readonly code: string; readonly who: readonly string[] };

export type Request = { [N in Name]: { readonly number: number; readonly name: N; readonly ask: Asks[N]["ask"] } }[Name];

export type Reply =
  | { readonly number: number; readonly done: unknown }
  | { readonly number: number; readonly failed: Failure }
  | { readonly number: number; readonly step: "fetching" | "sealing" | "stamping" | "sending" }
  | { readonly number: number; readonly progress: Progress };
