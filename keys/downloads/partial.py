"""Incomplete files: hidden, locked by one program at a time, and kept for the next attempt."""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from keys.errors import BusyError, FolderError, SpaceError
from keys.wire.files import MIB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path


THREADS = 2
AT_ONCE = 4  # blocks that wait for their digest


class Partial:
    """An incomplete file, held by this program alone; use it in a `with` statement. Written whole MiB stay."""

    def __init__(self, path: Path) -> None:
        """Open it, or make it with mode 0600.

        Raises BusyError if another program holds it, FolderError if it is not as this class makes it.
        """
        self.path = path
        self._file = _held(path)
        self._digests: list[Future[bytes]] = []
        # Other threads compute digests while this one opens and writes: hashing releases the interpreter's lock.
        self._pool = ThreadPoolExecutor(THREADS)

    def __enter__(self) -> Self:
        """Return this file."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close and release it; the next attempt repeats what is not a whole MiB."""
        self._pool.shutdown()
        os.close(self._file)

    def begin(self, size: int) -> int:
        """Read the part of a file of `size` bytes that earlier attempts have left; return its size."""
        self._digests.clear()
        kept = min(os.fstat(self._file).st_size, size) // MIB * MIB
        os.ftruncate(self._file, kept)
        for at in range(0, kept, MIB):
            self._digest(os.pread(self._file, MIB, at))
        os.lseek(self._file, kept, os.SEEK_SET)
        return kept

    def clear(self) -> None:
        """Discard what earlier attempts have left."""
        os.ftruncate(self._file, 0)

    def write(self, pieces: Iterable[bytes | memoryview], watch: Callable[[int], None]) -> None:
        """Append pieces, a MiB at a time; raise SpaceError if the disk is full, and what `pieces` raises."""
        for block in _blocks(pieces):
            self._digest(block)
            _write(self._file, block)
            watch(len(block))

    def digest(self) -> bytes:
        """Return the digest of the whole file (SPEC 4.4), once it is on disk."""
        try:
            os.fsync(self._file)
        except OSError as error:
            raise SpaceError(error.strerror) from None
        return hashlib.sha256(b"".join(digest.result() for digest in self._digests)).digest()

    def remove(self) -> None:
        """Delete it."""
        self.path.unlink(missing_ok=True)

    def _digest(self, block: bytes) -> None:
        if len(self._digests) >= AT_ONCE:
            self._digests[-AT_ONCE].result()  # limits the number of waiting blocks
        self._digests.append(self._pool.submit(lambda: hashlib.sha256(block).digest()))


def _held(path: Path) -> int:
    while True:
        try:
            # It follows no link, and nobody else may read the file.
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise FolderError(f"{path}: {error.strerror}") from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            raise BusyError from None
        if _is_ours(file, path):
            return file
        os.close(file)


def _is_ours(file: int, path: Path) -> bool:
    """Say whether the path still leads only to this file; delete it if it is not as this class makes it."""
    found = os.fstat(file)
    try:
        there = path.lstat()
    except FileNotFoundError:
        return False  # another program has just given it its name
    if (there.st_dev, there.st_ino) != (found.st_dev, found.st_ino):
        return False
    # A second link may be in another place: writing would overwrite the file there.
    if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
        return True
    path.unlink()
    return False


def _blocks(pieces: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Yield the pieces joined to blocks of a MiB, the last one shorter."""
    held: list[bytes | memoryview] = []
    size = 0
    for piece in pieces:
        rest = memoryview(piece)
        while size + len(rest) >= MIB:
            held.append(rest[: MIB - size])
            yield b"".join(held)
            rest = rest[MIB - size :]
            held, size = [], 0
        if rest:
            held.append(rest)
            size += len(rest)
    if held:
        yield b"".join(held)


def _write(file: int, block: bytes) -> None:
    left = memoryview(block)
    try:
        while left:
            left = left[os.write(file, left) :]
    except OSError as error:
        raise SpaceError(error.strerror) from None
