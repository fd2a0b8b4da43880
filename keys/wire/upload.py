"""The upload of an envelope in parts, SPEC 13.1: its opening, its parts, and the missing ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import MalformedError
from keys.wire.envelope import (
    LARGEST_POWER,
    MAC_SIZE,
    MAX_SLOTS,
    PART_SIZE,
    SEALED_CHUNK_SIZE,
    Header,
    check_envelope_size,
    header_size,
    padded_size,
    prefix_size,
    stream_size,
)
from keys.wire.plaintext import LENGTH_SIZE, MAX_HEAD_SIZE
from keys.wire.posting import DOOR_APPEND, DOOR_OPEN, DOOR_SIZE, POSTING_START, check_address
from keys.wire.sizes import SIGNATURE_SIZE, SIZE_SIZE
from keys.wire.stamp import NONCE_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable

NUMBER_SIZE = 4
PART_START = MAC_SIZE + NUMBER_SIZE
OPENING_START = POSTING_START + SIZE_SIZE
# The largest posting of one request: no text is larger; a larger message has its stream sent in parts.
MAX_POSTING_SIZE = POSTING_START + header_size(MAX_SLOTS) + stream_size(LARGEST_POWER)
MAX_OPENING_SIZE = OPENING_START + header_size(MAX_SLOTS) + SEALED_CHUNK_SIZE
MAX_PART_POSTING_SIZE = PART_START + PART_SIZE


def largest_class(file_bytes: int) -> int:
    """Return the largest class that a message with `file_bytes` bytes of files can need."""
    return padded_size(LENGTH_SIZE + MAX_HEAD_SIZE + SIGNATURE_SIZE + file_bytes)


def travels_in_parts(padded: int) -> bool:
    """Say whether an envelope of this class is sent in parts; smaller ones go in one posting."""
    return padded > LARGEST_POWER


def part_count(prefix: int, size: int) -> int:
    """Return how many parts follow a prefix of `prefix` bytes in an envelope of `size` bytes."""
    return -(-(size - prefix) // PART_SIZE)


def part_size(prefix: int, size: int, number: int) -> int:
    """Return the bytes of one part; raise MalformedError if there is no part of this number."""
    behind = size - prefix - number * PART_SIZE
    if number < 0 or behind <= 0:
        raise MalformedError("number of a part")
    return min(PART_SIZE, behind)


@dataclass(frozen=True, slots=True)
class Opening:
    """The start, resumption and end of an upload: a posting whose envelope ends with its first chunk."""

    door: int
    nonce: bytes
    address: bytes
    size: int
    prefix: bytes

    @classmethod
    def parse(cls, raw: bytes) -> Opening:
        """Read an opening; raise UnsupportedError or MalformedError.

        An envelope that fits one posting has no opening: only one way is valid for each envelope.
        """
        if len(raw) < OPENING_START or raw[0] not in (DOOR_OPEN, DOOR_APPEND):
            raise MalformedError("opening")
        nonce_end = DOOR_SIZE + NONCE_SIZE
        size = int.from_bytes(raw[POSTING_START:OPENING_START], "big")
        prefix = raw[OPENING_START:]
        header = Header.parse(prefix)
        padded = check_envelope_size(header, size)
        if not travels_in_parts(padded) or len(prefix) != prefix_size(header, size):
            raise MalformedError("opening")
        check_address(raw[0], raw[nonce_end:POSTING_START])
        return cls(raw[0], raw[DOOR_SIZE:nonce_end], raw[nonce_end:POSTING_START], size, prefix)

    def encode(self) -> bytes:
        """Return the bytes of the opening."""
        size = self.size.to_bytes(SIZE_SIZE, "big")
        return bytes([self.door]) + self.nonce + self.address + size + self.prefix


@dataclass(frozen=True, slots=True)
class PartPosting:
    """A part of the stream on its way to the server; `mac` names its envelope."""

    mac: bytes
    number: int
    stream: bytes

    @classmethod
    def parse(cls, raw: bytes) -> PartPosting:
        """Read a part; raise MalformedError. The caller checks its length against the opening."""
        if not PART_START < len(raw) <= MAX_PART_POSTING_SIZE:
            raise MalformedError("part")
        return cls(raw[:MAC_SIZE], int.from_bytes(raw[MAC_SIZE:PART_START], "big"), raw[PART_START:])

    def encode(self) -> bytes:
        """Return the bytes of the part."""
        return self.mac + self.number.to_bytes(NUMBER_SIZE, "big") + self.stream


def missing_runs(count: int, present: Iterable[int]) -> list[tuple[int, int]]:
    """Return the numbers below `count` that are not `present`, as ascending runs of (first, count)."""
    runs: list[tuple[int, int]] = []
    start = 0
    for number in (*sorted(present), count):
        if number > start:
            runs.append((start, number - start))
        start = number + 1
    return runs
