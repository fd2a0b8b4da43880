"""Errors about the server and the connection to it."""

from __future__ import annotations

from keys.errors.base import MeldbusError


class NetworkError(MeldbusError):
    """The server gave no answer, or the answer broke off."""

    code = "network"
    message = "The server cannot be reached."
    hint = "Check the address and the connection, then try again."


class RefusedError(NetworkError):
    """The server answered with an error. The detail is its code."""

    code = "refused"
    message = "The server refused this."
    hint = "Try again later, and tell the operator if this stays."


class TooMuchWorkError(RefusedError):
    """The server asks for more work than the policy allows."""

    code = "too-much-work"
    message = "The server asks for more proof of work than it may."
    hint = "Try again later, and tell the operator if this stays."


class StampRefusedError(RefusedError):
    """A stamp is below the work that the server asks for now."""

    code = "stamp-refused"
    message = "The server asks for more proof of work, because many reports are coming in."
    hint = "Try again: the work is then done."

    def __init__(self, work: int) -> None:
        """Keep the work that the server asks for."""
        super().__init__()
        self.work = work


class SerialRefusedError(RefusedError):
    """The server has already seen a bundle with this serial, or with a higher one."""

    code = "serial-refused"
    message = "The server already has newer keys of yours."
    hint = "If you use your key on one computer only, tell the board: somebody may have a copy of it."

    def __init__(self, highest: int) -> None:
        """Keep the highest serial that the server has."""
        super().__init__("serial")
        self.highest = highest


class GivenUpError(RefusedError):
    """A posting was cancelled because the inbox ended."""

    code = "given-up"
    message = "The inbox was locked before the server had answered."
    hint = "What waits goes out the next time."


class UnknownCapabilityError(RefusedError):
    """The server answered with its own 404 (SPEC 13.1)."""

    code = "unknown-capability"
    message = "No conversation was found for this code."
    hint = "It may have expired, or the code is another one."


class DiffersError(RefusedError):
    """The server's log is not the one that was read (SPEC 10.4)."""

    code = "differs"
    message = "The server's log is not the one that you have read."
    hint = "Ask the operator whether a backup was restored."
