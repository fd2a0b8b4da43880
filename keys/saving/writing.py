"""The files of a message written into a folder as they are fetched: whole and checked, or without a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import FormatError, MalformedError
from keys.saving.folder import give_name
from keys.saving.names import harmless_name
from keys.saving.partial import Partial
from keys.wire.files import MIB, content_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from keys.wire.files import File

PARTIAL = ".meldbus-"  # what an unfinished file is called
MAC_CHARACTERS = 32  # enough of the envelope's mac that no two are alike
_NEAR = MIB  # so little is read over; what is farther is fetched from its own place


@dataclass(frozen=True, slots=True)
class Target:
    """A file on its way into a folder: `number` is its place in the message, `begin` its offset in the contents."""

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
    """Return where the wanted files of a message come, by its envelope's mac."""
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
    """Write the targets, in order, and yield each with its path, or None where its bytes are not what was signed.

    `files` are all of the message, `contents(at)` gives their bytes from an offset on. `watch` hears how many bytes
    were written. What interrupts it leaves the whole MiB that were written for the next time. Raises MalformedError at
    the end when something stands behind the last file.
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
    """Write what is missing of a file; say whether it is what its author signed."""
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
    # A power cut can leave other bytes than were written: that is no reason for an alarm.
    partial.clear()
    return _fill(partial, target, source, watch)


class _Source:
    """The contents of a message, read on from where one is, or anew from somewhere else."""

    def __init__(self, contents: Callable[[int], Iterator[bytes]]) -> None:
        self._contents = contents
        self._pieces: Iterator[bytes] | None = None
        self._held = memoryview(b"")
        self._at = 0

    def take(self, at: int, size: int) -> Iterator[memoryview]:
        """Yield `size` bytes from the offset `at`; raise MalformedError when there are not so many."""
        if size == 0:
            return
        if self._pieces is None or not 0 <= at - self._at <= _NEAR:
            self._pieces, self._held, self._at = self._contents(at), memoryview(b""), at
        skipped = at - self._at
        for piece in self._next(self._pieces, skipped + size):
            yield piece[skipped:]
            skipped = max(0, skipped - len(piece))

    def let_go(self) -> None:
        """Read the next bytes anew: what came was not right."""
        self._pieces = None

    def check_end(self, size: int) -> None:
        """Read what stands behind the last file, where that was read, so that it is known to be zeros."""
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
