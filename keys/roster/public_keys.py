"""The check of public encryption keys: whether anybody can seal to them; it seals nothing."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.utils import random

from keys.errors import MalformedError


def check_public_keys(box: bytes, kem: bytes) -> None:
    """Raise MalformedError unless slots can be sealed to this X25519 key (32 B) and ML-KEM-768 key (1,184 B).

    They come from others: a point of low order, or a number outside the field, would make every message fail.
    """
    try:
        bindings.crypto_scalarmult(random(bindings.crypto_scalarmult_SCALARBYTES), box)
        MLKEM768PublicKey.from_public_bytes(kem)
    except (CryptoError, ValueError):
        raise MalformedError("public keys") from None
