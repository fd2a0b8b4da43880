"""The layout of an envelope, SPEC 3: sizes, header, slots and classes. It decrypts nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import MalformedError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAGIC_NAME = b"MELDBUS"
VERSION = 1
MAGIC = MAGIC_NAME + bytes([VERSION])
MAGIC_SIZE = len(MAGIC)
COUNT_SIZE = 1
UNTIL_SIZE = 4
MOST_UNTIL_DAYS = 29  # from the server's day to an `until`: four weeks, and a clock that is two days off
SLOTS_START = MAGIC_SIZE + COUNT_SIZE + UNTIL_SIZE
SEALED_SHARE_SIZE = 80  # 32 bytes of share, 32 of ephemeral key, 16 of tag
KEM_CIPHERTEXT_SIZE = 1088  # FIPS 203, table 3
WRAPPED_KEY_SIZE = 48  # 32 bytes of K, 16 of tag
SLOT_SIZE = SEALED_SHARE_SIZE + KEM_CIPHERTEXT_SIZE + WRAPPED_KEY_SIZE
CONTENT_SIZE = 32
MAC_SIZE = 32
SLOT_STEP = 8
MAX_RECIPIENTS = 31  # SPEC 3: a head still fits beside 12,000 bytes of text
MAX_SLOTS = 32

CHUNK_SIZE = 65536
TAG_SIZE = 16
SEALED_CHUNK_SIZE = CHUNK_SIZE + TAG_SIZE
SMALLEST_CLASS = 16384
LARGEST_POWER = 1048576
PART_SIZE = 1048576  # SPEC 13.1: the unit in which the stream after the prefix travels

LABEL_HEADER = b"meldbus/1 header"
LABEL_CONTENT = b"meldbus/1 content"
LABEL_PAYLOAD = b"meldbus/1 payload"
LABEL_SLOT = b"meldbus/1 slot"
LABEL_WRITERS = b"meldbus/1 writers"


def slot_count(recipients: int) -> int:
    """Return n for a roster of this many recipients: they and the reporter, rounded up to a multiple of 8."""
    if not 1 <= recipients <= MAX_RECIPIENTS:
        raise MalformedError("number of recipients")
    return -(-(recipients + 1) // SLOT_STEP) * SLOT_STEP


def header_size(count: int) -> int:
    """Return the bytes of a header of `count` slots."""
    return SLOTS_START + count * SLOT_SIZE + CONTENT_SIZE + MAC_SIZE


def padded_size(length: int) -> int:
    """Return the class that `length` bytes of content are padded to (SPEC 3.1)."""
    if length <= LARGEST_POWER:
        return max(SMALLEST_CLASS, 1 << (length - 1).bit_length())
    exponent = length.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-length // step) * step


def stream_size(padded: int) -> int:
    """Return the bytes of the stream that seals a class of `padded` bytes."""
    return padded + TAG_SIZE * -(-padded // CHUNK_SIZE)


def class_of_stream(size: int) -> int:
    """Return the class that a stream of `size` bytes holds; raise MalformedError if no class has this size."""
    padded = size - TAG_SIZE * -(-size // SEALED_CHUNK_SIZE)
    if padded < SMALLEST_CLASS or padded_size(padded) != padded or stream_size(padded) != size:
        raise MalformedError("stream of no class")
    return padded


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a header that one person's key opens (SPEC 3.2)."""

    sealed_share: bytes
    kem_ciphertext: bytes
    wrapped_key: bytes

    @classmethod
    def parse(cls, raw: bytes) -> Slot:
        """Cut 1,216 bytes into their three parts."""
        if len(raw) != SLOT_SIZE:
            raise MalformedError("slot size")
        behind_share = SEALED_SHARE_SIZE + KEM_CIPHERTEXT_SIZE
        return cls(raw[:SEALED_SHARE_SIZE], raw[SEALED_SHARE_SIZE:behind_share], raw[behind_share:])

    def encode(self) -> bytes:
        """Return the 1,216 bytes of the slot."""
        return self.sealed_share + self.kem_ciphertext + self.wrapped_key


@dataclass(frozen=True, slots=True)
class Header:
    """The header before the stream; its mac can be checked only after a slot has opened.

    Slots are parsed on demand: the log is searched by many headers in which no slot opens.
    """

    start: bytes
    content: bytes
    mac: bytes

    @classmethod
    def of(cls, until: int, slots: Sequence[Slot], content: bytes, mac: bytes) -> Header:
        """Return the header with these parts."""
        start = MAGIC + bytes([len(slots)]) + until.to_bytes(UNTIL_SIZE, "big")
        return cls(start + b"".join(slot.encode() for slot in slots), content, mac)

    @classmethod
    def parse(cls, raw: bytes) -> Header:
        """Read the header at the start of `raw`; ignore what follows it.

        Raises UnsupportedError for another version, MalformedError for a truncated or invalid header.
        """
        if raw[: len(MAGIC_NAME)] != MAGIC_NAME or len(raw) < MAGIC_SIZE + COUNT_SIZE:
            raise MalformedError("magic")
        if raw[len(MAGIC_NAME)] != VERSION:
            raise UnsupportedError("version")
        count = raw[MAGIC_SIZE]
        if count == 0 or count % SLOT_STEP or count > MAX_SLOTS:
            raise MalformedError("count")
        size = header_size(count)
        if len(raw) < size:
            raise MalformedError("cut header")
        mac_at = size - MAC_SIZE
        content_at = mac_at - CONTENT_SIZE
        return cls(raw[:content_at], raw[content_at:mac_at], raw[mac_at:size])

    @property
    def until(self) -> int:
        """The last day on which the server takes the envelope."""
        return int.from_bytes(self.start[SLOTS_START - UNTIL_SIZE : SLOTS_START], "big")

    def is_misdated(self, day: int) -> bool:
        """Say whether no honest server took this envelope on `day`: it was withheld, or is a replay."""
        return not day <= self.until <= day + MOST_UNTIL_DAYS

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots, in their order."""
        return tuple(Slot.parse(self.start[at : at + SLOT_SIZE]) for at in self._places())

    @property
    def size(self) -> int:
        """The number of bytes of this header."""
        return len(self.start) + CONTENT_SIZE + MAC_SIZE

    def sealed_shares(self) -> list[bytes]:
        """Return the first part of each slot, in their order: an opener uses it to find its own slot."""
        return [self.start[at : at + SEALED_SHARE_SIZE] for at in self._places()]

    def before_content(self) -> bytes:
        """Return the bytes before the content: magic, count, until and slots."""
        return self.start

    def before_mac(self) -> bytes:
        """Return the bytes that the mac covers."""
        return self.start + self.content

    def encode(self) -> bytes:
        """Return the bytes of the header."""
        return self.start + self.content + self.mac

    def digest(self) -> bytes:
        """Return the SHA-256 by which a cursor names this envelope (SPEC 10.1)."""
        return hashlib.sha256(self.encode()).digest()

    def _places(self) -> range:
        return range(SLOTS_START, len(self.start), SLOT_SIZE)


def check_envelope_size(header: Header, size: int) -> int:
    """Return the class of an envelope of `size` bytes in all; raise MalformedError if no class fits."""
    return class_of_stream(size - header.size)


def prefix_size(header: Header, size: int) -> int:
    """Return the bytes of header and first chunk of an envelope of `size` bytes."""
    return min(size, header.size + SEALED_CHUNK_SIZE)
