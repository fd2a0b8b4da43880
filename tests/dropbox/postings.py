"""Postings whose envelopes have the right form and random content: all that a server can tell, and quick to make."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from keys.wire.envelope import (
    CONTENT_SIZE,
    MAC_SIZE,
    MAGIC,
    SEALED_CHUNK_SIZE,
    SLOT_SIZE,
    SMALLEST_CLASS,
    UNTIL_SIZE,
    header_size,
    padded_size,
    stream_size,
)
from keys.wire.posting import DOOR_APPEND, DOOR_OPEN, Posting, append_address, mailbox_address, random_address
from keys.wire.stamp import NONCE_SIZE, make_stamp, stamp_holds
from keys.wire.upload import Opening, PartPosting, part_count, part_size
from tests.policies import WORK

if TYPE_CHECKING:
    from collections.abc import Iterator

SLOTS = 8
LONG = padded_size(3_500_000)  # four parts, the last one short


@dataclass(frozen=True)
class Opaque:
    """A posting that opens a mailbox, with both capabilities of it."""

    posting: Posting
    reporter: bytes
    recipients: bytes

    @property
    def raw(self) -> bytes:
        """The bytes that are posted."""
        return self.posting.encode()


def opaque_envelope(until: int, padded: int = SMALLEST_CLASS, slots: int = SLOTS) -> tuple[bytes, bytes]:
    """Return an envelope of random bytes and its mac."""
    mac = os.urandom(MAC_SIZE)
    start = MAGIC + bytes([slots]) + until.to_bytes(UNTIL_SIZE, "big") + os.urandom(slots * SLOT_SIZE + CONTENT_SIZE)
    return start + mac + os.urandom(stream_size(padded)), mac


def opaque_case(until: int, padded: int = SMALLEST_CLASS, slots: int = SLOTS, work: int = WORK) -> Opaque:
    """Return a posting that opens a mailbox."""
    envelope, mac = opaque_envelope(until, padded, slots)
    reporter, recipients = secrets.token_bytes(32), secrets.token_bytes(32)
    address = mailbox_address(reporter, recipients)
    return Opaque(Posting(DOOR_OPEN, make_stamp(mac, work), address, envelope), reporter, recipients)


def unstamped(until: int) -> Posting:
    """Return a posting whose stamp does not suffice."""
    envelope, mac = opaque_envelope(until)
    return Posting(DOOR_OPEN, _no_stamp(mac), random_address(), envelope)


def opaque_message(until: int, capability: bytes, padded: int = SMALLEST_CLASS, work: int = WORK) -> Posting:
    """Return a posting that appends to the mailbox of `capability`."""
    envelope, mac = opaque_envelope(until, padded)
    return Posting(DOOR_APPEND, make_stamp(mac, work), append_address(capability), envelope)


def weak_message(until: int, capability: bytes) -> Posting:
    """Return a message whose stamp holds for the work at rest, and for no more than twice that."""
    envelope, mac = opaque_envelope(until)
    while stamp_holds(mac, nonce := make_stamp(mac, WORK), 2 * WORK):
        pass
    return Posting(DOOR_APPEND, nonce, append_address(capability), envelope)


@dataclass(frozen=True)
class Upload:
    """A large envelope of random bytes: its opening, its parts, and both capabilities of the mailbox it opens."""

    opening: Opening
    mac: bytes
    reporter: bytes
    recipients: bytes
    seed: int

    @property
    def raw(self) -> bytes:
        """The bytes that begin, resume and commit it."""
        return self.opening.encode()

    @property
    def count(self) -> int:
        """How many parts there are."""
        return part_count(len(self.opening.prefix), self.opening.size)

    def stream(self, number: int) -> bytes:
        """Return the bytes of one part: the same each time, and never all of them in memory."""
        size = part_size(len(self.opening.prefix), self.opening.size, number)
        return Random(f"{self.seed} {number}").randbytes(size)

    def part(self, number: int) -> bytes:
        """Return the bytes that bring one part."""
        return PartPosting(self.mac, number, self.stream(number)).encode()

    def sealed_file(self) -> Iterator[bytes]:
        """Yield what `meldbus seal` writes."""
        yield self.raw
        for number in range(self.count):
            yield self.stream(number)


def opaque_upload(
    until: int, padded: int = LONG, capability: bytes | None = None, *, work: int = WORK, stamped: bool = True
) -> Upload:
    """Return a large envelope; with `capability` it appends to that mailbox, else it opens one."""
    mac = os.urandom(MAC_SIZE)
    start = MAGIC + bytes([SLOTS]) + until.to_bytes(UNTIL_SIZE, "big") + os.urandom(SLOTS * SLOT_SIZE + CONTENT_SIZE)
    prefix = start + mac + os.urandom(SEALED_CHUNK_SIZE)
    reporter, recipients = secrets.token_bytes(32), secrets.token_bytes(32)
    nonce = make_stamp(mac, work) if stamped else _no_stamp(mac)
    door = DOOR_APPEND if capability else DOOR_OPEN
    address = append_address(capability) if capability else mailbox_address(reporter, recipients)
    opening = Opening(door, nonce, address, header_size(SLOTS) + stream_size(padded), prefix)
    return Upload(opening, mac, capability or reporter, recipients, secrets.randbits(64))


def _no_stamp(mac: bytes) -> bytes:
    while stamp_holds(mac, nonce := os.urandom(NONCE_SIZE), WORK):
        pass
    return nonce
