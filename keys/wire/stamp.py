"""Stamps, SPEC 9: proof of work over the mac of an envelope."""

from __future__ import annotations

import hashlib
import secrets

from keys.errors import StampError

NONCE_SIZE = 16
STAMP_BITS = 64
MAX_WORK = 2**40
SEAL_WORK_FACTOR = 16  # a stamp made offline must still be enough when the server is under load


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
