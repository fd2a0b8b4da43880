"""Ed25519 as SPEC 7.5 narrows it: the same rule in both languages."""

from __future__ import annotations

from nacl import bindings
from nacl.exceptions import BadSignatureError

from keys.errors import TamperedError
from keys.wire.sizes import KEY_SIZE


def verify_signature(key: bytes, signed: bytes, signature: bytes) -> None:
    """Raise TamperedError unless `signature` is `key`'s over `signed` (RFC 8032, SPEC 7.5).

    Key and R must be canonical points of the prime-order subgroup: libraries differ on other points, and two people
    would then disagree about one signature.
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
