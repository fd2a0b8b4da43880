"""Envelopes in feed and channels: stored once, in order, and on disk before anyone is told; it opens none."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import bindparam, delete, exists, select

from dropbox.store.commit import Batch, Filing, Stored
from dropbox.store.errors import FullError, StoreError, UnknownError
from dropbox.store.group_commit import GroupCommit
from dropbox.store.tables import capability, channel, entry, envelope, message, part, upload
from keys.wire.envelope import SLOT_STEP, SMALLEST_CLASS, Header, header_size, stream_size
from keys.wire.exchange import ITEM_START, PAGE_SIZE, Item, Page, fill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Column, Connection, Select

    from dropbox.store.database import Database

MAX_POSITION = 2**63 - 1  # what SQLite can hold
MOST_ITEMS = PAGE_SIZE // (ITEM_START + header_size(SLOT_STEP) + stream_size(SMALLEST_CLASS))

_UNFINISHED = select(upload.c.envelope).where(upload.c.envelope == envelope.c.id)
_REPEATED = select(envelope.c.day).where(
    envelope.c.mac == bindparam("mac"), envelope.c.posting == bindparam("posting"), ~exists(_UNFINISHED)
)
_LIVE = (
    select(channel.c.id)
    .join(capability, capability.c.channel == channel.c.id)
    .where(capability.c.digest == bindparam("digest"), channel.c.until >= bindparam("today"))
)
_FORGOTTEN = delete(capability).where(capability.c.digest == bindparam("forgotten"))
_ITEM = (envelope.c.day, envelope.c.size, envelope.c.prefix)
_ENTRIES = select(entry.c.position, *_ITEM).join(envelope, envelope.c.id == entry.c.envelope)
_MESSAGES = (
    select(message.c.position, *_ITEM)
    .join(envelope, envelope.c.id == message.c.envelope)
    .where(message.c.channel == bindparam("channel"))
)
_PART = (
    select(part.c.stream)
    .join(message, message.c.envelope == part.c.envelope)
    .where(
        message.c.channel == bindparam("channel"),
        message.c.position == bindparam("position"),
        part.c.number == bindparam("number"),
    )
)

Cursor: TypeAlias = tuple[int, bytes] | None


class Envelopes:
    """The feed and the channels."""

    def __init__(self, database: Database, reserve_bytes: int) -> None:
        """Keep `reserve_bytes` for the channels that exist: new ones are refused before the room is gone."""
        self._database = database
        self._reserve_bytes = reserve_bytes
        self._batches: GroupCommit[Filing, Stored | StoreError] = GroupCommit(database.turn, self._commit)

    def repeated(self, filing: Filing) -> int | None:
        """Return the day on which this very posting was stored, if it was."""
        with self._database.reading() as connection:
            return connection.execute(_REPEATED, {"mac": filing.header.mac, "posting": filing.digest}).scalar()

    def file(self, filing: Filing) -> Stored:
        """Store an envelope, and return only once it is on disk.

        Raises ConflictError, UnknownError for a capability that does not exist, FullError. Nothing is stored then.
        """
        outcome = self._batches.take(filing)
        if isinstance(outcome, StoreError):
            raise outcome
        return outcome

    def forget(self, secret: bytes, other: bytes, today: int) -> None:
        """Forget a capability for good, where `other` is the other one of the same channel; raise UnknownError.

        Only the reporter knows both: no recipient can shut out the reporter, nor the other recipients.
        """
        with self._database.turn(), self._database.writing() as connection:
            number = live_channel(connection, secret, today)
            if secret == other or live_channel(connection, other, today) != number:
                raise UnknownError
            connection.execute(_FORGOTTEN, {"forgotten": hashlib.sha256(secret).digest()})

    def close(self) -> None:
        """Finish what is being stored."""
        self._batches.close()

    def feed(self, after: Cursor) -> Page:
        """Return the page of the feed behind a cursor."""
        with self._database.reading() as connection:
            return _page(connection, _ENTRIES, entry.c.position, {}, after)

    def channel(self, secret: bytes, today: int, after: Cursor) -> Page:
        """Return the page of a channel behind a cursor; raise UnknownError."""
        with self._database.reading() as connection:
            found = {"channel": live_channel(connection, secret, today)}
            return _page(connection, _MESSAGES, message.c.position, found, after)

    def part(self, secret: bytes, today: int, position: int, number: int) -> bytes:
        """Return a part of an envelope's stream behind its prefix; raise UnknownError."""
        with self._database.reading() as connection:
            found = {
                "channel": live_channel(connection, secret, today),
                "position": position,
                "number": number,
            }
            stream: bytes | None = connection.execute(_PART, found).scalar()
        if stream is None:
            raise UnknownError
        return stream

    def _commit(self, filings: Sequence[Filing]) -> Sequence[Stored | StoreError]:
        try:
            with self._database.writing() as connection:
                batch = Batch.begin(connection, filings, self._room)
                outcomes = [batch.add(filing) for filing in filings]
                batch.write()
        except FullError as error:
            # A large one must not take the small ones with it that came at the same moment.
            return [error] if len(filings) == 1 else [self._commit([filing])[0] for filing in filings]
        return outcomes

    def _room(self, used: int) -> int:
        return self._database.room(used) - self._reserve_bytes


def live_channel(connection: Connection, secret: bytes, today: int) -> int:
    """Return the number of the channel that this capability opens today; raise UnknownError."""
    found = {"digest": hashlib.sha256(secret).digest(), "today": today}
    number = connection.execute(_LIVE, found).scalar()
    if number is None:
        raise UnknownError
    return int(number)


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
    rows = connection.execute(query.where(position > start).order_by(position).limit(MOST_ITEMS + 1), found)
    return fill(Item(row.position, row.day, row.size, row.prefix) for row in rows)
