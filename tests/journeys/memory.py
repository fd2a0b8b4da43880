"""How much memory processes take while something goes on, sampled until it ends; it judges nothing."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

EVERY = 0.05  # seconds
KIB = 1024
RESIDENT = ("Rss:",)
PRIVATE = ("Private_Clean:", "Private_Dirty:", "Private_Hugetlb:")


def mib(pids: Iterable[int], kinds: tuple[str, ...]) -> float:
    """Return the MiB of these kinds that the processes have together; one that has ended has none."""
    kib = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith(kinds):
                    kib += int(line.split()[1])
    return kib / KIB


def descendants(pid: int) -> list[int]:
    """Return a process and all that came from it."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def renderers(pid: int) -> list[int]:
    """Return those of a Chromium's processes that run pages and their workers."""
    found = []
    for one in descendants(pid):
        with contextlib.suppress(OSError):
            if b"--type=renderer" in Path(f"/proc/{one}/cmdline").read_bytes():
                found.append(one)
    return found


@dataclass
class Growth:
    """Between `with` and its end: the least at the beginning, and the most that there ever was."""

    pids: Callable[[], Iterable[int]]
    kinds: tuple[str, ...] = RESIDENT
    before: float = 0
    most: float = 0
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        """Begin to sample."""
        self.before = self.most = mib(self.pids(), self.kinds)
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Sample a last time."""
        self._ended.set()
        self._thread.join()
        self.most = max(self.most, mib(self.pids(), self.kinds))

    @property
    def mib(self) -> float:
        """By how much it grew at the most."""
        return self.most - self.before

    def _sample(self) -> None:
        while not self._ended.wait(EVERY):
            self.most = max(self.most, mib(self.pids(), self.kinds))
