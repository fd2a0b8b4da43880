"""Slots of a header, SPEC 3.2: sealed box and ML-KEM combined, so an attacker must break both."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.utils import random

from keys.errors import MalformedError, NoSlotError, TamperedError
from keys.roster import check_public_keys
from keys.wire.envelope import LABEL_SLOT, Slot
from keys.wire.sizes import KEM_SEED_SIZE, KEY_SIZE

ZERO_NONCE = bytes(12)  # SPEC 3.2: the key is used once


@dataclass(frozen=True, slots=True)
class PublicPair:
    """The two public keys that a slot is sealed to: X25519 (32 B) and ML-KEM-768 (1,184 B)."""

    box: bytes
    kem: bytes

    def check(self) -> PublicPair:
        """Return this pair if slots can be sealed to it; raise MalformedError otherwise."""
        check_public_keys(self.box, self.kem)
        return self


@dataclass(frozen=True, slots=True)
class PrivatePair:
    """The two private keys that open a slot, with their public halves."""

    box: bytes = field(repr=False)
    kem: MLKEM768PrivateKey = field(repr=False)
    public: PublicPair

    @classmethod
    def from_seeds(cls, box: bytes, kem: bytes) -> PrivatePair:
        """Return the pair of an X25519 private key (32 B) and an ML-KEM-768 seed (64 B)."""
        private = MLKEM768PrivateKey.from_seed_bytes(kem)
        public = PublicPair(bindings.crypto_scalarmult_base(box), private.public_key().public_bytes_raw())
        return cls(box, private, public)

    @classmethod
    def generate(cls) -> PrivatePair:
        """Return a new random pair."""
        return cls.from_seeds(random(KEY_SIZE), random(KEM_SEED_SIZE))


def seal_slot(content_key: bytes, public: PublicPair) -> Slot:
    """Return a slot by which the holder of `public` gets the content key; raise MalformedError for unusable keys."""
    share = random(KEY_SIZE)
    try:
        sealed = bindings.crypto_box_seal(share, public.box)
        secret, ciphertext = MLKEM768PublicKey.from_public_bytes(public.kem).encapsulate()
    except (CryptoError, ValueError):
        raise MalformedError("public keys") from None
    key = _wrapping_key(share, secret, sealed + ciphertext, public)
    return Slot(sealed, ciphertext, AESGCM(key).encrypt(ZERO_NONCE, content_key, None))


def free_slot() -> Slot:
    """Return a slot that nobody can open and nobody can distinguish: a real one, for keys that are thrown away.

    Random bytes would be distinguishable: half of all strings of 32 bytes are on no curve.
    """
    return seal_slot(random(KEY_SIZE), PrivatePair.generate().public)


def open_slot(slot: Slot, private: PrivatePair) -> bytes:
    """Return the content key of one's own slot.

    Raises NoSlotError if the slot belongs to another person, TamperedError if its second half does not fit its first.
    """
    try:
        share = bindings.crypto_box_seal_open(slot.sealed_share, private.public.box, private.box)
    except CryptoError:
        raise NoSlotError from None
    return unwrap_key(slot, share, private)


def unwrap_key(slot: Slot, share: bytes, private: PrivatePair) -> bytes:
    """Return the content key of a slot whose sealed share has opened; raise TamperedError if the rest does not fit."""
    try:
        secret = private.kem.decapsulate(slot.kem_ciphertext)
        key = _wrapping_key(share, secret, slot.sealed_share + slot.kem_ciphertext, private.public)
        return AESGCM(key).decrypt(ZERO_NONCE, slot.wrapped_key, None)
    except (InvalidTag, ValueError):
        raise TamperedError("slot") from None


def _wrapping_key(share: bytes, secret: bytes, start: bytes, public: PublicPair) -> bytes:
    # The hash binds keys and ciphertexts: a slot that was altered or moved to another person does not open.
    info = hashlib.sha256(LABEL_SLOT + start + public.box + public.kem).digest()
    return HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=None, info=info).derive(share + secret)
