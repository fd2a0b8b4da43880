"""A private folder to save into, and unique names for the files in it."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from typing import TYPE_CHECKING

from keys.atomic_files import OWNER_ONLY
from keys.downloads.names import distinct
from keys.errors import FolderError, SpaceError
from keys.identity import sync_folder
from keys.wire.files import MIB

if TYPE_CHECKING:
    from pathlib import Path

_OTHERS = 0o077
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EMLINK)  # some USB sticks support none


def own_folder(path: Path) -> Path:
    """Return the absolute path of a folder of mode 0700; make it if it does not exist.

    Raises FolderError for a folder that others own or can open: they could put a link in the place of a file.
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
    """Raise SpaceError with the missing bytes if the disk has too little space left."""
    lacking = needed - shutil.disk_usage(folder).free
    if lacking > 0:
        raise SpaceError(f"{-(-lacking // MIB)} MiB")


def give_name(file: Path, wanted: str) -> Path:
    """Give a file its name in its folder, durably, with a number if the name is taken; return the path.

    It overwrites nothing and follows no link.
    """
    tried: set[str] = set()
    while True:
        path = file.parent / distinct(wanted, {*tried, *(other.name for other in file.parent.iterdir())})
        try:
            _take(path, file)
        except FileExistsError:
            # Another program was faster, or the disk treats another name as the same.
            tried.add(path.name)
            continue
        file.unlink(missing_ok=True)
        sync_folder(file.parent)
        return path


def _take(path: Path, file: Path) -> None:
    try:
        # Unlike rename, link refuses a name that is taken.
        os.link(file, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        file.replace(path)
