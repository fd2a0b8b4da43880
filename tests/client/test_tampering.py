"""An envelope changed anywhere, by one byte or by a cut, does not open in the page."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from keys.sealing import PrivatePair
from keys.wire.envelope import (
    COUNT_SIZE,
    KEM_CIPHERTEXT_SIZE,
    MAC_SIZE,
    MAGIC_SIZE,
    SEALED_SHARE_SIZE,
    SLOT_SIZE,
    UNTIL_SIZE,
    WRAPPED_KEY_SIZE,
    Header,
)
from tests.organisation import Organisation, Reported

if TYPE_CHECKING:
    from tests.client.twin import Twin

REFUSALS = {"malformed", "unsupported", "no-slot", "tampered"}
SEEDED = 1_000
CUTS = 100


@pytest.fixture(scope="module")
def reported() -> Reported:
    return Organisation.found().report()


def read(twin: Twin, reported: Reported, what: str, **more: object):
    box, kem = reported.receipt.box_seed().hex(), reported.receipt.kem_seed().hex()
    return twin.read(what, reported.sealed.envelope, box=box, kem=kem, **more)


def field_starts(envelope: bytes) -> list[int]:
    """Every byte of the fields before the slots, the first and last byte of each part of each slot, mac and stream."""
    header = Header.parse(envelope)
    first = MAGIC_SIZE + COUNT_SIZE + UNTIL_SIZE
    ends = [first]
    for slot in range(len(header.slots)):
        at = first + slot * SLOT_SIZE
        for size in (SEALED_SHARE_SIZE, KEM_CIPHERTEXT_SIZE, WRAPPED_KEY_SIZE):
            at += size
            ends.append(at)
    ends += [ends[-1] + MAC_SIZE, len(envelope)]
    return sorted({*range(first), *ends[:-1], *(end - 1 for end in ends)})


def test_the_envelope_as_it_was_sealed_opens(twin: Twin, reported: Reported) -> None:
    assert read(twin, reported, "open") == reported.sealed.id.hex()


def test_every_changed_field_is_refused(twin: Twin, reported: Reported) -> None:
    changes = [(at, 1) for at in field_starts(reported.sealed.envelope)]
    assert set(read(twin, reported, "tampered", changes=changes, cuts=[])) <= REFUSALS


@pytest.mark.slow
def test_a_byte_changed_at_a_thousand_places_is_refused(twin: Twin, reported: Reported) -> None:
    drawn = random.Random(2026)
    places = drawn.sample(range(len(reported.sealed.envelope)), SEEDED)
    changes = [(at, drawn.randrange(1, 256)) for at in places]
    found = read(twin, reported, "tampered", changes=changes, cuts=[])
    assert len(found) == SEEDED
    assert set(found) <= REFUSALS


def test_every_cut_is_refused(twin: Twin, reported: Reported) -> None:
    envelope = reported.sealed.envelope
    cuts = [*field_starts(envelope), *random.Random(2026).sample(range(len(envelope)), CUTS), len(envelope) - 1]
    assert set(read(twin, reported, "tampered", changes=[], cuts=cuts)) == {"malformed"}


def test_another_receipt_finds_no_slot(twin: Twin, reported: Reported) -> None:
    stranger = PrivatePair.generate()
    envelope = reported.sealed.envelope
    found = twin.read("open", envelope, box=stranger.box.hex(), kem=bytes(64).hex())
    assert found == "no-slot"
