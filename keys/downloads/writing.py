"""Writing the files of a message into a folder while they are fetched; only complete, checked files get a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.downloads.folder import give_name
from keys.downloads.names import harmless_name
from keys.downloads.partial import Partial
from keys.errors import FormatError, MalformedError
from keys.wire.files import MIB, content_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from keys.wire.files import File

PARTIAL = ".meldbus-"  # the start of an unfinished file's name
MAC_CHARACTERS = 32  # of the envelope's mac: enough to be unique
_NEAR = MIB  # a smaller gap is read and skipped; past a larger one the contents are fetched again from the new offset


@dataclass(frozen=True, slots=True)
class Target:
    """A file to write into a folder: `number` is its place in the message, `begin` its offset in the contents."""

    number: int
    file: File
    partial: Path
    begin: int

    def left(self) -> int:
        """Return how many bytes are still to be written."""
        try:
            kept = min(self.partial.lstat().st_size, self.file.size)
        except FileNotFoundError:
            kept = 0
        return self.file.size - kept // MIB * MIB


def plan(folder: Path, mac: bytes, files: Sequence[File], wanted: Iterable[int]) -> list[Target]:
    """Return the targets of the wanted files of a message, by its envelope's mac."""
    chosen, begin, targets = set(wanted), 0, []
    for number, file in enumerate(files):
        if number in chosen:
            partial = folder / f"{PARTIAL}{mac.hex()[:MAC_CHARACTERS]}-{number}"
            targets.append(Target(number, file, partial, begin))
        begin += file.size
    return targets


def write(
    files: Sequence[File],
    targets: Iterable[Target],
    contents: Callable[[int], Iterator[bytes]],
    watch: Callable[[int], None],
) -> Iterator[tuple[Target, Path | None]]:
    """Write the targets, in order, and yield each with its path, or None if its bytes are not what was signed.

    `files` are all of the message; `contents(at)` yields their bytes from an offset on. `watch` gets the number of
    bytes written. After an interruption, the whole MiB that were written stay for the next attempt. Raises
    MalformedError at the end if anything follows the last file.
    """
    source = _Source(contents)
    for target in targets:
        with Partial(target.partial) as partial:
            if _fill(partial, target, source, watch):
                yield target, give_name(target.partial, harmless_name(target.file.name, target.number + 1))
            else:
                partial.remove()
                yield target, None
    source.check_end(content_size(files))


def _fill(partial: Partial, target: Target, source: _Source, watch: Callable[[int], None]) -> bool:
    """Write the missing bytes of a file; say whether the file is what its author signed."""
    kept = partial.begin(target.file.size)
    try:
        partial.write(source.take(target.begin + kept, target.file.size - kept), watch)
    except FormatError:
        source.let_go()
        return False
    if partial.digest() == target.file.digest:
        return True
    if kept == 0:
        return False
    # After a power cut the disk can hold other bytes than were written: that is no reason for an alarm.
    partial.clear()
    return _fill(partial, target, source, watch)


class _Source:
    """The contents of a message, read on from the current offset, or again from another one."""

    def __init__(self, contents: Callable[[int], Iterator[bytes]]) -> None:
        self._contents = contents
        self._pieces: Iterator[bytes] | None = None
        self._held = memoryview(b"")
        self._at = 0

    def take(self, at: int, size: int) -> Iterator[memoryview]:
        """Yield `size` bytes from the offset `at`; raise MalformedError if there are fewer."""
        if size == 0:
            return
        if self._pieces is None or not 0 <= at - self._at <= _NEAR:
            self._pieces, self._held, self._at = self._contents(at), memoryview(b""), at
        skipped = at - self._at
        for piece in self._next(self._pieces, skipped + size):
            yield piece[skipped:]
            skipped = max(0, skipped - len(piece))

    def let_go(self) -> None:
        """Fetch again before the next read: the bytes were wrong."""
        self._pieces = None

    def check_end(self, size: int) -> None:
        """Read past the last file, if that was read, to check that only zeros follow."""
        if self._pieces is not None and self._at == size and any(self._pieces):
            raise MalformedError("more than was said")

    def _next(self, pieces: Iterator[bytes], size: int) -> Iterator[memoryview]:
        while size > 0:
            if not self._held:
                piece = next(pieces, None)
                if piece is None:
                    raise MalformedError("cut contents")
                self._held = memoryview(piece)
            given, self._held = self._held[:size], self._held[size:]
            size -= len(given)
            self._at += len(given)
            yield given
