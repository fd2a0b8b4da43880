"""Large envelopes on their way in, part by part; nobody can read any of one before it is whole and stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, exists, func, insert, select, update

from dropbox.store.commit import KNOWN, ROW_BYTES
from dropbox.store.envelopes import live_channel
from dropbox.store.errors import ConflictError, FullError, UnknownError
from dropbox.store.tables import capability, envelope, part, upload
from keys.errors import MalformedError
from keys.wire.exchange import CAPABILITY_SIZE, DOOR_CASE
from keys.wire.upload import Opening, missing_runs, part_count, part_size

if TYPE_CHECKING:
    from typing import TypeAlias

    from sqlalchemy import Connection

    from dropbox.store.commit import Filing
    from dropbox.store.database import Database
    from keys.wire.upload import PartPosting

    Runs: TypeAlias = list[tuple[int, int]]

DAYS_KEPT = 1  # whole days without a part
BATCH_PARTS = 4  # deleted at once: others commit between two batches

_ENVELOPE = (
    select(envelope.c.id, envelope.c.size, func.length(envelope.c.prefix).label("prefix"), upload.c.day.label("open"))
    .join(upload, upload.c.envelope == envelope.c.id, isouter=True)
    .where(envelope.c.mac == bindparam("mac"))
)
_NUMBERS = select(part.c.number).where(part.c.envelope == bindparam("number"))
_STREAM = select(part.c.stream).where(part.c.envelope == bindparam("envelope"), part.c.number == bindparam("number"))
_NAMED = select(capability.c.digest).where(capability.c.digest.in_(bindparam("digests", expanding=True)))
_LAST = select(func.coalesce(func.max(envelope.c.id), 0))
_TOUCHED = update(upload).where(upload.c.envelope == bindparam("number")).values(day=bindparam("today"))
_ENDED = select(upload.c.envelope).where(upload.c.day < bindparam("least")).limit(1)


class Uploads:
    """The unfinished uploads."""

    def __init__(self, database: Database, reserve_bytes: int) -> None:
        """Leave `reserve_bytes` to the talks: no part is stored in them, whatever it belongs to."""
        self._database = database
        self._reserve_bytes = reserve_bytes

    def is_open(self, filing: Filing) -> bool:
        """Say whether this very opening has begun an upload that goes on."""
        with self._database.reading() as connection:
            known = connection.execute(KNOWN, {"macs": [filing.header.mac]}).one_or_none()
        return known is not None and known.open is not None and known.posting == filing.digest

    def begin(self, filing: Filing) -> Runs:
        """Begin an upload, or go on with it; return the parts that are missing, as runs of numbers.

        None are missing of one that is stored. Raises ConflictError, UnknownError for a capability that does not exist,
        and FullError when there is no room for all of it.
        """
        if not isinstance(filing.posting, Opening):
            raise MalformedError("opening")
        size, prefix = filing.posting.size, len(filing.posting.prefix)
        with self._database.turn(), self._database.writing() as connection:
            known = connection.execute(KNOWN, {"macs": [filing.header.mac]}).one_or_none()
            if known is None:
                self._insert(connection, filing)
                return missing_runs(part_count(prefix, size), ())
            if known.posting != filing.digest:
                raise ConflictError
            present = connection.execute(_NUMBERS, {"number": known.id}).scalars()
            return missing_runs(part_count(prefix, size), present)

    def keep(self, posting: PartPosting, today: int) -> None:
        """Store a part, and return only once it is on disk.

        Raises UnknownError when no opening has named it, MalformedError for a number or a length that it cannot have,
        ConflictError for other bytes than are there, FullError.
        """
        with self._database.turn(), self._database.writing() as connection:
            found = connection.execute(_ENVELOPE, {"mac": posting.mac}).one_or_none()
            if found is None:
                raise UnknownError
            if len(posting.stream) != part_size(found.prefix, found.size, posting.number):
                raise MalformedError("part")
            place = {"envelope": found.id, "number": posting.number}
            there = connection.execute(_STREAM, place).scalar()
            if there is not None:
                if there != posting.stream:
                    raise ConflictError
                return
            if self._room(connection) < len(posting.stream):
                raise FullError
            connection.execute(insert(part), {**place, "stream": posting.stream})
            connection.execute(_TOUCHED, {"number": found.id, "today": today})

    def expire(self, today: int) -> None:
        """Delete the uploads to which no part came for a whole day, a few parts at a time."""
        self._database.work_off(lambda connection: _delete_some(connection, today - DAYS_KEPT))

    def _insert(self, connection: Connection, filing: Filing) -> None:
        opening = filing.posting
        if not isinstance(opening, Opening):
            raise MalformedError("opening")
        first, second = opening.address[:CAPABILITY_SIZE], opening.address[CAPABILITY_SIZE:]
        if opening.door == DOOR_CASE:
            if first == second or connection.execute(_NAMED, {"digests": [first, second]}).first():
                raise ConflictError
        else:
            live_channel(connection, first, filing.day)
        if self._room(connection) < opening.size + ROW_BYTES:
            raise FullError
        number = connection.execute(_LAST).scalar_one() + 1
        row = {
            "id": number,
            "mac": filing.header.mac,
            "posting": filing.digest,
            "day": filing.day,
            "size": opening.size,
            "prefix": opening.prefix,
        }
        connection.execute(insert(envelope), row)
        connection.execute(insert(upload), {"envelope": number, "day": filing.day})

    def _room(self, connection: Connection) -> int:
        return self._database.room(self._database.used(connection)) - self._reserve_bytes


def _delete_some(connection: Connection, least: int) -> bool:
    """Delete a few parts of an upload whose last part came before the day `least`; say whether there was one."""
    number = connection.execute(_ENDED, {"least": least}).scalar()
    if number is None:
        return False
    numbers = list(connection.execute(_NUMBERS.limit(BATCH_PARTS), {"number": number}).scalars())
    connection.execute(delete(part).where(part.c.envelope == number, part.c.number.in_(numbers)))
    if not connection.execute(select(exists(_NUMBERS)), {"number": number}).scalar():
        connection.execute(delete(upload).where(upload.c.envelope == number))
        connection.execute(delete(envelope).where(envelope.c.id == number))
    return True
