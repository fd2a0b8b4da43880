"""Files read as attachments of a new message."""

from __future__ import annotations

import stat
from mimetypes import MimeTypes
from typing import TYPE_CHECKING

from keys.errors import TooLargeError, UnreadableError
from keys.sealing import Attachment
from keys.wire.canonical import encoded_size, repair
from keys.wire.files import MAX_FILES, MAX_NAME_SIZE, MIB, content_size

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

OTHER = "application/octet-stream"


def attach(paths: Sequence[Path], limit: int, named: Callable[[str, int], str]) -> list[Attachment]:
    """Read files for the first time; `named` returns the name of a file for its readers, from its name and number.

    Raises TooLargeError before reading if they exceed `limit` bytes together or 100 files, and UnreadableError for what
    is not a regular file or cannot be read.
    """
    if len(paths) > MAX_FILES:
        raise TooLargeError(str(MAX_FILES))
    _check(sum(_size(path) for path in paths), limit)
    # Python's own table: the list of types of this machine would identify the machine.
    types = MimeTypes()
    attachments = [
        Attachment.read(path, _sendable(named(path.name, number)), types.guess_type(path.name)[0] or OTHER)
        for number, path in enumerate(paths, 1)
    ]
    _check(content_size(attachment.file for attachment in attachments), limit)
    return attachments


def _check(size: int, limit: int) -> None:
    if size > limit:
        raise TooLargeError(f"{limit / MIB:.1f} MiB")


def _size(path: Path) -> int:
    try:
        found = path.stat()
    except OSError as error:
        raise UnreadableError(f"{path}: {error.strerror}") from None
    # A device has no end.
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableError(str(path))
    return found.st_size


def _sendable(name: str) -> str:
    """Return a name that fits a head: well-formed, and without its beginning if it is too long."""
    fitting = repair(name)
    while encoded_size(fitting) > MAX_NAME_SIZE:
        fitting = fitting[1:]
    return fitting
