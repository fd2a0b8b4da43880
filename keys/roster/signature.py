"""Ed25519 as SPEC 7.5 narrows it: one rule on both sides; it holds no private key."""

from __future__ import annotations

from nacl import bindings
from nacl.exceptions import BadSignatureError

from keys.errors import TamperedError

KEY_SIZE = 32


def verify_signature(key: bytes, signed: bytes, signature: bytes) -> None:
    """Raise TamperedError unless `signature` is `key`'s over `signed` (RFC 8032, SPEC 7.5).

    Key and R have to be canonical points of the prime-order subgroup: where libraries differ on others, two
    people would see two different truths.
    """
    commitment = signature[:KEY_SIZE]
    if len(key) != KEY_SIZE or len(signature) != bindings.crypto_sign_BYTES:
        raise TamperedError("signature")
    if not all(bindings.crypto_core_ed25519_is_valid_point(point) for point in (key, commitment)):
        raise TamperedError("point outside the subgroup")
    try:
        bindings.crypto_sign_open(signature + signed, key)
    except BadSignatureError:
        raise TamperedError("signature") from None
