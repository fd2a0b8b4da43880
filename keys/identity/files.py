"""Writing files that hold or name secrets: whole or not at all, for their owner alone; it never overwrites."""

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
    """Write a file of mode 0600 that did not exist; after a power cut it is there whole or not at all.

    Raises ExistsError when something has that name already.
    """
    write_new_pieces(path, [content])


def write_new_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file as `write_new` does, from pieces that are made one by one; raise what making one raises."""
    # mkstemp makes it 0600 from its first moment; link, unlike rename, refuses a name that is taken.
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
    """Write a file of mode 0600 in place of one of our own drafts, whole or not at all."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".meldbus-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
    sync_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder that only its owner can look into, with its parents."""
    path.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Return once the names in a folder are on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
