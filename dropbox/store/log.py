"""The log, SPEC 10: every stored envelope, in one order, readable with one capability."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, func, select

from dropbox.store import tables
from dropbox.store.errors import DiffersError, NotFoundError
from dropbox.store.tables import envelope, log, part
from keys.wire.envelope import SEALED_CHUNK_SIZE, SLOT_STEP, SMALLEST_CLASS, header_size, stream_size
from keys.wire.log import (
    LOG_CHUNKS,
    LOG_ENTRY_START,
    LOG_PAGE_SIZE,
    MOST_ENTRIES,
    LogDigest,
    LogEntry,
    LogPage,
    ShortEntry,
    fill_log,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dropbox.store.database import Database

MOST_LONG = LOG_PAGE_SIZE // (LOG_ENTRY_START + header_size(SLOT_STEP) + stream_size(SMALLEST_CLASS))

_DIGEST = select(log.c.digest).where(log.c.position == bindparam("position"))
_LAST = select(func.coalesce(func.max(log.c.position), 0))
_FIRST = select(func.min(log.c.position)).where(log.c.position > bindparam("after"), log.c.envelope.is_not(None))
_PINNED = select(tables.pinned.c.fingerprint)
# The chunks of a large envelope after the first are the beginning of its first part.
_REST = func.substr(part.c.stream, 1, (LOG_CHUNKS - 1) * SEALED_CHUNK_SIZE)
_ENTRIES = (
    select(envelope.c.day, envelope.c.size, envelope.c.prefix, _REST.label("rest"))
    .select_from(log)
    .join(envelope, envelope.c.id == log.c.envelope)
    .join(part, and_(part.c.envelope == envelope.c.id, part.c.number == 0), isouter=True)
    .where(log.c.position >= bindparam("first"))
    .order_by(log.c.position)
)
_SHORT = select(log.c.short).where(log.c.position >= bindparam("first")).order_by(log.c.position)
_PART = (
    select(part.c.stream)
    .join(log, log.c.envelope == part.c.envelope)
    .where(log.c.position == bindparam("position"), part.c.number == bindparam("number"))
)


class Log:
    """The log, which every recipient reads."""

    def __init__(self, database: Database) -> None:
        """Read from `database`."""
        self._database = database

    def page(self, position: int, digest: LogDigest, day: int, most: int) -> LogPage[LogEntry]:
        """Return the page after a position with this digest; raise DiffersError. `day` is the store's."""
        with self._database.reading() as connection:
            first, before = _start(connection, position, digest)
            rows = connection.execute(_ENTRIES.limit(min(most, MOST_LONG) + 1), {"first": first})
            entries = (LogEntry(row.day, row.size, row.prefix + (row.rest or b"")) for row in rows)
            return fill_log(first, before, day, entries, most)

    def short_page(self, position: int, digest: LogDigest, day: int, most: int) -> LogPage[ShortEntry]:
        """Return the page in short form, as `page` does."""
        with self._database.reading() as connection:
            first, before = _start(connection, position, digest)
            rows = connection.execute(_SHORT.limit(min(most, MOST_ENTRIES) + 1), {"first": first})
            return fill_log(first, before, day, (ShortEntry.read(row.short, 0)[0] for row in rows), most)

    def part(self, position: int, number: int) -> bytes:
        """Return a part of an envelope's stream after its first chunk; raise NotFoundError."""
        with self._database.reading() as connection:
            found = {"position": position, "number": number}
            stream: bytes | None = connection.execute(_PART, found).scalar()
        if stream is None:
            raise NotFoundError
        return stream

    def digest_at(self, position: int) -> LogDigest | None:
        """Return the digest of the log at a position; None if it has none, or has forgotten it."""
        with self._database.reading() as connection:
            return _digest(connection, position)


def _start(connection: Connection, position: int, digest: LogDigest) -> tuple[int, LogDigest]:
    """Return the position of the first entry after `position`, and the digest before it; raise DiffersError."""
    if _digest(connection, position) != digest:
        raise DiffersError
    first = connection.execute(_FIRST, {"after": position}).scalar()
    if first is None:
        first = connection.execute(_LAST).scalar_one() + 1
    before = _digest(connection, first - 1)
    if before is None:
        raise DiffersError
    return first, before


def _digest(connection: Connection, position: int) -> LogDigest | None:
    query = _DIGEST if position else _PINNED
    found: bytes | None = connection.execute(query, {"position": position} if position else {}).scalar()
    return None if found is None else LogDigest(found)
