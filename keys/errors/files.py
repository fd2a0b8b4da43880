"""Errors about texts and files to seal, save or export."""

from __future__ import annotations

from keys.errors.base import MeldbusError


class TextError(MeldbusError):
    """A text is empty or does not fit into a message."""

    code = "text"
    message = "The text is missing, or is too long for a message."
    hint = "Write it, or send it as a file."


class ChangedError(MeldbusError):
    """A file changed while it was sealed."""

    code = "changed"
    message = "A file changed while it was being sealed, so nothing was sent."
    hint = "Leave it as it is, and begin again."


class TooLargeError(MeldbusError):
    """Files exceed the policy's limit."""

    code = "too-large"
    message = "The files are larger than the organisation's policy allows."
    hint = "Send fewer, or in several messages."


class UnreadableError(MeldbusError):
    """The operating system refuses to read a file."""

    code = "unreadable"
    message = "A file cannot be read."
    hint = "Check that it is there and that you may open it."


class SpaceError(MeldbusError):
    """The disk has too little room for the files."""

    code = "space"
    message = "There is not enough room on the disk for the files."
    hint = "Make room, or choose another folder."


class FileNameError(MeldbusError):
    """The name of an export has no known extension."""

    code = "file-name"
    message = "The name of the file has to end in .html, .json or .csv."
    hint = "The ending says what is made."
