// The page's errors, twins of keys/errors.py by name and code. The templates have the texts for people.

/** Only the code leaves the worker, so an error carries no text: a browser might store it. */
export class MeldbusError extends Error {
  readonly code: string = "error";
  /** What the error concerns, if the code does not say so: persons, or the name of a file. */
  readonly who: readonly string[] = [];
}

export class FormatError extends MeldbusError {
  override readonly code: string = "format";
}

export class UnsupportedError extends FormatError {
  override readonly code = "unsupported";
}

export class MalformedError extends FormatError {
  override readonly code = "malformed";
}

export class NoSlotError extends FormatError {
  override readonly code = "no-slot";
}

export class ForbiddenError extends FormatError {
  override readonly code = "forbidden";
}

export class TamperedError extends FormatError {
  override readonly code = "tampered";
}

export class ReceiptError extends FormatError {
  override readonly code = "receipt";
}

export class StampError extends FormatError {
  override readonly code = "stamp";
}

export class TrustError extends MeldbusError {
  override readonly code: string = "trust";
}

export class BelowThresholdError extends TrustError {
  override readonly code = "below-threshold";
}

export class ExpiredError extends TrustError {
  override readonly code = "expired";
}

export class RolledBackError extends TrustError {
  override readonly code = "rolled-back";
}

export class ForkError extends TrustError {
  override readonly code = "fork";
}

/** No chosen reader can be sealed to today. */
export class NotEnrolledError extends TrustError {
  override readonly code = "not-enrolled";
}

/** Only one of the readers can be sealed to, and the page has not said so; `who` are the persons who cannot be. */
export class AloneError extends TrustError {
  override readonly code = "alone";
  override readonly who: readonly string[];

  constructor(who: readonly string[]) {
    super();
    this.who = who;
  }
}

/** The server's day and the browser's cannot both be right, and the page has not said so. */
export class ClockError extends TrustError {
  override readonly code = "days";
}

/** The fingerprint in the address belongs to no root of this chain. */
export class ClosedError extends TrustError {
  override readonly code = "closed";
}

/** Something is wrong with the file of this name, the name under which its readers get it. */
class FileError extends MeldbusError {
  override readonly who: readonly string[];

  constructor(name: string) {
    super();
    this.who = [name];
  }
}

/**
 * A file has changed since it was chosen. No part of it may be sealed twice, so the message begun with it is given up.
 */
export class ChangedError extends FileError {
  override readonly code = "changed";
}

/** A file cannot be read, not even the first time. */
export class UnreadableError extends FileError {
  override readonly code = "unreadable";
}

/** The server was not reached, or its answer was cut off: the same bytes may be sent again. */
export class NetworkError extends MeldbusError {
  override readonly code: string = "network";
}

/** The server's own refusal, SPEC 13.1; `work` is the work that it demands if the stamp did not suffice. */
export class RefusedError extends NetworkError {
  override readonly code: string;
  readonly work: number;

  constructor(code: string, work: number) {
    super();
    this.code = code;
    this.work = work;
  }
}

/** The server demands more work than the policy allows: a lying server could keep a phone busy for days. */
export class TooMuchWorkError extends NetworkError {
  override readonly code = "too-much-work";
}

/** The server lacks an envelope that it had acknowledged, and nobody else has a copy: it must be sealed anew. */
export class LostError extends NetworkError {}

/** The person cancelled the call. */
export class CancelledError extends MeldbusError {
  override readonly code = "cancelled";
}

/** The person's input cannot be sent as it is. */
export class InputError extends MeldbusError {
  override readonly code: "empty" | "too-long" | "nobody" | "too-large" | "too-many";

  constructor(code: InputError["code"]) {
    super();
    this.code = code;
  }
}
