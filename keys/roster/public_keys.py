"""Validation of public encryption keys, before anything is sealed to them."""

from __future__ import annotations

from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.utils import random

from keys.errors import MalformedError
from keys.wire.sizes import BOX_KEY_SIZE, KEM_KEY_SIZE

KEM_MODULUS = 3329  # FIPS 203, table 2: q
MATRIX_SEED_SIZE = 32  # of the matrix, after the numbers; any bytes are valid
NUMBERS_SIZE = 3  # bytes of two numbers of 12 bits
NUMBER_BITS = 12


def check_public_keys(box: bytes, kem: bytes) -> None:
    """Raise MalformedError unless slots can be sealed to this X25519 key (32 B) and ML-KEM-768 key (1,184 B).

    The keys come from others: a point of low order, or a number outside the field, would make every message fail.
    """
    # The library reads 32 bytes of a point, however many it gets.
    if len(box) != BOX_KEY_SIZE or not _is_in_field(kem):
        raise MalformedError("public keys")
    try:
        bindings.crypto_scalarmult(random(bindings.crypto_scalarmult_SCALARBYTES), box)
    except CryptoError:
        raise MalformedError("public keys") from None


def _is_in_field(kem: bytes) -> bool:
    """Check an encapsulation key by its length and its numbers (FIPS 203, 7.2).

    Implemented here because the server checks keys too, without a library that can seal. The tool's library repeats the
    check when it seals.
    """
    if len(kem) != KEM_KEY_SIZE:
        return False
    numbers = kem[:-MATRIX_SEED_SIZE]
    pairs = (int.from_bytes(numbers[at : at + NUMBERS_SIZE], "little") for at in range(0, len(numbers), NUMBERS_SIZE))
    return all(max(pair >> NUMBER_BITS, pair % (1 << NUMBER_BITS)) < KEM_MODULUS for pair in pairs)
