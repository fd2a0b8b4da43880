"""Unfinished uploads of large envelopes, part by part. Nobody can read one before it is complete and stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from dropbox.store.commit import KNOWN, ROW_BYTES
from dropbox.store.errors import ConflictError, FullError, UntilError
from dropbox.store.mailboxes import live_mailbox
from dropbox.store.tables import capability, envelope, part, upload
from keys.errors import MalformedError
from keys.roster.weeks import is_taken
from keys.wire.posting import CAPABILITY_SIZE, DOOR_OPEN
from keys.wire.upload import Opening, missing_runs, part_count, part_size

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from sqlalchemy import Connection

    from dropbox.store.commit import Filing
    from dropbox.store.database import Database
    from dropbox.store.days import Days
    from keys.wire.upload import PartPosting

    Runs: TypeAlias = list[tuple[int, int]]

DAYS_KEPT = 1  # whole days without a part
BATCH_ROWS = 50  # deleted at once

_ENVELOPE = (
    select(envelope.c.id, envelope.c.size, func.length(envelope.c.prefix).label("prefix"), upload.c.day.label("open"))
    .join(upload, upload.c.envelope == envelope.c.id, isouter=True)
    .where(envelope.c.mac == bindparam("mac"))
)
_NUMBERS = select(part.c.number).where(part.c.envelope == bindparam("number"))
_STREAM = select(part.c.stream).where(part.c.envelope == bindparam("envelope"), part.c.number == bindparam("number"))
_NAMED = select(capability.c.digest).where(capability.c.digest.in_(bindparam("digests", expanding=True)))
_LAST = select(func.coalesce(func.max(envelope.c.id), 0))
_AWAITED = select(func.coalesce(func.sum(upload.c.awaited), 0))
_CAME = (
    update(upload)
    .where(upload.c.envelope == bindparam("number"))
    .values(day=bindparam("today"), awaited=upload.c.awaited - bindparam("came"))
)
# Past its day, or without a part for a whole day.
ENDED = (
    select(upload.c.envelope)
    .where(
        or_(upload.c.day < bindparam("least"), upload.c.until < bindparam("today")),
        upload.c.envelope > bindparam("after"),
    )
    .order_by(upload.c.envelope)
    .limit(BATCH_ROWS)
)
_GIVEN_UP = delete(upload).where(upload.c.envelope.in_(bindparam("numbers", expanding=True)))


class Uploads:
    """The unfinished uploads."""

    def __init__(self, database: Database, days: Days, reserve_bytes: int) -> None:
        """Reserve `reserve_bytes` for mailboxes: uploads must not store parts there."""
        self._database = database
        self._days = days
        self._reserve_bytes = reserve_bytes

    def is_open(self, filing: Filing) -> bool:
        """Say whether this very envelope is being uploaded."""
        with self._database.reading() as connection:
            known = connection.execute(KNOWN, {"macs": [filing.header.mac]}).one_or_none()
        return known is not None and known.open is not None and known.digest == filing.digest

    def begin(self, filing: Filing) -> Runs:
        """Start or resume an upload; return the missing parts, as runs of numbers.

        None are missing if it is already stored. Raises ConflictError, UnknownError for a capability that does not
        exist, UntilError, ClockError, and FullError if there is no room for all of it beside the other uploads.
        """
        if not isinstance(filing.posting, Opening):
            raise MalformedError("opening")
        size, prefix = filing.posting.size, len(filing.posting.prefix)
        with self._database.turn(), self._database.writing() as connection:
            known = connection.execute(KNOWN, {"macs": [filing.header.mac]}).one_or_none()
            if known is None:
                self._insert(connection, filing, filing.posting)
                return missing_runs(part_count(prefix, size), ())
            if known.digest != filing.digest:
                raise ConflictError
            present = connection.execute(_NUMBERS, {"number": known.id}).scalars()
            return missing_runs(part_count(prefix, size), present)

    def keep(self, posting: PartPosting, today: int) -> bool:
        """Store a part of an open upload, and return only once it is on disk; say whether it is new.

        Raises ConflictError if no such upload is open or it has other bytes for this part, MalformedError for an
        impossible number or length, FullError.
        """
        with self._database.reading() as connection:
            # Before taking the write lock: a request for an unknown upload must not block others.
            if connection.execute(_ENVELOPE, {"mac": posting.mac}).first() is None:
                raise ConflictError
        with self._database.turn(), self._database.writing() as connection:
            found = connection.execute(_ENVELOPE, {"mac": posting.mac}).one_or_none()
            if found is None:
                raise ConflictError
            if len(posting.stream) != part_size(found.prefix, found.size, posting.number):
                raise MalformedError("part")
            place = {"envelope": found.id, "number": posting.number}
            there = connection.execute(_STREAM, place).scalar()
            if there is not None:
                if there != posting.stream:
                    raise ConflictError
                return False
            # A complete envelope has all its parts: another one would stay forever, and count for nothing.
            if found.open is None:
                raise ConflictError
            if self._room(connection) < len(posting.stream):
                raise FullError
            connection.execute(insert(part), {**place, "stream": posting.stream})
            connection.execute(_CAME, {"number": found.id, "today": today, "came": len(posting.stream)})
            return True

    def _insert(self, connection: Connection, filing: Filing, opening: Opening) -> None:
        day = self._days.settle(connection, filing.clock_day()).day
        if not is_taken(filing.header.until, day):
            raise UntilError
        if opening.door == DOOR_OPEN:
            if connection.execute(_NAMED, {"digests": filing.digests()}).first():
                raise ConflictError
        else:
            live_mailbox(connection, opening.address[:CAPABILITY_SIZE], day)
        # Others have reserved the space for their missing parts.
        awaited: int = connection.execute(_AWAITED).scalar_one()
        if self._room(connection) - awaited < opening.size + ROW_BYTES:
            raise FullError
        number = connection.execute(_LAST).scalar_one() + 1
        row = {
            "id": number,
            "mac": filing.header.mac,
            "digest": filing.digest,
            "day": day,
            "size": opening.size,
            "prefix": opening.prefix,
        }
        connection.execute(insert(envelope), row)
        still = opening.size - len(opening.prefix)
        begun = {"envelope": number, "day": day, "until": filing.header.until, "awaited": still}
        connection.execute(insert(upload), begun)

    def _room(self, connection: Connection) -> int:
        return self._database.room(self._database.used(connection)) - self._reserve_bytes


def give_up(connection: Connection, numbers: Sequence[int]) -> bool:
    """End these uploads: their parts become an orphaned envelope."""
    connection.execute(_GIVEN_UP, {"numbers": numbers})
    return False
