"""An envelope changed anywhere, by one byte or by a cut, does not open in the page."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.sealing import PrivatePair, seal_cover
from keys.wire.canonical import Json, b64, encode, parse_object
from keys.wire.envelope import (
    CONTENT_SIZE,
    COUNT_SIZE,
    KEM_CIPHERTEXT_SIZE,
    MAGIC_SIZE,
    SEALED_SHARE_SIZE,
    SLOT_SIZE,
    SMALLEST_CLASS,
    UNTIL_SIZE,
    WRAPPED_KEY_SIZE,
    Header,
)
from tests.vectors.generator.people import REPORTER, SECRETARIS, seed
from tests.vectors.generator.sealer import UNTIL, report

if TYPE_CHECKING:
    from tests.client.twin import Twin

REFUSALS = {"malformed", "unsupported", "no-slot", "tampered"}
SEEDED = 1_000
CUTS = 100


@pytest.fixture(scope="module")
def envelope() -> bytes:
    return report().seal()


def read(twin: Twin, envelope: bytes, what: str, **more: object):
    return twin.read(what, envelope, **REPORTER.fields(), **more)


def field_starts(envelope: bytes) -> list[int]:
    """Every byte of the fields before the slots, the ends of each part of each slot, content, mac and stream."""
    header = Header.parse(envelope)
    first = MAGIC_SIZE + COUNT_SIZE + UNTIL_SIZE
    ends = [first]
    for slot in range(len(header.slots)):
        at = first + slot * SLOT_SIZE
        for size in (SEALED_SHARE_SIZE, KEM_CIPHERTEXT_SIZE, WRAPPED_KEY_SIZE):
            at += size
            ends.append(at)
    ends += [ends[-1] + CONTENT_SIZE, header.size, len(envelope)]
    return sorted({*range(first), *ends[:-1], *(end - 1 for end in ends)})


def test_the_envelope_as_it_was_sealed_opens(twin: Twin, envelope: bytes) -> None:
    assert read(twin, envelope, "open") == report().id(envelope).hex()


def test_every_changed_field_is_refused(twin: Twin, envelope: bytes) -> None:
    changes = [(at, 1) for at in field_starts(envelope)]
    assert set(read(twin, envelope, "tampered", changes=changes, cuts=[])) <= REFUSALS


@pytest.mark.slow
def test_a_byte_changed_at_a_thousand_places_is_refused(twin: Twin, envelope: bytes) -> None:
    drawn = random.Random(2026)
    places = drawn.sample(range(len(envelope)), SEEDED)
    changes = [(at, drawn.randrange(1, 256)) for at in places]
    found = read(twin, envelope, "tampered", changes=changes, cuts=[])
    assert len(found) == SEEDED
    assert set(found) <= REFUSALS


def test_every_cut_is_refused(twin: Twin, envelope: bytes) -> None:
    cuts = [*field_starts(envelope), *random.Random(2026).sample(range(len(envelope)), CUTS), len(envelope) - 1]
    assert set(read(twin, envelope, "tampered", changes=[], cuts=cuts)) == {"malformed"}


@pytest.mark.parametrize("what", ["open", "keyed", "contents"])
def test_two_streams_under_one_header_are_tampered(twin: Twin, what: str) -> None:
    """T9: opened by a slot, by a content key from a share, and for the files behind the head."""
    draft, other = report("waar"), report("onwaar")
    header = draft.header()
    keys = {"contentKey": draft.key.hex(), **SECRETARIS.fields()}
    right = draft.under(header)
    assert twin.read(what, right, **keys) == ("" if what == "contents" else draft.id(right).hex())
    assert twin.read(what, other.under(header), **keys) == "tampered"


def test_a_head_under_the_mac_of_an_old_cover_entry_is_tampered(twin: Twin) -> None:
    """T9: its author knows the content key, signs a head under the entry's mac, and shares both."""
    cover = seal_cover(slots=8, until=UNTIL, padded=SMALLEST_CLASS)
    later = replace(report(), key=cover.content_key)
    raw = later.under(Header.parse(cover.prefix))
    assert twin.read("keyed", raw, contentKey=cover.content_key.hex()) == "tampered"


def test_nobody_who_knows_the_content_key_puts_another_head_under_a_header(twin: Twin) -> None:
    """Each of these heads opens in an envelope of its own."""
    draft = report("a")
    header = draft.header()
    members = parse_object(draft.head)
    changes: dict[str, Json] = {"day": 1, "roster": b64(seed("x")), "to": [], "without": []}
    for name, value in changes.items():
        second = replace(draft, head=encode(members | {name: value}))
        assert twin.read("open", second.seal(), **SECRETARIS.fields()) not in REFUSALS
        assert twin.read("open", second.under(header), **SECRETARIS.fields()) == "tampered"


def test_another_receipt_finds_no_slot(twin: Twin, envelope: bytes) -> None:
    stranger = PrivatePair.generate()
    found = twin.read("open", envelope, box=stranger.box.hex(), kem=bytes(64).hex())
    assert found == "no-slot"
