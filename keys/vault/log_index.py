"""The index of the log that a vault has read: place, day, content, mac and digest of every entry (SPEC 10.1).

It holds no secret from other recipients, so it is not wrapped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select

from keys.cases.place import Place
from keys.cases.placing import FirstEntry, IndexedEntry
from keys.vault import tables
from keys.vault.lost_entries import LostEntries
from keys.vault.tables import MANY
from keys.wire.log import CURSOR_STEP, LogDigest, cursor_position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Select

    from keys.wire.ids import Mac
    from keys.wire.log import ShortEntry

_LOG = tables.log_entry.c

# Built once: in a sync, which asks for each case, building a statement takes longer than executing it.
_ENDS = select(_LOG.position, _LOG.day, _LOG.digest).order_by(_LOG.position.desc()).limit(1)
_BEFORE = _ENDS.where(_LOG.day < bindparam("day"))
_DIGEST = select(_LOG.digest).where(_LOG.position == bindparam("position"))
_FIRST = select(_LOG.position, _LOG.day).order_by(_LOG.position).limit(1)
_ENTRIES = select(_LOG.position, _LOG.day, _LOG.content, _LOG.mac).where(
    _LOG.mac.in_(bindparam("macs", expanding=True))
)
_DIGESTS = select(_LOG.position, _LOG.digest).where(_LOG.position.between(bindparam("first"), bindparam("last")))
_DIGESTS_AT = select(_LOG.position, _LOG.digest).where(_LOG.position.in_(bindparam("places", expanding=True)))
_LOST = select(tables.lost_entry).where(tables.lost_entry.c.mac.in_(bindparam("macs", expanding=True)))


@dataclass(frozen=True, slots=True)
class LogEnd:
    """How far the log was read: the position, day and digest of the last entry; position 0 before the first one."""

    position: int
    day: int
    digest: LogDigest


@dataclass(frozen=True, slots=True)
class LogIndex:
    """The entries of the log that a vault knows. The vault commits its writes."""

    execute: Callable[..., Any]

    @property
    def lost(self) -> LostEntries:
        """The entries that the log has lost since it was read."""
        return LostEntries(self.execute)

    def end(self, origin: bytes) -> LogEnd:
        """Return how far the log was read; `origin` is the id of root version 1, the digest before the first entry."""
        return self._end(_ENDS, origin)

    def first(self) -> FirstEntry | None:
        """Return the first entry that was read, or None."""
        row = self.execute(_FIRST).first()
        if row is None:  # the log is empty again: the entries that were read still count
            lost = tables.lost_entry.c
            row = self.execute(select(lost.position, lost.day).order_by(lost.position, lost.after).limit(1)).first()
        return None if row is None else FirstEntry(row.position, row.day)

    def cursor(self, origin: bytes) -> tuple[int, LogDigest]:
        """Return the position and digest to continue from: the last known multiple of 64, as all other readers do.

        It is the last entry itself if no multiple of 64 was read before it.
        """
        end = self.end(origin)
        position = cursor_position(end.position)
        digest = self.digest_at(position, origin)
        return (end.position, end.digest) if digest is None else (position, digest)

    def digest_at(self, position: int, origin: bytes) -> LogDigest | None:
        """Return the digest up to and with a position, or None if that entry was never read."""
        if position == 0:
            return LogDigest(origin)
        digest = self.execute(_DIGEST, {"position": position}).scalar()
        return None if digest is None else LogDigest(digest)

    def digests(self, first: int, last: int) -> dict[int, LogDigest]:
        """Return the digests after the entries at these positions, both included, if they were read."""
        rows = self.execute(_DIGESTS, {"first": first, "last": last})
        return {row.position: LogDigest(row.digest) for row in rows}

    def digests_at(self, places: Iterable[int], origin: bytes) -> dict[int, LogDigest]:
        """Return `digest_at` of some hundred positions, if they were read."""
        rows = self.execute(_DIGESTS_AT, {"places": [*places]})
        return {0: LogDigest(origin)} | {row.position: LogDigest(row.digest) for row in rows}

    def marks(self, origin: bytes) -> list[LogEnd]:
        """Return the entries at multiples of 64, ascending, from before the first entry on (SPEC 10.4)."""
        query = select(_LOG.position, _LOG.day, _LOG.digest).where(_LOG.position % CURSOR_STEP == 0)
        rows = self.execute(query.order_by(_LOG.position))
        return [
            LogEnd(0, 0, LogDigest(origin)),
            *(LogEnd(row.position, row.day, LogDigest(row.digest)) for row in rows),
        ]

    def last_before(self, day: int, origin: bytes) -> LogEnd:
        """Return the last entry of a day earlier than `day`, as a bundle names it (SPEC 7.3)."""
        return self._end(_BEFORE, origin, day=day)

    def append(self, first: int, entries: Sequence[ShortEntry], digests: Sequence[LogDigest]) -> None:
        """Add consecutive entries from position `first` on, with the digest after each."""
        rows = [
            {
                "position": position,
                "day": entry.day,
                "content": entry.content,
                "mac": entry.mac,
                "digest": digest,
            }
            for position, (entry, digest) in enumerate(zip(entries, digests, strict=True), first)
        ]
        if rows:
            self.execute(insert(tables.log_entry), rows)
            if self.lost.waiting() is None:
                # An entry that was posted again is in the log again: at one place for everybody.
                self.lost.forget([entry.mac for entry in entries])

    def find(self, macs: Iterable[Mac]) -> dict[bytes, IndexedEntry]:
        """Return the indexed entries of these envelopes, each at its lowest place."""
        wanted = [*set(macs)]
        waiting = self.lost.waiting() if wanted else None
        found: dict[bytes, IndexedEntry] = {}
        for start in range(0, len(wanted), MANY):
            some = wanted[start : start + MANY]
            for row in self.execute(_ENTRIES, {"macs": some}):
                place = waiting.place(row.position) if waiting else Place(row.position)
                _keep_lowest(found, row.mac, IndexedEntry(place, row.day, row.content))
            for row in self.execute(_LOST, {"macs": some}):
                place = Place(row.position, row.after)
                _keep_lowest(found, row.mac, IndexedEntry(place, row.day, row.content))
        return found

    def position_of(self, mac: Mac) -> int | None:
        """Return the current position of an envelope on the server, to fetch its parts; None if the server lacks it."""
        position = self.execute(select(func.min(_LOG.position)).where(_LOG.mac == mac)).scalar()
        return None if position is None else int(position)

    def count_of(self, days: range) -> int:
        """Return how many entries of these days were read."""
        query = select(func.count()).where(_LOG.day >= days.start, _LOG.day < days.stop)
        return int(self.execute(query).scalar())

    def count(self) -> int:
        """Return how many entries were ever read."""
        return int(self.execute(select(func.count()).select_from(tables.log_entry)).scalar())

    def _end(self, query: Select[Any], origin: bytes, **values: int) -> LogEnd:
        row = self.execute(query, values).first()
        return LogEnd(0, 0, LogDigest(origin)) if row is None else LogEnd(row.position, row.day, LogDigest(row.digest))


def _keep_lowest(found: dict[bytes, IndexedEntry], mac: bytes, entry: IndexedEntry) -> None:
    known = found.get(mac)
    if known is None or entry.place < known.place:
        found[mac] = entry
