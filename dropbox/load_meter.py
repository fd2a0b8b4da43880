"""How much is coming in and what work that asks for, for all workers; it knows no envelope and no address."""

from __future__ import annotations

import fcntl
import math
import mmap
import os
import struct
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from keys.wire.exchange import MAX_WORK, SEAL_WORK_FACTOR

if TYPE_CHECKING:
    from collections.abc import Iterator

MINUTE = 60
HELD_MINUTES = 10  # SPEC.md 9: a work that was named holds so long
CALM = 60  # entries within FADE that raise nothing: as many come in a month, decoys among them
FADE = 300  # seconds after which an entry counts 1/e
MAX_FACTOR = SEAL_WORK_FACTOR  # a stamp made apart from the server has to hold under any load

_LOAD = struct.Struct("=dd")  # entries that still count, and when that was
_NAMED = struct.Struct("=qq")  # a minute, and the least work named in it
_SLOTS = HELD_MINUTES + 1


class LoadMeter:
    """How much is coming in, for all workers: made before they are forked, so that they share it.

    In memory that has no name: on a disk it would tell the minute in which somebody reported.
    """

    def __init__(self) -> None:
        """Share a page of memory with every process that is forked from here on."""
        self._descriptor = os.memfd_create("load")
        os.ftruncate(self._descriptor, mmap.PAGESIZE)
        self._memory = mmap.mmap(self._descriptor, mmap.PAGESIZE)
        self._turn = threading.Lock()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # A lock that the kernel lifts when its holder is killed; a semaphore would stay taken.
        with self._turn:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._descriptor, fcntl.LOCK_UN)

    def count(self, rest: int, now: float) -> None:
        """Count one entry more; `rest` is the policy's work."""
        self.name_work(rest, now)
        with self._alone():
            _LOAD.pack_into(self._memory, 0, self._level(now) + 1, now)

    def name_work(self, rest: int, now: float) -> int:
        """Return the work that is asked for now, and remember that it was named; `rest` is the policy's."""
        minute = int(now // MINUTE)
        with self._alone():
            work = self._asked(rest, now)
            place = self._place(minute)
            named_in, least = _NAMED.unpack_from(self._memory, place)
            _NAMED.pack_into(self._memory, place, minute, min(work, least) if named_in == minute else work)
        return work

    def least_work(self, rest: int, now: float) -> int:
        """Return the least work that somebody may have been told in the last ten minutes."""
        minute = int(now // MINUTE)
        with self._alone():
            works = [self._asked(rest, now)]
            for earlier in range(minute - HELD_MINUTES, minute + 1):
                named_in, least = _NAMED.unpack_from(self._memory, self._place(earlier))
                if named_in == earlier:
                    works.append(least)
        return min(works)

    def _asked(self, rest: int, now: float) -> int:
        factor = min(max(1.0, self._level(now) / CALM), MAX_FACTOR)
        return min(round(rest * factor), MAX_WORK)

    def _level(self, now: float) -> float:
        level, then = _LOAD.unpack_from(self._memory, 0)
        # A clock that was set back must not let the load grow.
        return float(level * math.exp(min(0.0, then - now) / FADE))

    def _place(self, minute: int) -> int:
        return _LOAD.size + minute % _SLOTS * _NAMED.size
