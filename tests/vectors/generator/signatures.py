"""Ed25519 at its edges, SPEC 7.5: signatures that one library accepts and another refuses."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from keys.sealing import Signer
from tests.vectors.generator import edwards
from tests.vectors.generator.edwards import BASE, NEUTRAL, SIGN_BIT, L, P, add, encode, number, times, torsion
from tests.vectors.generator.envelopes import flipped
from tests.vectors.generator.people import seed
from tests.vectors.generator.scenario import ACCEPTED, TAMPERED, Subject

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNATURE = Subject("signature")
SEED = seed("signature")
RFC_SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
MESSAGE = b"meldbus/1 report"
NONCE = int.from_bytes(seed("signature nonce"), "little") % L
COFACTOR = 8


def _right(message: bytes = MESSAGE, secret: bytes = SEED) -> bytes:
    signer = Signer.from_seed(secret)
    return signer.public + signer.sign(message) + message


KEY, SIGNED = _right()[:32], _right()[32:96]


def _larger(change: int) -> bytes:
    """Return a signature whose S is larger."""
    return KEY + SIGNED[:32] + number(int.from_bytes(SIGNED[32:], "little") + change) + MESSAGE


def _shifted(*, cofactorless: bool) -> bytes:
    """Return a signature by a key with torsion, for a message on which it holds with or only with the cofactor."""
    private = edwards.scalar(SEED)
    key = encode(add(times(private, BASE), torsion()))
    commitment = encode(times(NONCE, BASE))
    for attempt in count():
        message = MESSAGE + b" %d" % attempt
        if (edwards.challenge(commitment, key, message) % COFACTOR == 0) == cofactorless:
            return key + edwards.sign(private, key, commitment, NONCE, message) + message
    raise AssertionError("unreachable")


def _forged(key: bytes) -> bytes:
    """Return a signature for a key of small order: S is 0, R the neutral element, and the message suits."""
    for attempt in count():
        message = MESSAGE + b" %d" % attempt
        if edwards.challenge(encode(NEUTRAL), key, message) % COFACTOR == 0:
            return key + encode(NEUTRAL) + bytes(32) + message
    raise AssertionError("unreachable")


def _committed(commitment: bytes, nonce: int = 0) -> bytes:
    """Return a signature by the right key with any R."""
    return KEY + edwards.sign(edwards.scalar(SEED), KEY, commitment, nonce, MESSAGE) + MESSAGE


def _off_the_curve() -> bytes:
    return number(next(y for y in count(2) if edwards.x_of(y) is None))


def _right_one(title: str, comment: str, raw: bytes) -> None:
    SIGNATURE.add(title, ACCEPTED, comment, lambda: raw)


def _wrong(title: str, comment: str, make: Callable[[], bytes]) -> None:
    SIGNATURE.add(title, TAMPERED, comment, make)


_right_one("right", "as RFC 8032 makes it", _right())
_right_one("over nothing", "an empty message is a message", _right(b""))
_right_one("over 1000 bytes", "a long message", _right(bytes(1000)))
_right_one("of RFC 8032", "section 7.1, TEST 1", _right(b"", RFC_SEED))

_wrong("message changed", "one bit", lambda: flipped(_right(), 96))
_wrong("key changed", "one bit", lambda: flipped(_right(), 0))
_wrong("R changed", "one bit", lambda: flipped(_right(), 40))
_wrong("S changed", "one bit", lambda: flipped(_right(), 64))
_wrong("sign of the key changed", "the negated key", lambda: flipped(_right(), 31, 128))
_wrong("sign of R changed", "the negated R", lambda: flipped(_right(), 63, 128))
_wrong("S plus the order", "a second signature made out of the first", lambda: _larger(L))
_wrong("S plus seven times the order", "more than a look at the highest bits", lambda: _larger(7 * L))
_wrong("zeros", "an R of order 4, an S of zero", lambda: KEY + bytes(64) + MESSAGE)
_wrong("key of zeros", "of order 4: anybody signs for it", lambda: _forged(bytes(32)))
_wrong("key of the neutral element", "anybody signs anything for it", lambda: _forged(encode(NEUTRAL)))
_wrong("key of the neutral element spelt otherwise", "y is p + 1, 1 to some", lambda: _forged(number(P + 1)))
_wrong("key of the neutral element with a sign", "x is 0", lambda: _forged(number(1 | SIGN_BIT)))
_wrong("key of order 2", "of small order", lambda: _forged(number(P - 1)))
_wrong("key of order 4 spelt otherwise", "y is p, 0 to some", lambda: _forged(number(P)))
_wrong("key of order 8", "of small order", lambda: _forged(encode(torsion())))
_wrong(
    "key with torsion that the cofactor hides",
    "holds with it, not without it: a split view",
    lambda: _shifted(cofactorless=False),
)
_wrong(
    "key with torsion that holds both ways",
    "for one message in eight every equation holds",
    lambda: _shifted(cofactorless=True),
)
_wrong("key off the curve", "no point at all", lambda: _off_the_curve() + _right()[32:])
_wrong("key beyond the field", "all bits set", lambda: b"\xff" * 32 + _right()[32:])
_wrong("R of the neutral element", "the equation holds", lambda: _committed(encode(NEUTRAL)))
_wrong(
    "R of the neutral element spelt otherwise",
    "holds where R is decoded, not where it is compared",
    lambda: _committed(number(P + 1)),
)
_wrong(
    "R with torsion",
    "holds with the cofactor alone",
    lambda: _committed(encode(add(times(NONCE, BASE), torsion())), NONCE),
)
_wrong("R of order 8", "holds with the cofactor alone", lambda: _committed(encode(torsion())))
_wrong("R off the curve", "no point at all", lambda: _committed(_off_the_curve(), NONCE))
