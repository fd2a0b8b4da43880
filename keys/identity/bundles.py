"""A recipient's own bundles: new pairs and the documents that publish them; it keeps nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.utils import random

from keys.roster import Bundle
from keys.roster.bundle import LAST_RESORT_DAYS, WEEKLY_DAYS
from keys.sealing import PrivatePair, Signer
from keys.wire.canonical import encode
from keys.wire.envelope import VERSION
from keys.wire.signed import LABEL_BUNDLE, Signed

SEED_SIZE = 32
KEM_SEED_SIZE = 64
LABEL_PAIR = b"meldbus/1 bundle pair"


@dataclass(frozen=True, slots=True)
class OwnBundle:
    """A bundle with the seed of its private halves, 32 bytes, which the vault keeps wrapped and one day destroys."""

    bundle: Bundle
    signed: Signed
    seed: bytes = field(repr=False)


def private_pair(seed: bytes) -> PrivatePair:
    """Return the private halves of a bundle from its seed."""
    drawn = HKDF(algorithm=SHA256(), length=SEED_SIZE + KEM_SEED_SIZE, salt=None, info=LABEL_PAIR).derive(seed)
    return PrivatePair.from_seeds(drawn[:SEED_SIZE], drawn[SEED_SIZE:])


def make_bundle(
    signer: Signer, *, serial: int, today: int, last: bool, roster: int, away: int | None = None
) -> OwnBundle:
    """Return a new bundle of today: for 28 days, or for 396 when it is a last resort (SPEC.md 7.3).

    `away` is the day up to and with which its owner is away.
    """
    seed = random(SEED_SIZE)
    public = private_pair(seed).public
    bundle = Bundle(
        identity=signer.public,
        serial=serial,
        box=public.box,
        kem=public.kem,
        start=today,
        end=today + (LAST_RESORT_DAYS if last else WEEKLY_DAYS),
        last=last,
        roster=roster,
        away=away,
        formats=(VERSION,),
    )
    document = encode(bundle.members())
    signature = signer.sign(LABEL_BUNDLE + document)
    return OwnBundle(bundle, Signed(document, ((signer.public, signature),)), seed)
