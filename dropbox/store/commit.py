"""One batch of postings on its way to the disk: what each becomes is decided here, under the write lock."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, bindparam, delete, func, insert, select, text, update

from dropbox.store.errors import ConflictError, FullError, StoreError, UnknownError
from dropbox.store.tables import capability, channel, entry, envelope, message, part, upload
from keys.wire.envelope import PART_SIZE, Header, prefix_size
from keys.wire.exchange import CAPABILITY_SIZE, DOOR_CASE, Posting
from keys.wire.upload import Opening, part_count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

CHANNEL_DAYS = 396  # 13 months behind its last message: as long as an entry lives
ROW_BYTES = 16_384  # what rows, indexes and half-filled pages take beside an envelope's own bytes

KNOWN = (
    select(envelope.c.id, envelope.c.mac, envelope.c.posting, envelope.c.day, upload.c.envelope.label("open"))
    .join(upload, upload.c.envelope == envelope.c.id, isouter=True)
    .where(envelope.c.mac.in_(bindparam("macs", expanding=True)))
)
_LAST_MESSAGE = select(func.max(message.c.position)).where(message.c.channel == channel.c.id).scalar_subquery()
_LAST_DAY = (
    select(envelope.c.day)
    .join(message, message.c.envelope == envelope.c.id)
    .where(message.c.channel == channel.c.id)
    .order_by(message.c.position.desc())
    .limit(1)
    .scalar_subquery()
)
_CHANNELS = (
    select(capability.c.digest, channel.c.id, channel.c.until, _LAST_MESSAGE.label("last"), _LAST_DAY.label("day"))
    .join(channel, channel.c.id == capability.c.channel)
    .where(capability.c.digest.in_(bindparam("digests", expanding=True)))
)
_STATE = text("""
    SELECT (SELECT coalesce(max(id), 0) FROM envelope) AS envelope,
           (SELECT coalesce(max(id), 0) FROM channel) AS channel,
           (SELECT coalesce(max(position), 0) FROM entry) AS entry,
           (page_count - freelist_count) * page_size AS used
    FROM pragma_page_count, pragma_freelist_count, pragma_page_size
""")
_EXTENDED = update(channel).where(channel.c.id == bindparam("number")).values(until=bindparam("later"))
_COMMITTED = update(envelope).where(envelope.c.id == bindparam("number")).values(day=bindparam("today"))
_PARTS = select(func.count()).where(part.c.envelope == bindparam("number"))
_CLOSED = delete(upload).where(upload.c.envelope == bindparam("number"))
_TABLES = (envelope, part, channel, capability, entry, message)  # in the order that their references ask for


@dataclass(frozen=True, slots=True)
class Filing:
    """A posting or an opening that passed admission; `digest` is the SHA-256 of all its bytes."""

    posting: Posting | Opening
    header: Header
    digest: bytes
    day: int

    def digests(self) -> tuple[bytes, ...]:
        """Return the SHA-256 of each capability that it names."""
        first, second = self.posting.address[:CAPABILITY_SIZE], self.posting.address[CAPABILITY_SIZE:]
        if self.posting.door == DOOR_CASE:
            # In their own order: else that of the rows would tell the reporter's from the recipients'.
            return tuple(sorted((first, second)))
        return (hashlib.sha256(first).digest(),)


@dataclass(frozen=True, slots=True)
class Stored:
    """The day on which an envelope was stored first; `new` says whether that is now."""

    day: int
    new: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """An envelope that is here; `open` while it is an unfinished upload."""

    number: int
    posting: bytes
    day: int
    open: bool


@dataclass(slots=True)
class _Channel:
    number: int
    until: int
    last: int
    day: int  # of its last message

    @property
    def is_ending(self) -> bool:
        """Whether its end was moved: nothing is added to what nobody will read any more."""
        return self.until < self.day + CHANNEL_DAYS


@dataclass(slots=True)
class Batch:
    """The rows that a batch becomes; only valid while the write lock is held, so that no position is given twice."""

    connection: Connection
    room: int
    known: dict[bytes, _Known]
    channels: dict[bytes, _Channel]
    last_envelope: int
    last_channel: int
    last_entry: int
    rows: dict[Table, list[dict[str, Any]]] = field(default_factory=lambda: {table: [] for table in _TABLES})
    extended: dict[int, int] = field(default_factory=dict)
    committed: list[dict[str, int]] = field(default_factory=list)

    @classmethod
    def begin(cls, connection: Connection, filings: Sequence[Filing], room: Callable[[int], int]) -> Batch:
        """Look up what the filings name; `room` gives the bytes left for new cases when so many are used."""
        known = connection.execute(KNOWN, {"macs": [filing.header.mac for filing in filings]})
        named = [digest for filing in filings for digest in filing.digests()]
        channels: dict[int, _Channel] = {}
        by_digest = {
            row.digest: channels.setdefault(row.id, _Channel(row.id, row.until, row.last, row.day))
            for row in connection.execute(_CHANNELS, {"digests": named})
        }
        state = connection.execute(_STATE).one()
        return cls(
            connection=connection,
            room=room(state.used),
            known={row.mac: _Known(row.id, row.posting, row.day, row.open is not None) for row in known},
            channels=by_digest,
            last_envelope=state.envelope,
            last_channel=state.channel,
            last_entry=state.entry,
        )

    def add(self, filing: Filing) -> Stored | StoreError:
        """Return what `write` will have stored, or why the filing is refused."""
        known = self.known.get(filing.header.mac)
        if known is not None and known.posting != filing.digest:
            return ConflictError()
        if known is not None and not known.open:
            return Stored(known.day, new=False)
        if isinstance(filing.posting, Opening) and not (known and self._is_whole(known, filing.posting)):
            return UnknownError()  # it was deleted since its last part came
        refusal = self._open(filing) if filing.posting.door == DOOR_CASE else self._append(filing)
        if refusal is not None:
            return refusal
        number = known.number if known else self.last_envelope
        self.known[filing.header.mac] = _Known(number, filing.digest, filing.day, open=False)
        return Stored(filing.day, new=True)

    def write(self) -> None:
        """Insert every row."""
        for table, rows in self.rows.items():
            if rows:
                self.connection.execute(insert(table), rows)
        if self.extended:
            later = [{"number": number, "later": until} for number, until in self.extended.items()]
            self.connection.execute(_EXTENDED, later)
        if self.committed:
            self.connection.execute(_COMMITTED, self.committed)
            self.connection.execute(_CLOSED, [{"number": one["number"]} for one in self.committed])

    def _is_whole(self, known: _Known, opening: Opening) -> bool:
        present = self.connection.execute(_PARTS, {"number": known.number}).scalar_one()
        return bool(present == part_count(len(opening.prefix), opening.size))

    def _open(self, filing: Filing) -> StoreError | None:
        if isinstance(filing.posting, Posting):
            self.room -= len(filing.posting.envelope) + ROW_BYTES
            if self.room < 0:
                return FullError()
        first, second = filing.digests()
        if first == second or first in self.channels or second in self.channels:
            return ConflictError()
        self.last_channel += 1
        opened = _Channel(self.last_channel, filing.day + CHANNEL_DAYS, 0, filing.day)
        self.rows[channel].append({"id": opened.number, "until": opened.until})
        for digest in (first, second):
            self.channels[digest] = opened
            self.rows[capability].append({"digest": digest, "channel": opened.number})
        self._add_message(filing, opened)
        self.last_entry += 1
        self.rows[entry].append({"position": self.last_entry, "envelope": self.rows[message][-1]["envelope"]})
        return None

    def _append(self, filing: Filing) -> StoreError | None:
        (digest,) = filing.digests()
        found = self.channels.get(digest)
        if found is None or found.until < filing.day or found.is_ending:
            return UnknownError()
        found.day = filing.day
        found.until = self.extended[found.number] = filing.day + CHANNEL_DAYS
        self._add_message(filing, found)
        return None

    def _add_message(self, filing: Filing, to: _Channel) -> None:
        if isinstance(filing.posting, Posting):
            number = self._add_envelope(filing, filing.posting.envelope)
        else:
            number = self.known[filing.header.mac].number
            self.committed.append({"number": number, "today": filing.day})
        to.last += 1
        self.rows[message].append({"channel": to.number, "position": to.last, "envelope": number})

    def _add_envelope(self, filing: Filing, sealed: bytes) -> int:
        split = prefix_size(filing.header, len(sealed))
        self.last_envelope += 1
        number = self.last_envelope
        self.rows[envelope].append(
            {
                "id": number,
                "mac": filing.header.mac,
                "posting": filing.digest,
                "day": filing.day,
                "size": len(sealed),
                "prefix": sealed[:split],
            }
        )
        for at, start in enumerate(range(split, len(sealed), PART_SIZE)):
            stream = sealed[start : start + PART_SIZE]
            self.rows[part].append({"envelope": number, "number": at, "stream": stream})
        return number
