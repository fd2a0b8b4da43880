"""The root of all errors of the recipients' tool."""

from __future__ import annotations


class MeldbusError(Exception):
    """Base class of the errors that are explained to people."""

    code = "error"
    message = "Something went wrong."
    hint = "Try again. If it stays, tell the operator what you did."

    def __str__(self) -> str:
        """Return the message, and the detail that the raiser gave.

        A detail names a field, a limit or a path, never anything that a reporter wrote.
        """
        detail = super().__str__()
        return f"{self.message} ({detail})" if detail else self.message
