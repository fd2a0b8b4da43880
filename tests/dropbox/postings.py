"""Postings whose envelopes have the right form and random content: all that a server can tell, and quick to make."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass

from keys.wire.envelope import MAC_SIZE, MAGIC, SLOT_SIZE, SMALLEST_CLASS, UNTIL_SIZE, stream_size
from keys.wire.exchange import ADDRESS_SIZE, NONCE_SIZE, Posting, append, make_stamp, open_case, stamp_holds
from tests.organisation import WORK

SLOTS = 8


@dataclass(frozen=True)
class Opaque:
    """A posting that opens a channel, with both capabilities of it."""

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
    start = MAGIC + bytes([slots]) + until.to_bytes(UNTIL_SIZE, "big") + os.urandom(slots * SLOT_SIZE)
    return start + mac + os.urandom(stream_size(padded)), mac


def opaque_case(until: int, padded: int = SMALLEST_CLASS, slots: int = SLOTS, work: int = WORK) -> Opaque:
    """Return a posting that opens a channel."""
    envelope, mac = opaque_envelope(until, padded, slots)
    reporter, recipients = secrets.token_bytes(32), secrets.token_bytes(32)
    return Opaque(open_case(envelope, make_stamp(mac, work), recipients, reporter), reporter, recipients)


def unstamped(until: int) -> Posting:
    """Return a posting whose stamp does not suffice."""
    envelope, mac = opaque_envelope(until)
    while stamp_holds(mac, nonce := os.urandom(NONCE_SIZE), WORK):
        pass
    return Posting(0, nonce, os.urandom(ADDRESS_SIZE), envelope)


def opaque_message(until: int, capability: bytes, padded: int = SMALLEST_CLASS, work: int = WORK) -> Posting:
    """Return a posting that appends to the channel of `capability`."""
    envelope, mac = opaque_envelope(until, padded)
    return append(envelope, make_stamp(mac, work), capability)
