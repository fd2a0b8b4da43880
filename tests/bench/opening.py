"""How many envelopes the recipients' tool opens and seals a second, compared with only the library calls."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING
from unittest.mock import patch

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl import bindings
from nacl.exceptions import CryptoError

from keys.sealing import OpenedMessage, find_content_key, open_head, seal_cover
from keys.sealing.slots import ZERO_NONCE, _wrapping_key
from keys.sealing.stream import _derive, _nonce
from keys.wire.envelope import LABEL_PAYLOAD, SMALLEST_CLASS, Header, Slot
from keys.wire.plaintext import signed_bytes, split
from tests.bench.figures import Figure
from tests.organisation import Organisation, Person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey

ROUNDS = 7
ENVELOPES = 150
SEALINGS = 60
TEXT = "Er ging iets mis op het werk. " * 40


def measure() -> Iterator[Figure]:
    """Open the same envelopes with the tool's code and with only the library calls, in turn."""
    organisation = Organisation.found()
    person = organisation.people[0]
    envelopes = [organisation.report(TEXT).posting.envelope for _ in range(ENVELOPES)]
    bare = [Bare.of(envelope, person) for envelope in envelopes]
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_per_s(ENVELOPES, lambda: [opened(envelope, person) for envelope in envelopes]))
        theirs.append(_per_s(ENVELOPES, lambda: [calls.run() for calls in bare]))
    yield Figure("open_per_s", median(ours))
    yield Figure("open_bare_per_s", median(theirs))
    yield Figure("open_ratio_bare", median(one / other for one, other in zip(ours, theirs, strict=True)))
    until = organisation.until
    slots = organisation.roster.slots()
    sealing = [
        _per_s(
            SEALINGS,
            lambda: [seal_cover(slots=slots, until=until, padded=SMALLEST_CLASS) for _ in range(SEALINGS)],
        )
        for _ in range(ROUNDS)
    ]
    yield Figure("seal_per_s", median(sealing), "all slots, as in a cover entry")


def opened(envelope: bytes, person: Person) -> OpenedMessage:
    """Open an envelope as the tool does at a sync: find the slot, then check everything that SPEC requires."""
    return open_head(envelope, find_content_key(Header.parse(envelope), person.pairs), len(envelope))


@dataclass(frozen=True, slots=True)
class Bare:
    """The PyNaCl and cryptography calls that opening an envelope makes; derived keys and signed bytes are precomputed.

    Nothing is parsed, derived, compared or checked beyond what the calls themselves do.
    """

    shares: Sequence[tuple[bytes, bytes, bytes]]
    kem: MLKEM768PrivateKey
    slot: Slot
    wrapping_key: bytes
    payload_key: bytes
    nonce: bytes
    stream: bytes
    signed: bytes
    author: bytes

    @classmethod
    def of(cls, envelope: bytes, person: Person) -> Bare:
        """Open an envelope once, and record the arguments of the calls."""
        opening = bindings.crypto_box_seal_open
        with patch.object(bindings, "crypto_box_seal_open", wraps=opening) as noted:
            message = opened(envelope, person)
        shares = [call.args for call in noted.call_args_list]
        header = Header.parse(envelope)
        # The last sealed share that was tried is the one that opened.
        slot = next(slot for slot in header.slots if slot.sealed_share == shares[-1][0])
        pair = next(pair for pair in person.pairs if pair.public.box == shares[-1][1])
        secret = pair.kem.decapsulate(slot.kem_ciphertext)
        start = slot.sealed_share + slot.kem_ciphertext
        wrapping_key = _wrapping_key(opening(*shares[-1]), secret, start, pair.public)
        payload_key, nonce = _derive(message.content_key, LABEL_PAYLOAD), _nonce(0, last=True)
        stream = envelope[header.size :]
        head, signature = split(AESGCM(payload_key).decrypt(nonce, stream, None))
        signed = signature + signed_bytes(message.head.kind, header.mac, head)
        return cls(shares, pair.kem, slot, wrapping_key, payload_key, nonce, stream, signed, message.head.author)

    def run(self) -> bytes:
        """Make the calls; return the signed bytes."""
        for sealed, public, private in self.shares:
            try:
                bindings.crypto_box_seal_open(sealed, public, private)
            except CryptoError:
                continue
        self.kem.decapsulate(self.slot.kem_ciphertext)
        AESGCM(self.wrapping_key).decrypt(ZERO_NONCE, self.slot.wrapped_key, None)
        AESGCM(self.payload_key).decrypt(self.nonce, self.stream, None)
        return bindings.crypto_sign_open(self.signed, self.author)


def _per_s(number: int, work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return number / (time.perf_counter() - begun)
