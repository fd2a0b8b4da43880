"""A root's fingerprint as words and as an address, SPEC 8."""

from __future__ import annotations

from keys.wire.canonical import b64

WORDS = 10
WORD_SIZE = 2
# Wilkerson, "A Proposal for Proquints", arXiv 0901.4016: pronounceable in any language, so no list to translate.
_CONSONANTS = "bdfghjklmnprstvz"
_VOWELS = "aiou"


def proquint(raw: bytes) -> str:
    """Return two bytes as a word of five letters."""
    number = int.from_bytes(raw, "big")
    letters = (
        _CONSONANTS[number >> 12 & 15],
        _VOWELS[number >> 10 & 3],
        _CONSONANTS[number >> 6 & 15],
        _VOWELS[number >> 4 & 3],
        _CONSONANTS[number & 15],
    )
    return "".join(letters)


def words(root_id: bytes) -> str:
    """Return the first 20 bytes of a root's id as ten words."""
    return " ".join(proquint(root_id[at : at + WORD_SIZE]) for at in range(0, WORDS * WORD_SIZE, WORD_SIZE))


def address(server: str, language: str, root_id: bytes) -> str:
    """Return the address for a poster: the fingerprint is in the fragment, which browsers do not send."""
    return f"{server.rstrip('/')}/{language}/#{b64(root_id)}"
