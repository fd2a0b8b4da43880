"""A short secret sealed to an X25519 key: libsodium's sealed box. It does not authenticate the sender."""

from __future__ import annotations

from dataclasses import dataclass, field

from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.utils import random

from keys.errors import MalformedError, TamperedError
from keys.wire.sizes import KEY_SIZE


@dataclass(frozen=True, slots=True)
class BoxKey:
    """An X25519 key with its public half, 32 bytes each."""

    public: bytes
    private: bytes = field(repr=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> BoxKey:
        """Return the key whose private half is this seed."""
        return cls(bindings.crypto_scalarmult_base(seed), seed)

    def open(self, sealed: bytes) -> bytes:
        """Return what was sealed to this key; raise TamperedError for anything else."""
        try:
            return bindings.crypto_box_seal_open(sealed, self.public, self.private)
        except (CryptoError, ValueError, TypeError):
            raise TamperedError("sealed box") from None


def seal_secret(secret: bytes, public: bytes) -> bytes:
    """Return a secret sealed to an X25519 key, 48 bytes longer; raise MalformedError for a key of low order."""
    try:
        # crypto_box_seal accepts a point of low order, and anybody could open what is sealed to it.
        bindings.crypto_scalarmult(random(KEY_SIZE), public)
        return bindings.crypto_box_seal(secret, public)
    except (CryptoError, ValueError):
        raise MalformedError("X25519 key") from None
