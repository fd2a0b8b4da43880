"""A recipient's own bundles: seeds of key pairs, and the signed documents that publish the public halves."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.utils import random

from keys.roster import Bundle, Witness
from keys.roster.weeks import last_day
from keys.sealing import PrivatePair, Signer
from keys.wire.canonical import encode
from keys.wire.envelope import VERSION
from keys.wire.signed import LABEL_BUNDLE, Signed
from keys.wire.sizes import KEM_SEED_SIZE, SEED_SIZE

LABEL_PAIR = b"meldbus/1 bundle pair"


@dataclass(frozen=True, slots=True)
class OwnBundle:
    """A bundle with the 32-byte seed of its private halves, which the vault stores wrapped and later destroys."""

    bundle: Bundle
    signed: Signed
    seed: bytes = field(repr=False)


def private_pair(seed: bytes) -> PrivatePair:
    """Return the private halves of a bundle, from its seed."""
    drawn = HKDF(algorithm=SHA256(), length=SEED_SIZE + KEM_SEED_SIZE, salt=None, info=LABEL_PAIR).derive(seed)
    return PrivatePair.from_seeds(drawn[:SEED_SIZE], drawn[SEED_SIZE:])


def draw_seed() -> bytes:
    """Return a random seed for new keys."""
    return random(SEED_SIZE)


def sign_bundle(
    signer: Signer,
    seed: bytes,
    *,
    serial: int,
    start: int,
    last: bool,
    week: int,
    seen: Witness | None,
    away: int | None = None,
) -> OwnBundle:
    """Return the bundle for the keys of a seed; it begins on the Monday `start` (SPEC 7.3).

    `week` is the Monday of the week in which it is signed. `seen` is what the tool has read. `away` is the last day on
    which its owner is away.
    """
    public = private_pair(seed).public
    bundle = Bundle(
        identity=signer.public,
        serial=serial,
        box=public.box,
        kem=public.kem,
        start=start,
        end=last_day(start, last=last),
        last=last,
        week=week,
        seen=seen,
        away=away,
        formats=(VERSION,),
    )
    document = encode(bundle.members())
    signature = signer.sign(LABEL_BUNDLE + document)
    return OwnBundle(bundle, Signed(document, ((signer.public, signature),)), seed)
