"""Mailboxes, SPEC 11: the envelopes of one thread, read and written with a capability of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from dropbox.store.errors import NotFoundError, UnknownError
from dropbox.store.tables import capability, envelope, mailbox, message, part
from keys.wire.envelope import SLOT_STEP, SMALLEST_CLASS, header_size, stream_size
from keys.wire.mailbox import MAILBOX_ENTRY_START, PAGE_SIZE, MailboxEntry, MailboxPage, fill_mailbox

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dropbox.store.database import Database

_MOST_ENTRIES = PAGE_SIZE // (MAILBOX_ENTRY_START + header_size(SLOT_STEP) + stream_size(SMALLEST_CLASS))

_LIVE = (
    select(mailbox.c.id)
    .join(capability, capability.c.mailbox == mailbox.c.id)
    .where(capability.c.digest == bindparam("digest"), mailbox.c.until >= bindparam("today"))
)
_FORGOTTEN = delete(capability).where(capability.c.digest == bindparam("forgotten"))
_MESSAGES = (
    select(message.c.number, envelope.c.day, envelope.c.size, envelope.c.prefix)
    .join(envelope, envelope.c.id == message.c.envelope)
    .where(message.c.mailbox == bindparam("mailbox"))
)
_PAGE = _MESSAGES.where(message.c.number > bindparam("after")).order_by(message.c.number).limit(_MOST_ENTRIES + 1)
_PART = (
    select(part.c.stream)
    .join(message, message.c.envelope == part.c.envelope)
    .where(
        message.c.mailbox == bindparam("mailbox"),
        message.c.number == bindparam("position"),
        part.c.number == bindparam("number"),
    )
)


class Mailboxes:
    """The mailboxes, which reporters read."""

    def __init__(self, database: Database) -> None:
        """Read from `database`."""
        self._database = database

    def page(self, secret: bytes, today: int, after: int) -> MailboxPage:
        """Return the page of a mailbox after a number; raise UnknownError."""
        with self._database.reading() as connection:
            found = {"mailbox": live_mailbox(connection, secret, today), "after": after}
            rows = connection.execute(_PAGE, found)
            return fill_mailbox(MailboxEntry(row.number, row.day, row.size, row.prefix) for row in rows)

    def part(self, secret: bytes, today: int, position: int, number: int) -> bytes:
        """Return a part of an envelope's stream after its prefix; raise UnknownError, NotFoundError."""
        with self._database.reading() as connection:
            found = {"mailbox": live_mailbox(connection, secret, today), "position": position, "number": number}
            stream: bytes | None = connection.execute(_PART, found).scalar()
        if stream is None:
            raise NotFoundError
        return stream

    def leave(self, secret: bytes, other: bytes, today: int) -> None:
        """Forget a capability permanently, if `other` is the other one of the same mailbox; raise UnknownError.

        Only the reporter knows both: a recipient can shut out neither the reporter nor the other recipients.
        """
        with self._database.turn(), self._database.writing() as connection:
            number = live_mailbox(connection, secret, today)
            if secret == other or live_mailbox(connection, other, today) != number:
                raise UnknownError
            connection.execute(_FORGOTTEN, {"forgotten": hashlib.sha256(secret).digest()})


def live_mailbox(connection: Connection, secret: bytes, today: int) -> int:
    """Return the number of the mailbox that this capability opens today; raise UnknownError."""
    found = {"digest": hashlib.sha256(secret).digest(), "today": today}
    number = connection.execute(_LIVE, found).scalar()
    if number is None:
        raise UnknownError
    return int(number)
