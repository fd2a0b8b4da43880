"""The reporter's code (SPEC 6): how it is drawn and checked, and the keys derived from it. It is never stored."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import reduce

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.errors import ReceiptError
from keys.wire.sizes import KEM_SEED_SIZE

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32
RANDOM_SYMBOLS = 26
CHECK_SYMBOLS = 2
GROUP_SIZE = 4
FIELD_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1
FIELD_SIZE = 32
SECRET_SIZE = 32

LABEL_CAPABILITY = b"meldbus/1 receipt capability"
LABEL_BOX = b"meldbus/1 receipt x25519"
LABEL_KEM = b"meldbus/1 receipt ml-kem-768"
LABEL_SIGN = b"meldbus/1 receipt ed25519"

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"  # what keyboards produce instead of a hyphen

_ALIASES = str.maketrans("OIL", "011", DASHES)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A code without typing errors, as 28 canonical symbols; its `repr` does not show it."""

    symbols: str = field(repr=False)

    @classmethod
    def draw(cls) -> Receipt:
        """Return a new code of 130 random bits."""
        drawn = "".join(secrets.choice(SYMBOLS) for _ in range(RANDOM_SYMBOLS))
        return cls(drawn + _check_symbols(drawn))

    @classmethod
    def parse(cls, typed: str) -> Receipt:
        """Read a code as a person types it; raise ReceiptError for a typing error.

        It detects every error in one or two symbols, and every swap of neighbours.
        """
        symbols = "".join(typed.split()).upper().translate(_ALIASES)
        if len(symbols) != RANDOM_SYMBOLS + CHECK_SYMBOLS or not set(symbols) <= set(SYMBOLS):
            raise ReceiptError
        if _check_symbols(symbols[:RANDOM_SYMBOLS]) != symbols[RANDOM_SYMBOLS:]:
            raise ReceiptError
        return cls(symbols)

    def groups(self) -> tuple[str, ...]:
        """Return the code as seven groups of four symbols."""
        starts = range(0, len(self.symbols), GROUP_SIZE)
        return tuple(self.symbols[start : start + GROUP_SIZE] for start in starts)

    def written(self) -> str:
        """Return the code as it is shown: groups with dashes."""
        return "-".join(self.groups())

    def capability(self) -> bytes:
        """Return the reporter's 32-byte capability of the mailbox."""
        return self._derive(LABEL_CAPABILITY, SECRET_SIZE)

    def box_seed(self) -> bytes:
        """Return the reporter's X25519 private key."""
        return self._derive(LABEL_BOX, SECRET_SIZE)

    def kem_seed(self) -> bytes:
        """Return the reporter's 64-byte ML-KEM-768 seed."""
        return self._derive(LABEL_KEM, KEM_SEED_SIZE)

    def sign_seed(self) -> bytes:
        """Return the reporter's Ed25519 seed."""
        return self._derive(LABEL_SIGN, SECRET_SIZE)

    def _derive(self, label: bytes, size: int) -> bytes:
        drawn = self.symbols[:RANDOM_SYMBOLS].encode("ascii")
        return HKDF(algorithm=SHA256(), length=size, salt=None, info=label).derive(drawn)


def _times_a(value: int) -> int:
    doubled = value << 1
    return doubled ^ FIELD_POLYNOMIAL if doubled & FIELD_SIZE else doubled


def _times(left: int, right: int) -> int:
    product = 0
    for bit in range(FIELD_SIZE.bit_length() - 1):
        if right >> bit & 1:
            product ^= reduce(lambda value, _: _times_a(value), range(bit), left)
    return product


_A = 2
_A2 = 4
_MIDDLE = _A ^ _A2  # (X - a)(X - a^2) = X^2 + (a + a^2) X + a^3
_LAST = _times(_A, _A2)


def _check_symbols(drawn: str) -> str:
    """Return the remainder of drawn * X^2 by the generator (SPEC 6)."""
    high = low = 0
    for symbol in drawn:
        carry = high ^ SYMBOLS.index(symbol)
        high, low = low ^ _times(carry, _MIDDLE), _times(carry, _LAST)
    return SYMBOLS[high] + SYMBOLS[low]
