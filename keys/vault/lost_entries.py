"""Entries that this vault has read in a log that the server no longer gives (SPEC 10.4).

While the new log waits for its owner's decision, every entry keeps its place, and the entries of the new log after the
last common place come after all of them. Once the owner has accepted the new log, the entries that it lost come between
the last common place and the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, insert, or_, select

from keys.cases.place import Place
from keys.vault import tables
from keys.wire.ids import CaseId

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, Select

    from keys.wire.ids import Mac

_LOG = tables.log_entry.c
_LOST = tables.lost_entry.c
_WAITING_LOG = select(tables.waiting_log)


@dataclass(frozen=True, slots=True)
class WaitingLog:
    """A new log that its owner has not accepted: the last common place, and the last place of the old log."""

    last_common: int
    base: Place

    def place(self, position: int) -> Place:
        """Return the place of an entry of the new log: after the whole old log, unless the old log had it too."""
        if position <= self.last_common:
            return Place(position)
        return Place(self.base.position, self.base.after + position - self.last_common)


@dataclass(frozen=True, slots=True)
class LostEntry:
    """An entry that the new log lacks, at the place where it counts."""

    mac: Mac
    place: Place
    day: int


@dataclass(frozen=True, slots=True)
class LostEntries:
    """The entries that the log has lost since this vault read it. The vault commits its writes."""

    execute: Callable[..., Any]

    def waiting(self) -> WaitingLog | None:
        """Return the new log that waits for its owner's decision, or None if the server's log is unchanged."""
        row = self.execute(_WAITING_LOG).first()
        return None if row is None else WaitingLog(row.last_common, Place(row.base_position, row.base_after))

    def begin(self, last_common: int) -> None:
        """Set aside the entries after the last common place: the index continues from there with the new log."""
        before = self.waiting()
        if before:  # another new log: the previous one was not accepted either
            last_common = min(last_common, before.last_common)
        is_later = _LOG.position > last_common
        known = {*self.execute(select(_LOST.mac).where(_LOST.mac.in_(select(_LOG.mac).where(is_later)))).scalars()}
        rows = [
            {"position": place.position, "after": place.after, "day": row.day, "content": row.content, "mac": row.mac}
            for row in self.execute(select(tables.log_entry).where(is_later).order_by(_LOG.position))
            for place in [before.place(row.position) if before else Place(row.position)]
            if row.mac not in known  # it keeps the place that it had first
        ]
        if rows:
            self.execute(insert(tables.lost_entry), rows)
        self.execute(delete(tables.log_entry).where(is_later))
        base = max(self._last(), Place(last_common))
        self.execute(delete(tables.waiting_log))
        values = {"last_common": last_common, "base_position": base.position, "base_after": base.after}
        self.execute(insert(tables.waiting_log).values(values))

    def accept(self) -> None:
        """Take places and days from the new log, and put the entries that it lost after the last common place."""
        waiting = self.waiting()
        if waiting is None:
            return
        self.execute(delete(tables.lost_entry).where(_LOST.mac.in_(select(_LOG.mac))))
        moved = self.execute(self._query(_after(waiting.last_common))).mappings().all()
        self.execute(delete(tables.lost_entry).where(_after(waiting.last_common)))
        rows = [{**row, "position": waiting.last_common, "after": after} for after, row in enumerate(moved, 1)]
        if rows:
            self.execute(insert(tables.lost_entry), rows)
        self.execute(delete(tables.waiting_log))

    def after(self, last_common: int) -> list[LostEntry]:
        """Return the entries after a place that the new log lacks, in their old order."""
        query = self._query(and_(_after(last_common), _LOST.mac.not_in(select(_LOG.mac))))
        return [LostEntry(row.mac, Place(row.position, row.after), row.day) for row in self.execute(query)]

    def all(self) -> list[LostEntry]:
        """Return all entries that the log has lost, in their old order."""
        return self.after(-1)

    def cases_after(self, last_common: int) -> list[CaseId]:
        """Return the cases with an entry after a place that the new log lacks."""
        message = tables.message.c
        gone = select(_LOST.mac).where(_after(last_common), _LOST.mac.not_in(select(_LOG.mac)))
        query = select(message.case).where(message.mac.in_(gone), message.case.is_not(None)).distinct()
        return [CaseId(case) for case in self.execute(query.order_by(message.case)).scalars()]

    def forget(self, macs: list[Mac]) -> None:
        """Forget these entries: the log has them again."""
        self.execute(delete(tables.lost_entry).where(_LOST.mac.in_(macs)))

    def _last(self) -> Place:
        row = self.execute(
            select(_LOST.position, _LOST.after).order_by(_LOST.position.desc(), _LOST.after.desc())
        ).first()
        return Place(0) if row is None else Place(row.position, row.after)

    def _query(self, where: ColumnElement[bool]) -> Select[Any]:
        return select(tables.lost_entry).where(where).order_by(_LOST.position, _LOST.after)


def _after(last_common: int) -> ColumnElement[bool]:
    return or_(_LOST.position > last_common, and_(_LOST.position == last_common, _LOST.after > 0))
