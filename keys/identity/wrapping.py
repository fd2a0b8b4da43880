"""Wrapping of a vault's secrets under the vault key, with a separate key for each purpose."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from keys.errors import VaultError
from keys.wire.sizes import KEY_SIZE

LABEL_VAULT = b"meldbus/1 vault "


@dataclass(frozen=True, slots=True)
class Wrapper:
    """Wraps and unwraps small secrets; a value wrapped for one purpose does not open for another."""

    vault_key: bytes = field(repr=False)

    def wrap(self, purpose: str, secret: bytes) -> bytes:
        """Return `secret` wrapped for `purpose`, 40 bytes longer."""
        return bytes(self._box(purpose).encrypt(secret))

    def unwrap(self, purpose: str, wrapped: bytes) -> bytes:
        """Return the secret; raise VaultError if it was altered, or wrapped for another purpose or by another vault."""
        try:
            return self._box(purpose).decrypt(wrapped)
        except CryptoError:
            raise VaultError("a wrapped value does not open") from None

    def _box(self, purpose: str) -> SecretBox:
        info = LABEL_VAULT + purpose.encode("utf-8")
        return SecretBox(HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=None, info=info).derive(self.vault_key))
