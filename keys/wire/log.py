"""The log, SPEC 10: its entries, their digests, and the pages in which it is read."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NewType, TypeVar

from keys.errors import ForkError, MalformedError
from keys.wire.canonical import b64, unb64
from keys.wire.envelope import CONTENT_SIZE, MAC_SIZE, SEALED_CHUNK_SIZE, Header, check_envelope_size
from keys.wire.ids import Mac
from keys.wire.sizes import DAY_SIZE, DIGEST_SIZE, ITEM_COUNT_SIZE, MAX_DAY, MAX_POSITION, POSITION_SIZE, SIZE_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LogDigest = NewType("LogDigest", bytes)

LABEL_LOG = b"meldbus/1 log"
LOG_CHUNKS = 5  # any head ends in the fifth chunk, so only files are ever fetched separately
LOG_PAGE_SIZE = 4 * 1024 * 1024
END_SIZE = 1
LOG_PAGE_START = POSITION_SIZE + DIGEST_SIZE + DAY_SIZE + END_SIZE + ITEM_COUNT_SIZE
LOG_ENTRY_START = DAY_SIZE + SIZE_SIZE
SHORT_SIZE = LOG_ENTRY_START + DIGEST_SIZE + CONTENT_SIZE + MAC_SIZE
MOST_ENTRIES = (LOG_PAGE_SIZE - LOG_PAGE_START) // SHORT_SIZE
CURSOR_STEP = 64  # readers at different places send the same request
ENTRY_DAYS = 396  # SPEC 10: on a later day than this many after its own, the log no longer has an entry

_POSITION = re.compile(r"0|[1-9][0-9]{0,18}")


def log_prefix_size(header: Header, size: int) -> int:
    """Return the bytes of header and first five chunks of an envelope of `size` bytes."""
    return min(size, header.size + LOG_CHUNKS * SEALED_CHUNK_SIZE)


def log_digest(before: LogDigest, position: int, entry: ShortEntry) -> LogDigest:
    """Return the digest of the log up to and with the entry at `position`; `before` is the previous entry's.

    The digest before position 1 is the id of root version 1.
    """
    place = position.to_bytes(POSITION_SIZE, "big")
    return LogDigest(hashlib.sha256(LABEL_LOG + before + place + entry.encode()).digest())


@dataclass(frozen=True, slots=True)
class ShortEntry:
    """The 108 bytes of an entry that the digest covers.

    `header_digest` is the SHA-256 of the header before the content.
    """

    day: int
    size: int
    header_digest: bytes
    content: bytes
    mac: Mac

    @classmethod
    def of(cls, header: Header, day: int, size: int) -> ShortEntry:
        """Return the short form of an envelope of `size` bytes that the server took on `day`."""
        return cls(day, size, hashlib.sha256(header.before_content()).digest(), header.content, Mac(header.mac))

    @classmethod
    def read(cls, raw: bytes, at: int) -> tuple[ShortEntry, int]:
        """Read the entry at an offset, and return it with the offset after it; raise MalformedError."""
        end = at + SHORT_SIZE
        if len(raw) < end:
            raise MalformedError("cut entry")
        day, size, digest_at = _day_and_size(raw, at)
        content_at, mac_at = digest_at + DIGEST_SIZE, digest_at + DIGEST_SIZE + CONTENT_SIZE
        return cls(day, size, raw[digest_at:content_at], raw[content_at:mac_at], Mac(raw[mac_at:end])), end

    @property
    def length(self) -> int:
        """The size of the entry on a page, in bytes."""
        return SHORT_SIZE

    def short(self) -> ShortEntry:
        """Return this entry."""
        return self

    def encode(self) -> bytes:
        """Return the bytes of the entry."""
        numbers = self.day.to_bytes(DAY_SIZE, "big") + self.size.to_bytes(SIZE_SIZE, "big")
        return numbers + self.header_digest + self.content + self.mac


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An envelope in the log: `day` is the server's, `size` the whole envelope's, `prefix` holds any head."""

    day: int
    size: int
    prefix: bytes

    @classmethod
    def read(cls, raw: bytes, at: int) -> tuple[LogEntry, int]:
        """Read the entry at an offset, and return it with the offset after it; raise MalformedError."""
        day, size, prefix_at = _day_and_size(raw, at)
        header = Header.parse(raw[prefix_at : prefix_at + SEALED_CHUNK_SIZE])
        check_envelope_size(header, size)
        end = prefix_at + log_prefix_size(header, size)
        if len(raw) < end:
            raise MalformedError("cut entry")
        return cls(day, size, raw[prefix_at:end]), end

    @property
    def length(self) -> int:
        """The size of the entry on a page, in bytes."""
        return LOG_ENTRY_START + len(self.prefix)

    def header(self) -> Header:
        """Return the envelope's header."""
        return Header.parse(self.prefix)

    def short(self) -> ShortEntry:
        """Return the part of this entry that the digest covers."""
        return ShortEntry.of(self.header(), self.day, self.size)

    def encode(self) -> bytes:
        """Return the bytes of the entry."""
        return self.day.to_bytes(DAY_SIZE, "big") + self.size.to_bytes(SIZE_SIZE, "big") + self.prefix


Entry = TypeVar("Entry", LogEntry, ShortEntry)


@dataclass(frozen=True, slots=True)
class LogPage(Generic[Entry]):
    """A page of the log: entries without a gap from `first`, after the entry with the digest `before`.

    `day` is the server's day. `end` is true if the log ends with this page.
    """

    first: int
    before: LogDigest
    day: int
    end: bool
    entries: tuple[Entry, ...]

    @classmethod
    def parse(cls, raw: bytes) -> LogPage[LogEntry]:
        """Read a page of whole entries; raise UnsupportedError or MalformedError."""
        return _parse(raw, LogEntry.read)

    @classmethod
    def parse_short(cls, raw: bytes) -> LogPage[ShortEntry]:
        """Read a page of short entries; raise MalformedError."""
        return _parse(raw, ShortEntry.read)

    def encode(self) -> bytes:
        """Return the bytes of the page."""
        numbers = ((self.day, DAY_SIZE), (self.end, END_SIZE), (len(self.entries), ITEM_COUNT_SIZE))
        start = self.first.to_bytes(POSITION_SIZE, "big") + self.before
        start += b"".join(int(number).to_bytes(width, "big") for number, width in numbers)
        # Joined once: a page is 4 MiB, and several readers wait for theirs.
        return b"".join([start, *(entry.encode() for entry in self.entries)])

    def digests(self) -> tuple[LogDigest, ...]:
        """Return the digest of the log after each entry."""
        found: list[LogDigest] = []
        digest = self.before
        for position, entry in enumerate(self.entries, self.first):
            digest = log_digest(digest, position, entry.short())
            found.append(digest)
        return tuple(found)

    def check_follows(self, position: int, digest: LogDigest) -> int:
        """Return how many entries between `position` and this page have ended on the server.

        Raises ForkError if the server's log differs at `position`, and MalformedError if this page repeats an entry. If
        entries have ended, this page alone cannot show whether the log is the same.
        """
        ended = self.first - position - 1
        if ended < 0:
            raise MalformedError("repeated entry")
        if not ended and self.before != digest:
            raise ForkError("log")
        return ended


def fill_log(
    first: int, before: LogDigest, day: int, entries: Iterable[Entry], most: int = MOST_ENTRIES
) -> LogPage[Entry]:
    """Return a page of as many entries as fit, at most `most`; `end` says whether they were all."""
    room = LOG_PAGE_SIZE - LOG_PAGE_START
    taken: list[Entry] = []
    for entry in entries:
        room -= entry.length
        if room < 0 or len(taken) == most:
            return LogPage(first, before, day, end=False, entries=tuple(taken))
        taken.append(entry)
    return LogPage(first, before, day, end=True, entries=tuple(taken))


def cursor_position(position: int) -> int:
    """Return the position from which a reader who has read up to `position` asks first: the same for 64 of them.

    After that, the reader continues from the end of each page: 64 large entries do not fit into one.
    """
    return position - position % CURSOR_STEP


def log_cursor(position: int, digest: LogDigest) -> str:
    """Return the cursor that continues after `position`."""
    return f"{position}.{b64(digest)}"


def parse_log_cursor(text: str) -> tuple[int, LogDigest]:
    """Return the position and digest of a cursor; raise MalformedError for any other text."""
    position, dot, digest = text.partition(".")
    if not dot or not _POSITION.fullmatch(position) or int(position) > MAX_POSITION:
        raise MalformedError("cursor")
    return int(position), LogDigest(unb64(digest, DIGEST_SIZE))


def _parse(raw: bytes, read: Callable[[bytes, int], tuple[Entry, int]]) -> LogPage[Entry]:
    if not LOG_PAGE_START <= len(raw) <= LOG_PAGE_SIZE:
        raise MalformedError("page of the log")
    first = int.from_bytes(raw[:POSITION_SIZE], "big")
    day_at = POSITION_SIZE + DIGEST_SIZE
    end_at = day_at + DAY_SIZE
    day = int.from_bytes(raw[day_at:end_at], "big")
    end = raw[end_at]
    count = int.from_bytes(raw[end_at + END_SIZE : LOG_PAGE_START], "big")
    # A reader would request an empty page that is not the last one again, without end.
    if day > MAX_DAY or end not in (0, 1) or not (count or end) or not 1 <= first <= MAX_POSITION - count:
        raise MalformedError("page of the log")
    at, entries = LOG_PAGE_START, []
    for _ in range(count):
        entry, at = read(raw, at)
        entries.append(entry)
    if at != len(raw):
        raise MalformedError("length of the page")
    before = LogDigest(raw[POSITION_SIZE:day_at])
    return LogPage(first, before, day, end == 1, tuple(entries))


def _day_and_size(raw: bytes, at: int) -> tuple[int, int, int]:
    size_at = at + DAY_SIZE
    end = size_at + SIZE_SIZE
    day = int.from_bytes(raw[at:size_at], "big")
    if day > MAX_DAY:
        raise MalformedError("day")
    return day, int.from_bytes(raw[size_at:end], "big"), end
