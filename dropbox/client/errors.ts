// The errors of the page, twins of keys/errors.py by name and code; what they say to a person stands in the templates.

/** Only the code leaves the worker, so no error carries words: a browser might keep them. */
export class MeldbusError extends Error {
  readonly code: string = "error";
  /** What it is about, where that is not plain: persons, or the name of a file. */
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

/** Nobody who would read it can be sealed to today. */
export class NotEnrolledError extends TrustError {
  override readonly code = "not-enrolled";
}

/** Only one of the readers can be sealed to, and the person has not been told; `who` are the persons who cannot. */
export class AloneError extends TrustError {
  override readonly code = "alone";
  override readonly who: readonly string[];

  constructor(who: readonly string[]) {
    super();
    this.who = who;
  }
}

/** The server's day and the browser's cannot both be right, and the person has not been told. */
export class ClockError extends TrustError {
  override readonly code = "days";
}

/** The fingerprint in the address is no root's of this chain. */
export class ClosedError extends TrustError {
  override readonly code = "closed";
}

/** Something is wrong with the file of this name, the one that its readers will be told. */
class FileError extends MeldbusError {
  override readonly who: readonly string[];

  constructor(name: string) {
    super();
    this.who = [name];
  }
}

/** A file is not what it was: nothing of it may be sealed twice, so what was begun with it is given up. */
export class ChangedError extends FileError {
  override readonly code = "changed";
}

/** A file cannot be read, not even for the first time. */
export class UnreadableError extends FileError {
  override readonly code = "unreadable";
}

/** The server was not reached, or its answer was cut: the same bytes may be sent again. */
export class NetworkError extends MeldbusError {
  override readonly code: string = "network";
}

/** The server's own refusal, SPEC 13.1; `work` is what it asks for when the stamp did not suffice. */
export class RefusedError extends NetworkError {
  override readonly code: string;
  readonly work: number;

  constructor(code: string, work: number) {
    super();
    this.code = code;
    this.work = work;
  }
}

/** The server lacks what it had acknowledged and nobody else has any more: it has to be sealed anew. */
export class LostError extends NetworkError {}

/** The person broke it off. */
export class CancelledError extends MeldbusError {
  override readonly code = "cancelled";
}

/** What the person gave cannot be sent as it is. */
export class InputError extends MeldbusError {
  override readonly code: "empty" | "too-long" | "nobody" | "too-large" | "too-many";

  constructor(code: InputError["code"]) {
    super();
    this.code = code;
  }
}
