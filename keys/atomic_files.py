"""Atomic writes of files that hold or name secrets, readable by their owner only. They never overwrite."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from keys.errors import ExistsError

if TYPE_CHECKING:
    from collections.abc import Iterable

OWNER_ONLY = 0o700


def write_new(path: Path, content: bytes) -> None:
    """Write a new file of mode 0600; after a power cut it exists completely or not at all.

    Raises ExistsError if the name is taken.
    """
    write_new_pieces(path, [content])


def write_new_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file as `write_new` does, from pieces that are made on demand; raise what making one raises."""
    # mkstemp creates it with mode 0600; link, unlike rename, refuses a name that is taken.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".meldbus-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        raise ExistsError(str(path)) from None
    finally:
        Path(temporary).unlink()
    sync_folder(path.parent)


def replace(path: Path, content: bytes) -> None:
    """Atomically replace one of our own drafts or key files by a file of mode 0600."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".meldbus-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
    sync_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder that only its owner can open, and its parents."""
    path.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
