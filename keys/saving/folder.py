"""A folder that is ours alone, to save into, and the names of what is in it; it writes no file."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from typing import TYPE_CHECKING

from keys.errors import FolderError, SpaceError
from keys.identity import sync_folder
from keys.saving.names import distinct
from keys.wire.files import MIB

if TYPE_CHECKING:
    from pathlib import Path

OWNER_ONLY = 0o700
_OTHERS = 0o077
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EMLINK)  # sticks for every system have none


def own_folder(path: Path) -> Path:
    """Return the whole path of a folder of mode 0700, made where there is none.

    Raises FolderError for one that others own or may look into: they could put a link where a file is to come.
    """
    place = path.absolute()
    try:
        place.mkdir(mode=OWNER_ONLY, parents=True)
    except FileExistsError:
        found = place.lstat()
        is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
        if not is_ours or stat.S_IMODE(found.st_mode) & _OTHERS:
            raise FolderError(str(place)) from None
    except OSError as error:
        raise FolderError(f"{place}: {error.strerror}") from None
    return place


def check_space(folder: Path, needed: int) -> None:
    """Raise SpaceError, with how much is lacking, where the disk has not so many bytes left."""
    lacking = needed - shutil.disk_usage(folder).free
    if lacking > 0:
        raise SpaceError(f"{-(-lacking // MIB)} MiB")


def give_name(file: Path, wanted: str) -> Path:
    """Give a file its name in its folder, durably, with a number where that name is taken; return the path.

    Nothing is overwritten, and no link that stands there is followed.
    """
    tried: set[str] = set()
    while True:
        path = file.parent / distinct(wanted, {*tried, *(other.name for other in file.parent.iterdir())})
        try:
            _take(path, file)
        except FileExistsError:
            # Somebody was quicker, or the disk knows another file by this name too.
            tried.add(path.name)
            continue
        file.unlink(missing_ok=True)
        sync_folder(file.parent)
        return path


def _take(path: Path, file: Path) -> None:
    try:
        # Unlike a renaming, a link refuses a name that is taken.
        os.link(file, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        file.replace(path)
