"""What passes to and from the server, SPEC.md 9 and 10: postings, stamps, looks; it opens no connection."""

# ruff: noqa: I001, PLC0414

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import MalformedError
from keys.wire.canonical import b64
from keys.wire.envelope import Header, check_envelope_size, prefix_size
from keys.wire.log import parse_log_cursor
from keys.wire.mailbox import MORE_SIZE as MORE_SIZE, PAGE_SIZE as PAGE_SIZE
from keys.wire.sizes import (
    DAY_SIZE as DAY_SIZE,
    ITEM_COUNT_SIZE as ITEM_COUNT_SIZE,
    MAX_POSITION as MAX_POSITION,
    POSITION_SIZE as POSITION_SIZE,
    SIZE_SIZE as SIZE_SIZE,
)
from keys.wire.posting import (
    ADDRESS_SIZE as ADDRESS_SIZE,
    CAPABILITY_SIZE as CAPABILITY_SIZE,
    DOOR_APPEND,
    DOOR_OPEN,
    DOOR_SIZE as DOOR_SIZE,
    LEAVE_SIZE as LEAVE_SIZE,
    POSTING_START as POSTING_START,
    Posting as Posting,
    append_address,
    check_address as check_address,
    mailbox_address,
    parse_leave as parse_leave,
)
from keys.wire.stamp import (
    MAX_WORK as MAX_WORK,
    NONCE_SIZE as NONCE_SIZE,
    SEAL_WORK_FACTOR as SEAL_WORK_FACTOR,
    make_stamp as make_stamp,
    stamp_holds as stamp_holds,
    stamp_target as stamp_target,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DOOR_CASE = DOOR_OPEN
DOOR_CHANNEL = DOOR_APPEND
parse_cursor = parse_log_cursor
ITEM_START = POSITION_SIZE + DAY_SIZE + SIZE_SIZE


def open_case(envelope: bytes, nonce: bytes, recipients: bytes, reporter: bytes | None = None) -> Posting:
    """Return the posting that opens a mailbox for these capabilities, or looks like it."""
    first = reporter or secrets.token_bytes(CAPABILITY_SIZE)
    return Posting(DOOR_CASE, nonce, mailbox_address(first, recipients), envelope)


def append(envelope: bytes, nonce: bytes, capability: bytes) -> Posting:
    """Return the posting that appends to the mailbox of `capability`."""
    return Posting(DOOR_CHANNEL, nonce, append_address(capability), envelope)


@dataclass(frozen=True, slots=True)
class Item:
    """An envelope's place in a feed or channel; `day` is the server's, `size` the whole envelope's in bytes."""

    position: int
    day: int
    size: int
    prefix: bytes

    def header(self) -> Header:
        """Return the envelope's header."""
        return Header.parse(self.prefix)

    def cursor(self) -> str:
        """Return the cursor that goes on behind this item."""
        return f"{self.position}.{b64(self.header().digest())}"

    def encode(self) -> bytes:
        """Return the bytes of the item."""
        numbers = ((self.position, POSITION_SIZE), (self.day, DAY_SIZE), (self.size, SIZE_SIZE))
        return b"".join(number.to_bytes(width, "big") for number, width in numbers) + self.prefix


@dataclass(frozen=True, slots=True)
class Page:
    """One look into a feed or channel: always the same number of bytes."""

    items: tuple[Item, ...]
    more: bool

    @classmethod
    def parse(cls, raw: bytes) -> Page:
        """Read a page; raise MalformedError for another size, a cut item or positions out of order."""
        if len(raw) != PAGE_SIZE or raw[0] not in (0, 1):
            raise MalformedError("page")
        at = MORE_SIZE + ITEM_COUNT_SIZE
        items: list[Item] = []
        for _ in range(int.from_bytes(raw[MORE_SIZE:at], "big")):
            item = _parse_item(raw[at:])
            if items and item.position <= items[-1].position:
                raise MalformedError("order of positions")
            items.append(item)
            at += ITEM_START + len(item.prefix)
        return cls(tuple(items), raw[0] == 1)

    def encode(self) -> bytes:
        """Return the page, filled up with random bytes; the items have to fit (see `fill`)."""
        count = len(self.items).to_bytes(ITEM_COUNT_SIZE, "big")
        content = bytes([self.more]) + count + b"".join(item.encode() for item in self.items)
        return content + secrets.token_bytes(PAGE_SIZE - len(content))


def fill(items: Iterable[Item]) -> Page:
    """Return the page of as many items as fit; `more` says whether there were others."""
    room = PAGE_SIZE - MORE_SIZE - ITEM_COUNT_SIZE
    taken: list[Item] = []
    for item in items:
        room -= ITEM_START + len(item.prefix)
        if room < 0:
            return Page(tuple(taken), more=True)
        taken.append(item)
    return Page(tuple(taken), more=False)


def _parse_item(raw: bytes) -> Item:
    widths: Sequence[int] = (POSITION_SIZE, DAY_SIZE, SIZE_SIZE)
    numbers = []
    at = 0
    for width in widths:
        numbers.append(int.from_bytes(raw[at : at + width], "big"))
        at += width
    header = Header.parse(raw[at:])
    position, day, size = numbers
    check_envelope_size(header, size)
    prefix = raw[at : at + prefix_size(header, size)]
    if len(prefix) != prefix_size(header, size):
        raise MalformedError("cut item")
    return Item(position, day, size, prefix)
