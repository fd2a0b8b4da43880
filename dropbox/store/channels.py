"""Feed and channels as the tool and the page read them before they read log and mailboxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import select

from dropbox.store.mailboxes import MESSAGES, MOST_ENTRIES, live_mailbox
from dropbox.store.tables import entry, envelope, message
from keys.wire.envelope import Header
from keys.wire.exchange import MAX_POSITION, Item, Page, fill

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Select

    from dropbox.store.database import Database

_ENTRIES = select(entry.c.position.label("number"), envelope.c.day, envelope.c.size, envelope.c.prefix).join(
    envelope, envelope.c.id == entry.c.envelope
)

Cursor: TypeAlias = tuple[int, bytes] | None


class Channels:
    """The feed and the channels."""

    def __init__(self, database: Database) -> None:
        """Read from `database`."""
        self._database = database

    def feed(self, after: Cursor) -> Page:
        """Return the page of the feed after a cursor."""
        with self._database.reading() as connection:
            return _page(connection, _ENTRIES, entry.c.position, {}, after)

    def channel(self, secret: bytes, today: int, after: Cursor) -> Page:
        """Return the page of a channel after a cursor; raise UnknownError."""
        with self._database.reading() as connection:
            found = {"mailbox": live_mailbox(connection, secret, today)}
            return _page(connection, MESSAGES, message.c.number, found, after)


def _page(
    connection: Connection,
    query: Select[tuple[int, int, int, bytes]],
    position: Column[int],
    found: dict[str, int],
    after: Cursor,
) -> Page:
    start = 0
    if after is not None and after[0] <= MAX_POSITION:
        anchor = connection.execute(query.where(position == after[0]), found).one_or_none()
        if anchor is not None and Header.parse(anchor.prefix).digest() == after[1]:
            start = after[0]
    # One more than fits, so that `fill` knows whether there are others.
    rows = connection.execute(query.where(position > start).order_by(position).limit(MOST_ENTRIES + 1), found)
    return fill(Item(row.number, row.day, row.size, row.prefix) for row in rows)
