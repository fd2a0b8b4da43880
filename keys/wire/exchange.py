"""What passes to and from the server, SPEC.md 9 and 10: postings, stamps, looks; it opens no connection."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import MalformedError, StampError
from keys.wire.canonical import b64, unb64
from keys.wire.envelope import Header, check_envelope_size, prefix_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DOOR_SIZE = 1
DOOR_CASE = 0
DOOR_CHANNEL = 1
NONCE_SIZE = 16
CAPABILITY_SIZE = 32
ADDRESS_SIZE = 2 * CAPABILITY_SIZE
LEAVE_SIZE = 2 * CAPABILITY_SIZE
POSTING_START = DOOR_SIZE + NONCE_SIZE + ADDRESS_SIZE

PAGE_SIZE = 131_072
MORE_SIZE = 1
ITEM_COUNT_SIZE = 2
POSITION_SIZE = 8
DAY_SIZE = 4
SIZE_SIZE = 8
ITEM_START = POSITION_SIZE + DAY_SIZE + SIZE_SIZE

MAX_POSITION = 2**63 - 1  # what a database counts to
_POSITION = re.compile(r"0|[1-9][0-9]{0,18}")

STAMP_BITS = 64
MAX_WORK = 2**40
SEAL_WORK_FACTOR = 16  # SPEC.md 9: a stamp made apart from the server has to hold under load


@dataclass(frozen=True, slots=True)
class Posting:
    """An envelope with its stamp and its destination, as it is sent to the server."""

    door: int
    nonce: bytes
    address: bytes
    envelope: bytes

    @classmethod
    def parse(cls, raw: bytes) -> Posting:
        """Read a posting and check that its envelope has the form of one.

        Raises UnsupportedError or MalformedError.
        """
        if len(raw) < POSTING_START or raw[0] not in (DOOR_CASE, DOOR_CHANNEL):
            raise MalformedError("posting")
        nonce = raw[DOOR_SIZE : DOOR_SIZE + NONCE_SIZE]
        address = raw[DOOR_SIZE + NONCE_SIZE : POSTING_START]
        envelope = raw[POSTING_START:]
        check_envelope_size(Header.parse(envelope), len(envelope))
        check_address(raw[0], address)
        return cls(raw[0], nonce, address, envelope)

    def encode(self) -> bytes:
        """Return the bytes of the posting."""
        return bytes([self.door]) + self.nonce + self.address + self.envelope


def check_address(door: int, address: bytes) -> None:
    """Raise MalformedError unless the halves of a door-0 address ascend: their order would tell which is whose."""
    if door == DOOR_CASE and not address[:CAPABILITY_SIZE] < address[CAPABILITY_SIZE:]:
        raise MalformedError("address")


def open_case(envelope: bytes, nonce: bytes, recipients: bytes, reporter: bytes | None = None) -> Posting:
    """Return the posting that opens a channel for these capabilities.

    Shares, decoys and `feed` envelopes have no reporter; a random address stands for it, so that they look alike.
    """
    first = hashlib.sha256(reporter).digest() if reporter else secrets.token_bytes(CAPABILITY_SIZE)
    halves = sorted((first, hashlib.sha256(recipients).digest()))
    return Posting(DOOR_CASE, nonce, b"".join(halves), envelope)


def append(envelope: bytes, nonce: bytes, capability: bytes) -> Posting:
    """Return the posting that appends to the channel of `capability`."""
    return Posting(DOOR_CHANNEL, nonce, capability + secrets.token_bytes(CAPABILITY_SIZE), envelope)


def stamp_holds(mac: bytes, nonce: bytes, work: int) -> bool:
    """Say whether `nonce` is a stamp of at least `work` expected tries for the envelope with this mac."""
    value = int.from_bytes(hashlib.sha256(mac + nonce).digest()[: STAMP_BITS // 8], "big")
    return value < stamp_target(work)


def stamp_target(work: int) -> int:
    """Return the number that a stamp of `work` expected tries stays below."""
    if not 1 <= work <= MAX_WORK:
        raise StampError("work out of range")
    return (1 << STAMP_BITS) // work


def make_stamp(mac: bytes, work: int) -> bytes:
    """Return a nonce that holds for `work`; takes about `work` hashes."""
    target = stamp_target(work)
    start = secrets.token_bytes(NONCE_SIZE // 2)
    base = hashlib.sha256(mac + start)
    for counter in range(2**STAMP_BITS):
        tail = counter.to_bytes(NONCE_SIZE // 2, "big")
        attempt = base.copy()
        attempt.update(tail)
        if int.from_bytes(attempt.digest()[: STAMP_BITS // 8], "big") < target:
            return start + tail
    raise StampError("no nonce found")


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


def parse_cursor(text: str) -> tuple[int, bytes]:
    """Return position and header digest of a cursor; raise MalformedError for anything else."""
    position, dot, digest = text.partition(".")
    if not dot or not _POSITION.fullmatch(position) or int(position) > MAX_POSITION:
        raise MalformedError("cursor")
    return int(position), unb64(digest, CAPABILITY_SIZE)


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


def parse_leave(raw: bytes) -> tuple[bytes, bytes]:
    """Return the capability to be forgotten and the other one of its channel (SPEC.md 10); raise MalformedError."""
    if len(raw) != LEAVE_SIZE:
        raise MalformedError
    return raw[:CAPABILITY_SIZE], raw[CAPABILITY_SIZE:]
