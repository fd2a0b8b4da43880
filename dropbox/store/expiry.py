"""Expiry of uploads, entries of the log, mailboxes and envelopes, in small batches between other writers."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from sqlalchemy import BindParameter, bindparam, delete, exists, func, select, update
from sqlalchemy.exc import DBAPIError

from dropbox.store import uploads
from dropbox.store.commit import MAILBOX_DAYS
from dropbox.store.tables import capability, envelope, log, mailbox, message, part, upload
from keys.wire.envelope import PART_SIZE
from keys.wire.log import CURSOR_STEP
from keys.wire.sizes import DAY_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Select

    from dropbox.store.database import Database

ENTRY_DAYS = MAILBOX_DAYS  # SPEC 10: every entry stays 13 months, whatever it is
BATCH_BYTES = 4 * PART_SIZE  # deleted at once: others commit between two batches
MOST_PARTS = 500  # at once, however short they are

_NUMBERS: BindParameter[list[int]] = bindparam("numbers", expanding=True)

# The short form begins with the day, its highest byte first, so its bytes compare as days do.
_ENDED_ENTRIES = (
    select(log.c.position)
    .where(log.c.position > bindparam("after"), log.c.short < bindparam("least"))
    .order_by(log.c.position)
    .limit(uploads.BATCH_ROWS)
)
_EMPTIED = update(log).where(log.c.position.in_(_NUMBERS)).values(envelope=None, short=None)
_FOLLOWING = log.alias()
# Kept of ended entries: every 64th digest, and the one before a remaining entry, or before the next one.
_FORGOTTEN = delete(log).where(
    log.c.envelope.is_(None),
    log.c.position % CURSOR_STEP != 0,
    ~exists().where(_FOLLOWING.c.position == log.c.position + 1, _FOLLOWING.c.envelope.is_not(None)),
    log.c.position < select(func.max(_FOLLOWING.c.position)).scalar_subquery(),
)

_ENDED_MAILBOXES = (
    select(mailbox.c.id)
    .where(mailbox.c.id > bindparam("after"), mailbox.c.until < bindparam("today"))
    .order_by(mailbox.c.id)
    .limit(uploads.BATCH_ROWS)
)
_LOCKED = delete(capability).where(capability.c.mailbox.in_(_NUMBERS))
_MESSAGES_GONE = delete(message).where(message.c.mailbox.in_(_NUMBERS))
_MAILBOXES_GONE = delete(mailbox).where(mailbox.c.id.in_(_NUMBERS))

# An envelope is kept while the log or a mailbox has it, or while it is being uploaded.
_ORPHANS = (
    select(envelope.c.id)
    .where(
        envelope.c.id > bindparam("after"),
        ~exists().where(log.c.envelope == envelope.c.id),
        ~exists().where(message.c.envelope == envelope.c.id),
        ~exists().where(upload.c.envelope == envelope.c.id),
    )
    .order_by(envelope.c.id)
    .limit(uploads.BATCH_ROWS)
)
_PARTS = (
    select(part.c.envelope, part.c.number, func.length(part.c.stream).label("size"))
    .where(part.c.envelope.in_(_NUMBERS))
    .limit(MOST_PARTS)
)
_PART_GONE = delete(part).where(part.c.envelope == bindparam("gone"), part.c.number == bindparam("at"))
_ENVELOPES_GONE = delete(envelope).where(envelope.c.id.in_(_NUMBERS))


class Expiry:
    """Deletes everything that has ended."""

    def __init__(self, database: Database) -> None:
        """Delete from `database`."""
        self._database = database

    def expire(self, today: int) -> int:
        """Delete everything whose last day is before `today`; return how many rows could not be deleted.

        A row that fails does not stop the others.
        """
        least = max(0, today - ENTRY_DAYS).to_bytes(DAY_SIZE, "big")
        return (
            self._all(uploads.ENDED, {"least": today - uploads.DAYS_KEPT, "today": today}, uploads.give_up)
            + self._all(_ENDED_ENTRIES, {"least": least}, _end_entries)
            + self._all(_ENDED_MAILBOXES, {"today": today}, _end_mailboxes)
            + self._all(_ORPHANS, {}, delete_envelopes)
        )

    def _all(
        self,
        ended: Select[int],
        found: dict[str, object],
        some: Callable[[Connection, Sequence[int]], bool],
    ) -> int:
        """Call `some` with what has ended, a few rows at a time, ascending; return how many fail."""
        failed, after = 0, 0
        while True:
            with self._database.reading() as connection:
                numbers = [row[0] for row in connection.execute(ended, {**found, "after": after})]
            if not numbers:
                return failed
            failed += self._off(numbers, some)
            after = numbers[-1]

    def _off(self, numbers: Sequence[int], some: Callable[[Connection, Sequence[int]], bool]) -> int:
        try:
            self._database.work_off(lambda connection: some(connection, numbers))
        except DBAPIError:
            return 1 if len(numbers) == 1 else sum(self._off([number], some) for number in numbers)
        return 0


def _end_entries(connection: Connection, positions: Sequence[int]) -> bool:
    """Delete entries from the log; keep the digests that somebody may need for a cursor."""
    connection.execute(_EMPTIED, {"numbers": positions})
    connection.execute(_FORGOTTEN)
    return False


def _end_mailboxes(connection: Connection, numbers: Sequence[int]) -> bool:
    for query in (_LOCKED, _MESSAGES_GONE, _MAILBOXES_GONE):
        connection.execute(query, {"numbers": numbers})
    return False


def delete_envelopes(connection: Connection, numbers: Sequence[int]) -> bool:
    """Delete a few parts of these envelopes, and finally the envelopes; say whether anything is left."""
    parts = connection.execute(_PARTS, {"numbers": numbers}).all()
    if not parts:
        connection.execute(_ENVELOPES_GONE, {"numbers": numbers})
        return False
    sizes = accumulate((row.size for row in parts[1:]), initial=0)
    some = [row for row, before in zip(parts, sizes, strict=True) if before < BATCH_BYTES]
    connection.execute(_PART_GONE, [{"gone": row.envelope, "at": row.number} for row in some])
    return True
