"""The load of all workers and the work it requires. It records no envelope and no address."""

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

from keys.wire.posting import DOOR_APPEND, DOOR_OPEN, MOST_TIMES
from keys.wire.stamp import MAX_WORK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropbox.store.days import Today

MINUTE = 60
HELD_MINUTES = 10  # SPEC 9: announced work is valid this long
CALM = 60  # postings within FADE that are no load: as many come in a month, cover entries among them
FADE = 300  # seconds after which a posting counts 1/e
BUSY_DAY = 500  # entries of the log in a day, from which on load counts in full
MAX_FACTOR = MOST_TIMES[DOOR_OPEN]  # a stamp made offline must be enough under any load
PATIENT = 16  # postings in a day with one capability at no extra cost; as many more cost twice
MAX_MESSAGE_FACTOR = MOST_TIMES[DOOR_APPEND]

_LOAD = struct.Struct("=dd")  # postings that still count, and their time
_DAY = struct.Struct("=qq")  # the store's day and its number of entries
_NAMED = struct.Struct("=qq")  # a minute, and the least work announced in it
_SLOTS = HELD_MINUTES + 1
_COUNTED = struct.Struct("=q")  # the day whose messages are counted
_COUNT = struct.Struct("=H")
_MOST = 0xFFFF
# A count-min sketch: 10,000 capabilities in a day hardly disturb each other, and it stores none of them.
_ROWS, _WIDTH = 4, 16_384
_DAY_AT = _LOAD.size
_NAMED_AT = _DAY_AT + _DAY.size
_COUNTED_AT = _NAMED_AT + _SLOTS * _NAMED.size
_SKETCH_AT = _COUNTED_AT + _COUNTED.size
_SIZE = _SKETCH_AT + _ROWS * _WIDTH * _COUNT.size


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment of a request for work: the policy's own work, the second, and the day in the policy's time zone."""

    rest: int
    now: float
    day: int


class LoadMeter:
    """The load of all workers: create it before the fork, and they share it.

    It is in anonymous memory: on a disk it would reveal the minute of a report, and how often each side of a mailbox
    wrote.
    """

    def __init__(self) -> None:
        """Share memory with every process forked from now on."""
        self._descriptor = os.memfd_create("load")
        os.ftruncate(self._descriptor, _SIZE)
        self._memory = mmap.mmap(self._descriptor, _SIZE)
        self._turn = threading.Lock()
        self._key = os.urandom(16)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # The kernel releases this lock when its holder is killed; a semaphore would stay locked.
        with self._turn:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._descriptor, fcntl.LOCK_UN)

    def observe(self, today: Today) -> None:
        """Take the number of the day's entries from the store."""
        with self._alone():
            _DAY.pack_into(self._memory, _DAY_AT, today.day, today.position - today.before)

    def count(self, moment: Moment) -> None:
        """Count one more posting, opening or part."""
        self.name_work(moment)
        with self._alone():
            _LOAD.pack_into(self._memory, 0, self._level(moment.now) + 1, moment.now)

    def count_message(self, moment: Moment, capability: bytes) -> None:
        """Count one more message with a capability."""
        with self._alone():
            if _COUNTED.unpack_from(self._memory, _COUNTED_AT)[0] != moment.day:
                self._memory[_SKETCH_AT:] = bytes(_SIZE - _SKETCH_AT)
                _COUNTED.pack_into(self._memory, _COUNTED_AT, moment.day)
            for place in self._places(capability):
                (number,) = _COUNT.unpack_from(self._memory, place)
                _COUNT.pack_into(self._memory, place, min(number + 1, _MOST))

    def name_work(self, moment: Moment) -> int:
        """Return the work that is asked for now, and remember that it was announced."""
        minute = int(moment.now // MINUTE)
        with self._alone():
            work = self._asked(moment)
            place = self._place(minute)
            named_in, least = _NAMED.unpack_from(self._memory, place)
            _NAMED.pack_into(self._memory, place, minute, min(work, least) if named_in == minute else work)
        return work

    def least_work(self, moment: Moment) -> int:
        """Return the least work that was announced in the last ten minutes."""
        minute = int(moment.now // MINUTE)
        with self._alone():
            asked = self._asked(moment)
            named = [*_NAMED.iter_unpack(self._memory[_NAMED_AT:_COUNTED_AT])]
        held = range(minute - HELD_MINUTES, minute + 1)
        return int(min([asked, *(least for named_in, least in named if named_in in held)]))

    def message_work(self, moment: Moment, capability: bytes) -> int:
        """Return the minimum work for a message with this capability, whatever the load is."""
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
        # If the clock is set back, the load must not grow.
        return float(level * math.exp(min(0.0, then - now) / FADE))

    def _places(self, capability: bytes) -> list[int]:
        digest = hashlib.blake2b(capability, digest_size=4 * _ROWS, key=self._key).digest()
        columns = [int.from_bytes(digest[4 * row : 4 * row + 4], "big") % _WIDTH for row in range(_ROWS)]
        return [_SKETCH_AT + (row * _WIDTH + column) * _COUNT.size for row, column in enumerate(columns)]

    def _place(self, minute: int) -> int:
        return _NAMED_AT + minute % _SLOTS * _NAMED.size
