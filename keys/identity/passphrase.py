"""Passphrases as bytes: Unicode normalisation, and a minimum length for new ones."""

from __future__ import annotations

import unicodedata

from keys.errors import ShortPassphraseError

LEAST_CHARACTERS = 14  # three words; guides ask for five or more


def passphrase_bytes(passphrase: str) -> bytes:
    """Return the input of Argon2id: UTF-8 of NFC, since keyboards write one letter as one character or as two."""
    return unicodedata.normalize("NFC", passphrase).encode("utf-8")


def check_new_passphrase(passphrase: str) -> None:
    """Raise ShortPassphraseError for a new passphrase that an offline attack could guess."""
    if len(unicodedata.normalize("NFC", passphrase).strip()) < LEAST_CHARACTERS:
        raise ShortPassphraseError
