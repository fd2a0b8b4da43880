"""The store's day, SPEC 13.2: entries, `until` and expiry use it, and it never decreases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select, update

from dropbox.store import tables
from dropbox.store.errors import ClockError
from keys.wire.log import LogDigest

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from dropbox.store.database import Database

MOST_DAYS = 14  # the largest step of a clock: a machine without a request for longer was stopped

_LAST = select(tables.log.c.digest).order_by(tables.log.c.position.desc()).limit(1).scalar_subquery()
_ROOT = select(tables.pinned.c.fingerprint).scalar_subquery()
# The inputs of `settle`, as columns of any query: everybody who waits pays for each query of a commit.
STATE = (
    select(tables.today.c.day).scalar_subquery().label("day"),
    select(tables.today.c.before).scalar_subquery().label("before"),
    select(func.coalesce(func.max(tables.log.c.position), 0)).scalar_subquery().label("position"),
    func.coalesce(_LAST, _ROOT).label("digest"),
)
_STATE = select(*STATE)
_DAY = select(tables.today.c.day)
_MOVED = update(tables.today).values(day=bindparam("later"), before=bindparam("last"))


@dataclass(frozen=True, slots=True)
class Today:
    """The store's day, the last position before it, and the current end of the log."""

    day: int
    before: int
    position: int
    digest: LogDigest


class Days:
    """The stored day and its progress."""

    def __init__(self, database: Database) -> None:
        """Store the day in `database`."""
        self._database = database

    def on(self, clock_day: int) -> int:
        """Move the day on to the clock's and return it; ignore a clock that is far after it."""
        with self._database.reading() as connection:
            day: int | None = connection.execute(_DAY).scalar()
        if day is not None and not day < clock_day <= day + MOST_DAYS:
            return day
        with self._database.turn(), self._database.writing() as connection:
            return _moved(connection, connection.execute(_STATE).one(), clock_day, MOST_DAYS).day

    def accept(self, clock_day: int) -> None:
        """Move the day on to the clock's, however far that is: the operator says that the clock is right."""
        with self._database.turn(), self._database.writing() as connection:
            _moved(connection, connection.execute(_STATE).one(), clock_day, None)

    def settle(self, connection: Connection, clock_day: int, state: Row[*tuple[Any, ...]] | None = None) -> Today:
        """Return the day for what this transaction stores, which must hold the write lock.

        `state` is a row with the columns of STATE, if one was already read. Raises ClockError if the clock is more than
        14 days after the stored day.
        """
        today = _moved(connection, state or connection.execute(_STATE).one(), clock_day, MOST_DAYS)
        if today.day + MOST_DAYS < clock_day:
            raise ClockError
        return today


def _moved(connection: Connection, state: Row[*tuple[Any, ...]], clock_day: int, most: int | None) -> Today:
    """Move the day on, by `most` days or by any number, and return it."""
    if state.day is None:
        connection.execute(insert(tables.today), {"day": clock_day, "before": state.position})
    elif state.day < clock_day and (most is None or clock_day <= state.day + most):
        connection.execute(_MOVED, {"later": clock_day, "last": state.position})
    else:
        return Today(state.day, state.before, state.position, LogDigest(state.digest))
    return Today(clock_day, state.position, state.position, LogDigest(state.digest))
