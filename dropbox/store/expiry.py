"""What comes to its end: entries of the feed and channels; deleted a little at a time, so that nobody waits for it."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from sqlalchemy import BindParameter, bindparam, delete, exists, func, select, update

from dropbox.store.commit import CHANNEL_DAYS
from dropbox.store.envelopes import live_channel
from dropbox.store.tables import capability, channel, entry, envelope, message, part
from keys.wire.envelope import PART_SIZE

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dropbox.store.database import Database

ENTRY_DAYS = CHANNEL_DAYS  # SPEC.md 10: every entry lives 13 months, whatever it is
ENDING_DAYS = 30  # behind the last message: who was away has so long to read it
BATCH_BYTES = 4 * PART_SIZE  # deleted at once: others commit between two batches
BATCH_ROWS = 50
MOST_PARTS = 500  # at once, however short

_BOUNDS = (
    select(func.min(envelope.c.day), func.max(envelope.c.day))
    .join(message, message.c.envelope == envelope.c.id)
    .where(message.c.channel == bindparam("number"))
)
_UNTIL = select(channel.c.until).where(channel.c.id == bindparam("number"))
_MOVED = update(channel).where(channel.c.id == bindparam("number")).values(until=bindparam("sooner"))
_OLDEST = (
    select(entry.c.position, entry.c.envelope, envelope.c.day)
    .join(envelope, envelope.c.id == entry.c.envelope)
    .order_by(entry.c.position)
    .limit(BATCH_ROWS)
)
_ENDED = select(channel.c.id).where(channel.c.until < bindparam("today")).limit(1)
_MESSAGES = select(message.c.envelope).where(message.c.channel == bindparam("number")).limit(BATCH_ROWS)
_PARTS = (
    select(part.c.envelope, part.c.number, func.length(part.c.stream).label("size"))
    .join(message, message.c.envelope == part.c.envelope)
    .where(message.c.channel == bindparam("number"))
    .limit(MOST_PARTS)
)
_GONE: BindParameter[int] = bindparam("gone")
_ENTRY_GONE = delete(entry).where(entry.c.position == _GONE)
_LOCKED = delete(capability).where(capability.c.channel == bindparam("number"))
_PART_GONE = delete(part).where(part.c.envelope == _GONE, part.c.number == bindparam("at"))
_MESSAGE_GONE = delete(message).where(message.c.envelope == _GONE)
_CHANNEL_GONE = delete(channel).where(channel.c.id == bindparam("number"))
# An envelope is kept while it stands in the feed or in a channel.
_ORPHANED = delete(envelope).where(
    envelope.c.id == _GONE,
    ~exists().where(message.c.envelope == envelope.c.id),
    ~exists().where(entry.c.envelope == envelope.c.id),
)


class Expiry:
    """The ends of entries and channels."""

    def __init__(self, database: Database) -> None:
        """Delete from `database`."""
        self._database = database

    def end(self, secret: bytes, today: int, term: int) -> int:
        """Let a channel end as soon as it may, and return its last day; raise UnknownError.

        That is never before `term` days behind its first message, in which a report has to be dealt with by law, nor
        before 30 days behind its last. Where that is sooner than it was, nothing is added to it any more.
        """
        with self._database.turn(), self._database.writing() as connection:
            number = live_channel(connection, secret, today)
            first, last = connection.execute(_BOUNDS, {"number": number}).one()
            until: int = connection.execute(_UNTIL, {"number": number}).scalar_one()
            sooner: int = min(until, max(today, first + term, last + ENDING_DAYS))
            connection.execute(_MOVED, {"number": number, "sooner": sooner})
        return sooner

    def expire(self, today: int) -> None:
        """Delete the entries and the channels whose last day has passed."""
        self._database.work_off(lambda connection: _delete_entries(connection, today - ENTRY_DAYS))
        self._database.work_off(lambda connection: _delete_of_channel(connection, today))


def _delete_entries(connection: Connection, least: int) -> bool:
    """Delete some entries of days before `least`; say whether there were any."""
    # Positions and days ascend together: the oldest stand in front.
    ended = [row for row in connection.execute(_OLDEST) if row.day < least]
    if not ended:
        return False
    connection.execute(_ENTRY_GONE, [{"gone": row.position} for row in ended])
    connection.execute(_ORPHANED, [{"gone": row.envelope} for row in ended])
    return True


def _delete_of_channel(connection: Connection, today: int) -> bool:
    """Delete some of a channel that ended before today, its capabilities first; say whether there was one."""
    number = connection.execute(_ENDED, {"today": today}).scalar()
    if number is None:
        return False
    connection.execute(_LOCKED, {"number": number})
    parts = connection.execute(_PARTS, {"number": number}).all()
    if parts:
        sizes = accumulate((row.size for row in parts[1:]), initial=0)
        some = [row for row, before in zip(parts, sizes, strict=True) if before < BATCH_BYTES]
        connection.execute(_PART_GONE, [{"gone": row.envelope, "at": row.number} for row in some])
        return True
    envelopes = [{"gone": name} for name in connection.execute(_MESSAGES, {"number": number}).scalars()]
    if envelopes:
        connection.execute(_MESSAGE_GONE, envelopes)
        connection.execute(_ORPHANED, envelopes)
        return True
    connection.execute(_CHANNEL_GONE, {"number": number})
    return True
