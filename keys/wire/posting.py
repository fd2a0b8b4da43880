"""Postings, SPEC 1 and 11: an envelope with its stamp and the door by which it enters the log."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from keys.errors import MalformedError
from keys.wire.envelope import Header, check_envelope_size
from keys.wire.stamp import NONCE_SIZE, SEAL_WORK_FACTOR

DOOR_SIZE = 1
DOOR_OPEN = 0  # opens a mailbox, or looks like it
DOOR_APPEND = 1
CAPABILITY_SIZE = 32
ADDRESS_SIZE = 2 * CAPABILITY_SIZE
LEAVE_SIZE = 2 * CAPABILITY_SIZE
POSTING_START = DOOR_SIZE + NONCE_SIZE + ADDRESS_SIZE
MOST_TIMES = {DOOR_OPEN: SEAL_WORK_FACTOR, DOOR_APPEND: 64}  # SPEC 13.3: the policy's work, at most, by door


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
        if len(raw) < POSTING_START or raw[0] not in (DOOR_OPEN, DOOR_APPEND):
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
    """Raise MalformedError unless the halves of a door-0 address ascend: another order would reveal which is whose."""
    if door == DOOR_OPEN and not address[:CAPABILITY_SIZE] < address[CAPABILITY_SIZE:]:
        raise MalformedError("address")


def mailbox_address(reporter: bytes, writers: bytes) -> bytes:
    """Return the address of door 0 that opens a mailbox for these two capabilities."""
    return _ascending(hashlib.sha256(reporter).digest(), hashlib.sha256(writers).digest())


def reopening_address(mailbox: bytes, writers: bytes) -> bytes:
    """Return the same address from a report's `mailbox`, which is the hash of the reporter's capability."""
    return _ascending(mailbox, hashlib.sha256(writers).digest())


def random_address() -> bytes:
    """Return the address of door 0 for an entry without a mailbox: nobody has the capabilities of its two hashes."""
    return _ascending(secrets.token_bytes(CAPABILITY_SIZE), secrets.token_bytes(CAPABILITY_SIZE))


def append_address(capability: bytes) -> bytes:
    """Return the address of door 1 that appends to the mailbox of a capability."""
    return capability + secrets.token_bytes(CAPABILITY_SIZE)


def parse_leave(raw: bytes) -> tuple[bytes, bytes]:
    """Return the capability to forget and the other capability of its mailbox; raise MalformedError."""
    if len(raw) != LEAVE_SIZE:
        raise MalformedError
    return raw[:CAPABILITY_SIZE], raw[CAPABILITY_SIZE:]


def _ascending(*halves: bytes) -> bytes:
    return b"".join(sorted(halves))
