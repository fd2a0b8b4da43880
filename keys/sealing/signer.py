"""The signing key of an author, for messages and bundles (SPEC 4.3, 7.5)."""

from __future__ import annotations

from dataclasses import dataclass, field

from nacl import bindings
from nacl.utils import random

from keys.wire.sizes import KEY_SIZE


@dataclass(frozen=True, slots=True)
class Signer:
    """An Ed25519 key that signs messages and bundles; its `repr` does not show the private half."""

    public: bytes
    private: bytes = field(repr=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> Signer:
        """Return the signer of a 32-byte seed."""
        public, private = bindings.crypto_sign_seed_keypair(seed)
        return cls(public, private)

    @classmethod
    def generate(cls) -> Signer:
        """Return a new random signer."""
        return cls.from_seed(random(KEY_SIZE))

    def sign(self, signed: bytes) -> bytes:
        """Return the 64-byte signature over `signed`."""
        return bindings.crypto_sign(signed, self.private)[: bindings.crypto_sign_BYTES]
