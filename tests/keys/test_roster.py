"""Trust: a roster counts only with the board's signatures, on its days, and if no newer one is known."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import (
    BelowThresholdError,
    ExpiredError,
    ForkError,
    FormatError,
    MalformedError,
    MeldbusError,
    RolledBackError,
    TamperedError,
    TrustError,
)
from keys.roster import (
    ROLES,
    Bundle,
    Root,
    Roster,
    RosterHistory,
    address,
    proquint,
    roster_document,
    verify_signature,
    words,
)
from keys.sync.addressees import Addressees
from keys.wire.canonical import b64
from keys.wire.signed import LABEL_ROOT, LABEL_ROSTER, Signed
from tests.keys.strategies import nearly
from tests.vectors.generator import edwards
from tests.vectors.generator.people import BESTUUR_1, STRANGER, TODAY, seed
from tests.vectors.generator.rosters import CURRENT, MONDAY, POLICY, RECIPIENTS, START, UNTIL, Draft, bundle, publish
from tests.vectors.generator.trust import BOTH, FIRST, FIRST_ID, FOLLOWING, NEW, OLD, SECOND, SECOND_ID, THIEF
from tests.vectors.generator.trust import Draft as RootDraft

ROOT = Root.verify_chain([FIRST], FIRST_ID)
ROSTER = Roster.verify(CURRENT, ROOT)
HISTORY = RosterHistory.verify([CURRENT], ROOT)
TWO = OLD[:2]
DOCUMENTS = {FIRST_ID, CURRENT.id(LABEL_ROSTER)}


def _rosters(number: int) -> list[Signed]:
    """Return this many rosters, each following the one before it."""
    made = [CURRENT]
    while len(made) < number:
        made.append(Draft(len(made) + 1, made[-1]).by(*TWO))
    return made


def _flipped(raw: bytes) -> list[bytes]:
    """Return `raw` with each byte changed once, seeded."""
    drawn = random.Random(1)
    return [raw[:at] + bytes([byte ^ drawn.randint(1, 255)]) + raw[at + 1 :] for at, byte in enumerate(raw)]


def test_every_single_byte_change_of_a_root_a_roster_and_a_bundle_is_refused() -> None:
    for changed in _flipped(FIRST.encode()):
        with pytest.raises(MeldbusError):
            Root.verify_chain([Signed.parse(changed)], FIRST_ID)
    for changed in _flipped(CURRENT.encode()):
        with pytest.raises(MeldbusError):
            Roster.verify(Signed.parse(changed), ROOT)
    for changed in _flipped(publish(bundle()).encode()):
        with pytest.raises(FormatError):
            Bundle.verify(Signed.parse(changed))


@given(nearly(CURRENT.encode()))
def test_no_change_of_a_roster_raises_anything_but_its_errors(raw: bytes) -> None:
    try:
        found = Roster.verify(Signed.parse(raw), ROOT)
    except (FormatError, TrustError):
        return
    assert found == ROSTER


def test_a_server_that_swaps_a_recipients_identity_is_found_out() -> None:
    swapped = replace(RECIPIENTS[0], identity=STRANGER.identity)
    document = Draft(recipients=(swapped, *RECIPIENTS[1:])).by(*TWO).document
    with pytest.raises(TamperedError):
        Roster.verify(Signed(document, CURRENT.signers), ROOT)


def test_a_server_that_swaps_an_encryption_key_is_found_out() -> None:
    right = publish(bundle())
    swapped = publish(bundle(), box=b64(STRANGER.public.box))
    with pytest.raises(TamperedError):
        Bundle.verify(Signed(swapped.document, right.signers))


def test_a_bundle_that_was_taken_is_refused_with_another_signature_and_for_other_keys() -> None:
    """The cache of checks is keyed by all of a bundle's bytes."""
    right = publish(bundle())
    assert Bundle.verify(right) == Bundle.verify(Signed.parse(right.encode())) == bundle()
    [(key, signature)] = right.signers
    forged = Signed(right.document, ((key, signature[:-1] + bytes([signature[-1] ^ 1])),))
    for _ in range(2):
        with pytest.raises(TamperedError):
            Bundle.verify(forged)
    with pytest.raises(MalformedError):
        Bundle.verify(Signed(right.document, ((STRANGER.signer.public, signature),)))
    assert bundle().can_be_sealed_to()
    assert not replace(bundle(), kem=b"\xff" * len(bundle().kem)).can_be_sealed_to()


def test_a_server_that_drops_a_signature_is_found_out() -> None:
    for at in range(len(CURRENT.signers)):
        left = CURRENT.signers[:at] + CURRENT.signers[at + 1 :]
        with pytest.raises(BelowThresholdError):
            Roster.verify(Signed(CURRENT.document, left), ROOT)


def test_a_server_that_signs_with_a_key_of_its_own_is_found_out() -> None:
    with pytest.raises(MalformedError):
        Roster.verify(Draft().by(THIEF, STRANGER.signer), ROOT)


def test_a_server_that_rolls_the_roster_back_is_found_out() -> None:
    older, newer = _rosters(2)
    with pytest.raises(RolledBackError):
        RosterHistory.verify([newer, older], ROOT)


def test_a_server_that_freezes_the_roster_is_found_out_after_its_last_day() -> None:
    ROSTER.check_day(START)
    ROSTER.check_day(UNTIL)
    for day in (START - 1, UNTIL + 1):
        with pytest.raises(ExpiredError):
            ROSTER.check_day(day)


def test_two_rosters_of_one_version_are_a_fork() -> None:
    other = Draft(recipients=RECIPIENTS[:2]).by(*TWO)
    with pytest.raises(ForkError):
        RosterHistory.verify([CURRENT, other], ROOT)


def test_a_newest_roster_commits_to_all_before_it() -> None:
    chain = _rosters(5)
    found = RosterHistory.verify([*(Signed(signed.document, ()) for signed in chain[:-1]), chain[-1]], ROOT)
    assert [roster.version for roster in found.rosters] == [1, 2, 3, 4, 5]
    for at in range(1, 4):
        with pytest.raises(ForkError):
            RosterHistory.verify([*chain[:at], *chain[at + 1 :]], ROOT)


def test_only_the_keys_of_the_newest_root_sign_a_roster() -> None:
    root = Root.verify_chain([FIRST, SECOND], FIRST_ID)
    assert Roster.verify(Draft(root=SECOND_ID).by(*NEW[:2]), root).root == SECOND_ID
    with pytest.raises(MalformedError):
        Roster.verify(Draft(root=SECOND_ID).by(*TWO), root)


def test_a_root_that_a_poster_does_not_name_is_a_fork() -> None:
    assert Root.verify_chain([FIRST, SECOND], SECOND_ID).version == 2
    with pytest.raises(ForkError):
        Root.verify_chain([FIRST, SECOND], seed("another root"))


def test_a_root_has_a_last_day_as_the_newest_one_alone() -> None:
    """D1: "within the old root's `until`" could not be checked, since a root has no date of its signatures."""
    ended = RootDraft(until=TODAY - 1).by(*TWO)
    following = replace(FOLLOWING, before=ended.id(LABEL_ROOT)).by(*BOTH)
    with pytest.raises(ExpiredError):
        Root.verify_chain([ended], ended.id(LABEL_ROOT)).check_day(TODAY)
    Root.verify_chain([ended, following], ended.id(LABEL_ROOT)).check_day(TODAY)


def test_a_roster_document_follows_the_one_before_it() -> None:
    document = roster_document(
        root=ROOT, previous=ROSTER, start=TODAY, until=UNTIL, log=bytes(32), policy=POLICY, recipients=RECIPIENTS
    )
    assert document["before"] == b64(ROSTER.id)
    assert document["version"] == 2
    assert {recipient.role for recipient in RECIPIENTS} < set(ROLES)


def test_without_a_network_last_resort_keys_are_used() -> None:
    both = [bundle(), bundle(last=True, serial=2)]
    chosen = Addressees.on(HISTORY, both, TODAY, DOCUMENTS, last_resort_only=True)
    assert chosen.pairs[RECIPIENTS[0].person].box == both[1].box


def test_someone_whose_time_on_the_roster_is_over_is_not_sealed_to() -> None:
    """D8: on the roster means on it today."""
    left = Draft(recipients=(replace(RECIPIENTS[0], end=TODAY - 1), *RECIPIENTS[1:])).by(*TWO)
    known = {*DOCUMENTS, left.id(LABEL_ROSTER)}
    chosen = Addressees.on(RosterHistory.verify([left], ROOT), [bundle(), bundle(BESTUUR_1)], TODAY, known)
    assert RECIPIENTS[0].person not in chosen.pairs
    assert RECIPIENTS[1].person in chosen.pairs


def test_where_nobody_can_be_sealed_to_nothing_is_chosen() -> None:
    for bundles in ([], [bundle(start=MONDAY + 7)], [replace(bundle(), formats=(2,))]):
        assert not Addressees.on(HISTORY, bundles, TODAY, DOCUMENTS).pairs


def test_a_bundle_says_the_same_again() -> None:
    made = bundle()
    assert Bundle.verify(publish(made)) == made


@given(st.binary(min_size=2, max_size=2), st.binary(min_size=2, max_size=2))
def test_two_pairs_of_bytes_are_two_words(one: bytes, other: bytes) -> None:
    assert (proquint(one) == proquint(other)) == (one == other)
    assert len(proquint(one)) == 5


def test_a_fingerprint_is_ten_words_and_stands_in_the_fragment() -> None:
    assert len(words(FIRST_ID).split()) == 10
    assert address("https://meldpunt.example/", "nl", FIRST_ID) == f"https://meldpunt.example/nl/#{b64(FIRST_ID)}"


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_key_of_another_size_verifies_nothing(size: int) -> None:
    with pytest.raises(TamperedError):
        verify_signature(bytes(size), b"", bytes(64))


@pytest.mark.parametrize("size", [0, 32, 63, 65])
def test_a_signature_of_another_size_verifies_nothing(size: int) -> None:
    with pytest.raises(TamperedError):
        verify_signature(OLD[0].public, b"", bytes(size))


def test_no_point_of_small_order_is_a_key() -> None:
    point = edwards.torsion()
    for multiple in range(8):
        key = edwards.encode(edwards.times(multiple, point))
        with pytest.raises(TamperedError):
            verify_signature(key, b"", edwards.encode(edwards.NEUTRAL) + bytes(32))
