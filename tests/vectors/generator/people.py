"""The people of the vectors, from fixed seeds: whoever reads a vector finds their keys in its header."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import product

from keys.errors import ReceiptError
from keys.receipt import RANDOM_SYMBOLS, SYMBOLS, Receipt
from keys.sealing import PrivatePair, PublicPair, Signer

TODAY = 20_600


def seed(label: str, size: int = 32) -> bytes:
    """Return bytes that are the same in every run."""
    return hashlib.shake_256(b"meldbus vectors: " + label.encode()).digest(size)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an identity and a pair of encryption keys."""

    signer: Signer
    pair: PrivatePair
    seeds: tuple[bytes, bytes]

    @classmethod
    def of(cls, box: bytes, kem: bytes, sign: bytes) -> Person:
        """Return the person of three seeds."""
        return cls(Signer.from_seed(sign), PrivatePair.from_seeds(box, kem), (box, kem))

    @classmethod
    def named(cls, label: str) -> Person:
        """Return the person of a label."""
        return cls.of(seed(f"{label} box"), seed(f"{label} kem", 64), seed(f"{label} sign"))

    @property
    def identity(self) -> bytes:
        """The Ed25519 key."""
        return self.signer.public

    @property
    def public(self) -> PublicPair:
        """The pair that slots are sealed to."""
        return self.pair.public

    def fields(self) -> dict[str, str]:
        """Return the header lines by which somebody opens as this person."""
        return {"box": self.seeds[0].hex(), "kem": self.seeds[1].hex()}


def receipt_of(label: str) -> Receipt:
    """Return a receipt that is the same in every run."""
    return checked("".join(SYMBOLS[byte % len(SYMBOLS)] for byte in seed(label, RANDOM_SYMBOLS)))


def checked(drawn: str) -> Receipt:
    """Return the receipt of 26 symbols; the two that check them are found by trying."""
    for pair in product(SYMBOLS, SYMBOLS):
        try:
            return Receipt.parse(drawn + "".join(pair))
        except ReceiptError:
            continue
    raise AssertionError("no check symbols fit")


RECEIPT = receipt_of("receipt")
REPORTER = Person.of(RECEIPT.box_seed(), RECEIPT.kem_seed(), RECEIPT.sign_seed())
SECRETARIS = Person.named("secretaris")
BESTUUR_1 = Person.named("bestuur 1")
BESTUUR_2 = Person.named("bestuur 2")
STRANGER = Person.named("stranger")
