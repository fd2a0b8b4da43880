"""The mailbox, SPEC 11: the pages in which a reporter's browser reads one thread."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import MalformedError
from keys.wire.envelope import Header, check_envelope_size, prefix_size
from keys.wire.sizes import DAY_SIZE, ITEM_COUNT_SIZE, MAX_DAY, MAX_POSITION, POSITION_SIZE, SIZE_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE_SIZE = 131_072
MORE_SIZE = 1
NUMBER_SIZE = POSITION_SIZE
MAILBOX_ENTRY_START = NUMBER_SIZE + DAY_SIZE + SIZE_SIZE


@dataclass(frozen=True, slots=True)
class MailboxEntry:
    """An envelope in a mailbox: `day` is the server's, `size` the whole envelope's, `prefix` ends with a chunk."""

    number: int
    day: int
    size: int
    prefix: bytes

    @classmethod
    def read(cls, raw: bytes, at: int) -> tuple[MailboxEntry, int]:
        """Read the entry at an offset, and return it with the offset after it; raise MalformedError."""
        day_at = at + NUMBER_SIZE
        size_at = day_at + DAY_SIZE
        prefix_at = size_at + SIZE_SIZE
        header = Header.parse(raw[prefix_at:])
        size = int.from_bytes(raw[size_at:prefix_at], "big")
        check_envelope_size(header, size)
        end = prefix_at + prefix_size(header, size)
        if len(raw) < end:
            raise MalformedError("cut entry")
        number, day = int.from_bytes(raw[at:day_at], "big"), int.from_bytes(raw[day_at:size_at], "big")
        if day > MAX_DAY:
            raise MalformedError("day")
        return cls(number, day, size, raw[prefix_at:end]), end

    def header(self) -> Header:
        """Return the envelope's header."""
        return Header.parse(self.prefix)

    def encode(self) -> bytes:
        """Return the bytes of the entry."""
        numbers = ((self.number, NUMBER_SIZE), (self.day, DAY_SIZE), (self.size, SIZE_SIZE))
        return b"".join(number.to_bytes(width, "big") for number, width in numbers) + self.prefix


@dataclass(frozen=True, slots=True)
class MailboxPage:
    """A page of a mailbox, always of the same size in bytes; `more` says that there are later messages."""

    entries: tuple[MailboxEntry, ...]
    more: bool

    @classmethod
    def parse(cls, raw: bytes, after: int) -> MailboxPage:
        """Read the page after the number `after`; raise UnsupportedError or MalformedError.

        Numbers increase by one, so a page on which the server repeats or omits a message is malformed.
        """
        if len(raw) != PAGE_SIZE or raw[0] not in (0, 1):
            raise MalformedError("page of the mailbox")
        at = MORE_SIZE + ITEM_COUNT_SIZE
        count = int.from_bytes(raw[MORE_SIZE:at], "big")
        # A reader would request an empty page with `more` again, without end.
        if not count and raw[0]:
            raise MalformedError("page of the mailbox")
        entries = []
        for number in range(after + 1, after + 1 + count):
            entry, at = MailboxEntry.read(raw, at)
            if entry.number != number or number > MAX_POSITION:
                raise MalformedError("order of numbers")
            entries.append(entry)
        return cls(tuple(entries), raw[0] == 1)

    def encode(self) -> bytes:
        """Return the page, padded with random bytes; the entries must fit (see `fill_mailbox`)."""
        count = len(self.entries).to_bytes(ITEM_COUNT_SIZE, "big")
        content = bytes([self.more]) + count + b"".join(entry.encode() for entry in self.entries)
        return content + secrets.token_bytes(PAGE_SIZE - len(content))


def fill_mailbox(entries: Iterable[MailboxEntry]) -> MailboxPage:
    """Return a page of as many entries as fit; `more` says whether others are left."""
    room = PAGE_SIZE - MORE_SIZE - ITEM_COUNT_SIZE
    taken: list[MailboxEntry] = []
    for entry in entries:
        room -= MAILBOX_ENTRY_START + len(entry.prefix)
        if room < 0:
            return MailboxPage(tuple(taken), more=True)
        taken.append(entry)
    return MailboxPage(tuple(taken), more=False)
