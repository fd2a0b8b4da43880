"""One batch of postings, checked and written under the write lock."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, bindparam, delete, func, insert, select, update

from dropbox.store import days
from dropbox.store.errors import ConflictError, FullError, StoreError, UnknownError, UntilError
from dropbox.store.tables import capability, envelope, log, mailbox, message, part, upload
from keys.roster.weeks import is_taken
from keys.wire.envelope import PART_SIZE, Header, prefix_size
from keys.wire.log import LogDigest, ShortEntry, log_digest
from keys.wire.posting import CAPABILITY_SIZE, DOOR_OPEN, Posting
from keys.wire.upload import Opening, part_count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Row

    from dropbox.store.days import Today

MAILBOX_DAYS = 396  # 13 months after its last message: as long as an entry of the log stays
ROW_BYTES = 16_384  # space of rows, indexes and half-filled pages beside an envelope's own bytes

KNOWN = (
    select(envelope.c.id, envelope.c.mac, envelope.c.digest, envelope.c.day, upload.c.envelope.label("open"))
    .join(upload, upload.c.envelope == envelope.c.id, isouter=True)
    .where(envelope.c.mac.in_(bindparam("macs", expanding=True)))
)
_LAST_NUMBER = select(func.max(message.c.number)).where(message.c.mailbox == mailbox.c.id).scalar_subquery()
_MAILBOXES = (
    select(capability.c.digest, mailbox.c.id, mailbox.c.until, _LAST_NUMBER.label("last"))
    .join(mailbox, mailbox.c.id == capability.c.mailbox)
    .where(capability.c.digest.in_(bindparam("digests", expanding=True)))
)
STATE = (
    *days.STATE,
    select(func.coalesce(func.max(envelope.c.id), 0)).scalar_subquery().label("envelope"),
    select(func.coalesce(func.max(mailbox.c.id), 0)).scalar_subquery().label("mailbox"),
    select(func.coalesce(func.sum(upload.c.awaited), 0)).scalar_subquery().label("awaited"),
)
_HOLDS = select(message.c.number).where(
    message.c.mailbox == bindparam("mailbox"), message.c.envelope == bindparam("envelope")
)
_EXTENDED = update(mailbox).where(mailbox.c.id == bindparam("number")).values(until=bindparam("later"))
_COMMITTED = update(envelope).where(envelope.c.id == bindparam("number")).values(day=bindparam("today"))
_PARTS = select(func.count()).where(part.c.envelope == bindparam("number"))
_CLOSED = delete(upload).where(upload.c.envelope == bindparam("number"))
_TABLES = (envelope, part, mailbox, capability, log, message)  # in the order of their references


@dataclass(frozen=True, slots=True)
class Filing:
    """A posting or an opening that passed admission; `clock_day` reads the clock, in the policy's time zone."""

    posting: Posting | Opening
    header: Header
    digest: bytes
    clock_day: Callable[[], int]

    @classmethod
    def of(cls, posting: Posting | Opening, header: Header, clock_day: Callable[[], int]) -> Filing:
        """Return the filing of a posting and its header."""
        if isinstance(posting, Posting):
            digest = hashlib.sha256(posting.envelope).digest()
        else:
            digest = hashlib.sha256(posting.size.to_bytes(8, "big") + posting.prefix).digest()
        return cls(posting, header, digest, clock_day)

    @property
    def size(self) -> int:
        """The bytes of the whole envelope."""
        return len(self.posting.envelope) if isinstance(self.posting, Posting) else self.posting.size

    def digests(self) -> tuple[bytes, ...]:
        """Return the SHA-256 of each capability that it names."""
        first, second = self.posting.address[:CAPABILITY_SIZE], self.posting.address[CAPABILITY_SIZE:]
        return (first, second) if self.posting.door == DOOR_OPEN else (hashlib.sha256(first).digest(),)


@dataclass(frozen=True, slots=True)
class Stored:
    """The day on which an envelope was first stored; `new` says whether that is now."""

    day: int
    new: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """A stored envelope; `open` while it is an unfinished upload."""

    number: int
    digest: bytes
    day: int
    open: bool


@dataclass(slots=True)
class _Mailbox:
    number: int
    until: int
    last: int


@dataclass(slots=True)
class Batch:
    """The rows of a batch; only valid while the write lock is held, or two entries could get one position."""

    connection: Connection
    room: int
    today: Today
    known: dict[bytes, _Known]
    mailboxes: dict[bytes, _Mailbox]
    last_envelope: int
    last_mailbox: int
    position: int
    digest: LogDigest
    rows: dict[Table, list[dict[str, Any]]] = field(default_factory=lambda: {table: [] for table in _TABLES})
    placed: set[tuple[int, int]] = field(default_factory=set)
    extended: dict[int, int] = field(default_factory=dict)
    committed: list[dict[str, int]] = field(default_factory=list)

    @classmethod
    def begin(
        cls, connection: Connection, filings: Sequence[Filing], today: Today, state: Row[*tuple[Any, ...]], room: int
    ) -> Batch:
        """Look up what the filings name; `state` has the columns of STATE, `room` is for new mailboxes, in bytes."""
        known = connection.execute(KNOWN, {"macs": [filing.header.mac for filing in filings]})
        named = [digest for filing in filings for digest in filing.digests()]
        mailboxes: dict[int, _Mailbox] = {}
        by_digest = {
            row.digest: mailboxes.setdefault(row.id, _Mailbox(row.id, row.until, row.last))
            for row in connection.execute(_MAILBOXES, {"digests": named})
        }
        return cls(
            connection=connection,
            room=room - state.awaited,
            today=today,
            known={row.mac: _Known(row.id, row.digest, row.day, row.open is not None) for row in known},
            mailboxes=by_digest,
            last_envelope=state.envelope,
            last_mailbox=state.mailbox,
            position=today.position,
            digest=today.digest,
        )

    def add(self, filing: Filing) -> Stored | StoreError:
        """Return what `write` will have stored, or why the filing is refused."""
        known = self.known.get(filing.header.mac)
        if known is not None and known.digest != filing.digest:
            return ConflictError()
        if known is not None and not known.open and self._is_placed(known, filing):
            return Stored(known.day, new=False)
        if not is_taken(filing.header.until, self.today.day):
            return UntilError()
        if isinstance(filing.posting, Opening) and not (known and self._is_whole(known, filing.posting)):
            return ConflictError()  # it was deleted since its last part arrived
        found = self._open(filing, known) if filing.posting.door == DOOR_OPEN else self._append(filing)
        if isinstance(found, StoreError):
            return found
        # After a restore, an envelope of the log can arrive again by another posting: only its mailbox is new.
        stored = known if known is not None and not known.open else self._add_envelope(filing, known)
        self._add_message(found, stored.number)
        return Stored(stored.day, new=True)

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

    def end(self) -> Today:
        """Return the day, and the end of the log after this batch."""
        return days.Today(self.today.day, self.today.before, self.position, self.digest)

    def _is_placed(self, known: _Known, filing: Filing) -> bool:
        """Say whether a mailbox that the filing names has this envelope."""
        boxes = {found.number for found in map(self.mailboxes.get, filing.digests()) if found is not None}
        return any(self._holds(number, known.number) for number in boxes)

    def _holds(self, number: int, of_envelope: int) -> bool:
        if (number, of_envelope) in self.placed:
            return True
        return self.connection.execute(_HOLDS, {"mailbox": number, "envelope": of_envelope}).first() is not None

    def _is_whole(self, known: _Known, opening: Opening) -> bool:
        present = self.connection.execute(_PARTS, {"number": known.number}).scalar_one()
        return bool(present == part_count(len(opening.prefix), opening.size))

    def _open(self, filing: Filing, known: _Known | None) -> _Mailbox | StoreError:
        if known is None:
            self.room -= filing.size + ROW_BYTES
            if self.room < 0:
                return FullError()
        first, second = filing.digests()
        if first in self.mailboxes or second in self.mailboxes:
            return ConflictError()
        self.last_mailbox += 1
        opened = _Mailbox(self.last_mailbox, self.today.day + MAILBOX_DAYS, 0)
        self.rows[mailbox].append({"id": opened.number, "until": opened.until})
        for digest in (first, second):
            self.mailboxes[digest] = opened
            self.rows[capability].append({"digest": digest, "mailbox": opened.number})
        return opened

    def _append(self, filing: Filing) -> _Mailbox | StoreError:
        (digest,) = filing.digests()
        found = self.mailboxes.get(digest)
        if found is None or found.until < self.today.day:
            return UnknownError()
        found.until = self.extended[found.number] = self.today.day + MAILBOX_DAYS
        return found

    def _add_message(self, to: _Mailbox, number: int) -> None:
        to.last += 1
        self.placed.add((to.number, number))
        self.rows[message].append({"mailbox": to.number, "number": to.last, "envelope": number})

    def _add_envelope(self, filing: Filing, known: _Known | None) -> _Known:
        """Give the envelope a place in the log; if it came in parts, its rows are already here."""
        day = self.today.day
        if known is None:
            number = self._add_rows(filing)
        else:
            number = known.number
            self.committed.append({"number": number, "today": day})
        short = ShortEntry.of(filing.header, day, filing.size)
        self.position += 1
        self.digest = log_digest(self.digest, self.position, short)
        row = {"position": self.position, "envelope": number, "digest": self.digest, "short": short.encode()}
        self.rows[log].append(row)
        added = self.known[filing.header.mac] = _Known(number, filing.digest, day, open=False)
        return added

    def _add_rows(self, filing: Filing) -> int:
        if not isinstance(filing.posting, Posting):
            raise TypeError
        sealed = filing.posting.envelope
        split = prefix_size(filing.header, len(sealed))
        self.last_envelope += 1
        number = self.last_envelope
        self.rows[envelope].append(
            {
                "id": number,
                "mac": filing.header.mac,
                "digest": filing.digest,
                "day": self.today.day,
                "size": len(sealed),
                "prefix": sealed[:split],
            }
        )
        for at, start in enumerate(range(split, len(sealed), PART_SIZE)):
            stream = sealed[start : start + PART_SIZE]
            self.rows[part].append({"envelope": number, "number": at, "stream": stream})
        return number
