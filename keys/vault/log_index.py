"""The index of the log that a vault has read: place, day, content, mac and digest of every entry (SPEC 10.1).

Nothing in it is secret from another recipient, so it is not wrapped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select

from keys.cases.place import Place
from keys.cases.placing import FirstEntry, IndexedEntry
from keys.vault import tables
from keys.vault.lost_entries import LostEntries
from keys.wire.log import CURSOR_STEP, LogDigest, cursor_position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from keys.wire.ids import Mac
    from keys.wire.log import ShortEntry

_LOG = tables.log_entry.c
_MANY = 500  # names in one question: a database takes no longer list

# Asked for each case: to make a statement takes longer than the database needs for the answer.
_FIRST = select(_LOG.position, _LOG.day).order_by(_LOG.position).limit(1)
_ENTRIES = select(_LOG.position, _LOG.day, _LOG.content, _LOG.mac).where(
    _LOG.mac.in_(bindparam("macs", expanding=True))
)
_LOST = select(tables.lost_entry).where(tables.lost_entry.c.mac.in_(bindparam("macs", expanding=True)))


@dataclass(frozen=True, slots=True)
class LogEnd:
    """How far the log is read: the position, day and digest of the last entry; position 0 before the first one."""

    position: int
    day: int
    digest: LogDigest


@dataclass(frozen=True, slots=True)
class LogIndex:
    """What a vault knows of the entries of the log; its owner makes what is written durable."""

    execute: Callable[..., Any]

    @property
    def lost(self) -> LostEntries:
        """What the log has lost since it was read."""
        return LostEntries(self.execute)

    def end(self, origin: bytes) -> LogEnd:
        """Return how far the log is read; `origin` is the id of root version 1, the digest before the first entry."""
        query = select(_LOG.position, _LOG.day, _LOG.digest).order_by(_LOG.position.desc()).limit(1)
        row = self.execute(query).first()
        return LogEnd(0, 0, LogDigest(origin)) if row is None else LogEnd(row.position, row.day, LogDigest(row.digest))

    def first(self) -> FirstEntry | None:
        """Return the first entry that was read, or None before any was."""
        row = self.execute(_FIRST).first()
        if row is None:  # the log is empty again: what was read of it counts still
            lost = tables.lost_entry.c
            row = self.execute(select(lost.position, lost.day).order_by(lost.position, lost.after).limit(1)).first()
        return None if row is None else FirstEntry(row.position, row.day)

    def cursor(self, origin: bytes) -> tuple[int, LogDigest]:
        """Return the place to ask on from, with its digest: the last multiple of 64 that is known, as all others do.

        It is the last entry itself where no multiple of 64 was read before it.
        """
        end = self.end(origin)
        position = cursor_position(end.position)
        digest = self.digest_at(position, origin)
        return (end.position, end.digest) if digest is None else (position, digest)

    def digest_at(self, position: int, origin: bytes) -> LogDigest | None:
        """Return the digest up to and with a position, or None where that entry was never read."""
        if position == 0:
            return LogDigest(origin)
        digest = self.execute(select(_LOG.digest).where(_LOG.position == position)).scalar()
        return None if digest is None else LogDigest(digest)

    def marks(self, origin: bytes) -> list[LogEnd]:
        """Return the entries at multiples of 64, ascending, from before the first entry on (SPEC 10.4)."""
        query = select(_LOG.position, _LOG.day, _LOG.digest).where(_LOG.position % CURSOR_STEP == 0)
        rows = self.execute(query.order_by(_LOG.position))
        return [
            LogEnd(0, 0, LogDigest(origin)),
            *(LogEnd(row.position, row.day, LogDigest(row.digest)) for row in rows),
        ]

    def last_before(self, day: int, origin: bytes) -> LogEnd:
        """Return the last entry of an earlier day than `day`, as a bundle names it (SPEC 7.3)."""
        query = (
            select(_LOG.position, _LOG.day, _LOG.digest).where(_LOG.day < day).order_by(_LOG.position.desc()).limit(1)
        )
        row = self.execute(query).first()
        return LogEnd(0, 0, LogDigest(origin)) if row is None else LogEnd(row.position, row.day, LogDigest(row.digest))

    def append(self, first: int, entries: Sequence[ShortEntry], digests: Sequence[LogDigest]) -> None:
        """Add entries that follow each other from position `first` on, with the digest after each."""
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
                # What was given back stands in the log again: for everybody at one place.
                self.lost.forget([entry.mac for entry in entries])

    def find(self, macs: Iterable[Mac]) -> dict[bytes, IndexedEntry]:
        """Return what is known of these envelopes, each at its lowest place."""
        wanted, waiting = [*set(macs)], self.lost.waiting()
        found: dict[bytes, IndexedEntry] = {}
        for start in range(0, len(wanted), _MANY):
            some = wanted[start : start + _MANY]
            for row in self.execute(_ENTRIES, {"macs": some}):
                place = waiting.place(row.position) if waiting else Place(row.position)
                _keep_lowest(found, row.mac, IndexedEntry(place, row.day, row.content))
            for row in self.execute(_LOST, {"macs": some}):
                place = Place(row.position, row.after)
                _keep_lowest(found, row.mac, IndexedEntry(place, row.day, row.content))
        return found

    def position_of(self, mac: Mac) -> int | None:
        """Return the position at which the server has an envelope now, to fetch its parts; None where it has not."""
        position = self.execute(select(func.min(_LOG.position)).where(_LOG.mac == mac)).scalar()
        return None if position is None else int(position)

    def count(self) -> int:
        """Return how many entries were ever read."""
        return int(self.execute(select(func.count()).select_from(tables.log_entry)).scalar())


def _keep_lowest(found: dict[bytes, IndexedEntry], mac: bytes, entry: IndexedEntry) -> None:
    known = found.get(mac)
    if known is None or entry.place < known.place:
        found[mac] = entry
