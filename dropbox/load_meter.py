"""How much is coming in and what work that asks for, for all workers; it knows no envelope and no address."""

from __future__ import annotations

import fcntl
import hashlib
import math
import mmap
import os
import struct
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.wire.stamp import MAX_WORK, SEAL_WORK_FACTOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropbox.store.days import Today

MINUTE = 60
HELD_MINUTES = 10  # SPEC 9: a work that was named holds so long
CALM = 60  # postings within FADE that are no load: as many come in a month, cover entries among them
FADE = 300  # seconds after which a posting counts 1/e
BUSY_DAY = 500  # entries of the log in a day, from which on load counts in full
MAX_FACTOR = SEAL_WORK_FACTOR  # a stamp made apart from the server has to hold under any load
PATIENT = 16  # postings of a day with one capability that cost no more; as many more cost twice
MAX_MESSAGE_FACTOR = 64

_LOAD = struct.Struct("=dd")  # postings that still count, and when that was
_DAY = struct.Struct("=qq")  # the store's day and the entries of it
_NAMED = struct.Struct("=qq")  # a minute, and the least work named in it
_SLOTS = HELD_MINUTES + 1
_COUNTED = struct.Struct("=q")  # the day whose messages are counted
_COUNT = struct.Struct("=H")
_MOST = 0xFFFF
# A count-min sketch: 10,000 capabilities in a day hardly disturb each other, and none of them is kept.
_ROWS, _WIDTH = 4, 16_384
_DAY_AT = _LOAD.size
_NAMED_AT = _DAY_AT + _DAY.size
_COUNTED_AT = _NAMED_AT + _SLOTS * _NAMED.size
_SKETCH_AT = _COUNTED_AT + _COUNTED.size
_SIZE = _SKETCH_AT + _ROWS * _WIDTH * _COUNT.size


@dataclass(frozen=True, slots=True)
class Moment:
    """When work is asked for: the policy's own work, the second, and the day in the policy's time zone."""

    rest: int
    now: float
    day: int


class LoadMeter:
    """How much is coming in, for all workers: made before they are forked, so that they share it.

    In memory that has no name: on a disk it would tell the minute in which somebody reported, and which side of a
    mailbox wrote how often.
    """

    def __init__(self) -> None:
        """Share memory with every process that is forked from here on."""
        self._descriptor = os.memfd_create("load")
        os.ftruncate(self._descriptor, _SIZE)
        self._memory = mmap.mmap(self._descriptor, _SIZE)
        self._turn = threading.Lock()
        self._key = os.urandom(16)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # A lock that the kernel lifts when its holder is killed; a semaphore would stay taken.
        with self._turn:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._descriptor, fcntl.LOCK_UN)

    def observe(self, today: Today) -> None:
        """Take from the store how many entries the day has."""
        with self._alone():
            _DAY.pack_into(self._memory, _DAY_AT, today.day, today.position - today.before)

    def count(self, moment: Moment) -> None:
        """Count one posting, opening or part more."""
        self.name_work(moment)
        with self._alone():
            _LOAD.pack_into(self._memory, 0, self._level(moment.now) + 1, moment.now)

    def count_message(self, moment: Moment, capability: bytes) -> None:
        """Count one message more that was sent with a capability."""
        with self._alone():
            if _COUNTED.unpack_from(self._memory, _COUNTED_AT)[0] != moment.day:
                self._memory[_SKETCH_AT:] = bytes(_SIZE - _SKETCH_AT)
                _COUNTED.pack_into(self._memory, _COUNTED_AT, moment.day)
            for place in self._places(capability):
                (number,) = _COUNT.unpack_from(self._memory, place)
                _COUNT.pack_into(self._memory, place, min(number + 1, _MOST))

    def name_work(self, moment: Moment) -> int:
        """Return the work that is asked for now, and remember that it was named."""
        minute = int(moment.now // MINUTE)
        with self._alone():
            work = self._asked(moment)
            place = self._place(minute)
            named_in, least = _NAMED.unpack_from(self._memory, place)
            _NAMED.pack_into(self._memory, place, minute, min(work, least) if named_in == minute else work)
        return work

    def least_work(self, moment: Moment) -> int:
        """Return the least work that somebody may have been told in the last ten minutes."""
        minute = int(moment.now // MINUTE)
        with self._alone():
            asked = self._asked(moment)
            named = [*_NAMED.iter_unpack(self._memory[_NAMED_AT:_COUNTED_AT])]
        held = range(minute - HELD_MINUTES, minute + 1)
        return int(min([asked, *(least for named_in, least in named if named_in in held)]))

    def message_work(self, moment: Moment, capability: bytes) -> int:
        """Return the work that a message with this capability needs at least, whatever the load is."""
        with self._alone():
            if _COUNTED.unpack_from(self._memory, _COUNTED_AT)[0] != moment.day:
                return moment.rest
            sent = int(min(_COUNT.unpack_from(self._memory, place)[0] for place in self._places(capability)))
        return min(moment.rest * min(1 << sent // PATIENT, MAX_MESSAGE_FACTOR), MAX_WORK)

    def _asked(self, moment: Moment) -> int:
        day, entries = _DAY.unpack_from(self._memory, _DAY_AT)
        today = entries if day >= moment.day else 0
        load = max(1.0, self._level(moment.now) / CALM)
        factor = min(max(1.0, load * (today / BUSY_DAY) ** 2), MAX_FACTOR)
        return min(round(moment.rest * factor), MAX_WORK)

    def _level(self, now: float) -> float:
        level, then = _LOAD.unpack_from(self._memory, 0)
        # A clock that was set back must not let the load grow.
        return float(level * math.exp(min(0.0, then - now) / FADE))

    def _places(self, capability: bytes) -> list[int]:
        digest = hashlib.blake2b(capability, digest_size=4 * _ROWS, key=self._key).digest()
        columns = [int.from_bytes(digest[4 * row : 4 * row + 4], "big") % _WIDTH for row in range(_ROWS)]
        return [_SKETCH_AT + (row * _WIDTH + column) * _COUNT.size for row, column in enumerate(columns)]

    def _place(self, minute: int) -> int:
        return _NAMED_AT + minute % _SLOTS * _NAMED.size
