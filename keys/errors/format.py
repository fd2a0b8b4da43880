"""Errors about bytes that do not follow SPEC.md."""

from __future__ import annotations

from keys.errors.base import MeldbusError


class FormatError(MeldbusError):
    """Bytes cannot be read."""

    code = "format"
    message = "The file is damaged or is not a Meldbus file."
    hint = "Fetch or copy it again."


class UnsupportedError(FormatError):
    """This program does not know a version or feature."""

    code = "unsupported"
    message = "This was made by a newer version of Meldbus."
    hint = "Update the tool, then try again."


class MalformedError(FormatError):
    """Bytes break a rule of the format. The detail names the rule."""

    code = "malformed"
    message = "This is not a valid Meldbus document."
    hint = "Fetch or copy it again."


class NoSlotError(FormatError):
    """No slot of an envelope opens with the keys at hand."""

    code = "no-slot"
    message = "This envelope is not addressed to you."
    hint = "Ask the sender to seal it to your newest keys."


class TamperedError(FormatError):
    """A signature, mac or hash is wrong."""

    code = "tampered"
    message = "This was changed on its way."
    hint = "Do not trust it, and tell the others."


class ForbiddenError(FormatError):
    """The author of a message may not write it."""

    code = "forbidden"
    message = "The author may not send this in this case."
    hint = "It does not count. Read the alarm in the case."


class ReceiptError(FormatError):
    """A receipt has a wrong check character."""

    code = "receipt"
    message = "The code has a typing error."
    hint = "Compare it with what you wrote down."


class StampError(FormatError):
    """A proof of work is below the server's minimum."""

    code = "stamp"
    message = "There is too little proof of work."
    hint = "Make a new one with the work that the server asks for."
