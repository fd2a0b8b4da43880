"""Bundles: the server keeps the newest of each kind and Monday, and none that accuses it or that nobody can use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.roster import Bundle, LogHead, Witness
from keys.roster.weeks import last_day, monday
from keys.wire.canonical import encode
from keys.wire.signed import LABEL_BUNDLE, Signed, split_frames
from tests.dropbox.test_log import case, look
from tests.organisation import Organisation, Person, sign

if TYPE_CHECKING:
    from flask import Response

    from tests.dropbox.conftest import Box

WEEK = 7
UNKNOWN = bytes([7]) * 32


def person_of(box: Box) -> Person:
    return min(box.organisation.people, key=lambda person: person.identity)


def made(at: Box, *, last: bool = False, serial: int = 9, weeks: int = 0, **changes: object) -> Signed:
    """Return a bundle of the first person for a week from now, signed today."""
    person, today = person_of(at), at.organisation.today
    start = monday(today) + WEEK * weeks
    right = Bundle.verify(person.bundle(today, at.organisation.witness, last=last, serial=serial))
    changed = replace(right, start=start, end=last_day(start, last=last), **changes)  # type: ignore[arg-type]
    return sign(changed.members(), LABEL_BUNDLE, [person.signer])


def post(box: Box, signed: Signed) -> Response:
    return box.post_raw("/bundles", signed.encode())


def given(box: Box, path: str = "/bundles") -> list[bytes]:
    """Return the bundles of the first person that the server gives."""
    mark = person_of(box).identity
    return [raw for raw in split_frames(box.get(path).data)[1:] if Bundle.verify(Signed.parse(raw)).identity == mark]


def test_a_newer_bundle_takes_the_place_of_the_older(box: Box) -> None:
    newer, older = made(box, serial=9), made(box, serial=8)
    assert post(box, newer).status_code == 201
    assert post(box, newer).status_code == 201
    refused = post(box, older)
    assert (refused.status_code, refused.data) == (409, encode({"error": "serial", "highest": 9}))
    assert given(box)[0] == newer.encode()


def test_one_serial_runs_over_all_bundles_of_an_identity(box: Box) -> None:
    """L16: a refusal names the highest."""
    assert post(box, made(box, last=True, serial=9)).status_code == 201
    for serial in (1, 9):
        refused = post(box, made(box, serial=serial, weeks=1))
        assert (refused.status_code, refused.data) == (409, encode({"error": "serial", "highest": 9}))
    assert post(box, made(box, serial=10, weeks=1)).status_code == 201


def test_the_day_decides_which_weekly_bundle_is_given(box: Box) -> None:
    ahead = [made(box, serial=10 + weeks, weeks=weeks) for weeks in range(4)]
    for signed in ahead:
        assert post(box, signed).status_code == 201
    for signed in ahead:
        assert given(box)[:1] == [signed.encode()]
        assert len(given(box)) == 2
        assert len(given(box, "/bundles?all=1")) == 5
        box.clock.advance(days=WEEK)
    [left] = given(box)
    assert Bundle.verify(Signed.parse(left)).last


def test_what_is_superseded_is_not_kept(box: Box) -> None:
    """M5: it would tell in which weeks somebody looked."""
    for serial, week in ((10, 0), (20, 1)):
        for last in (False, True):
            assert post(box, made(box, last=last, serial=serial + last)).status_code == 201
        assert len(given(box, "/bundles?all=1")) == 2, week
    later = made(box, last=True, serial=30, week=monday(box.organisation.today))
    assert post(box, later).status_code == 201
    assert given(box, "/bundles?all=1")[1:] == [later.encode()]


def test_weekly_and_last_resort_bundles_of_one_monday_are_two(box: Box) -> None:
    """L15: one overwrote the other."""
    weekly, last = made(box, serial=9), made(box, last=True, serial=10)
    for signed in (weekly, last):
        assert post(box, signed).status_code == 201
    assert given(box) == [weekly.encode(), last.encode()]


@pytest.mark.parametrize("what", ["roster", "root", "digest", "place"])
def test_a_bundle_that_names_what_is_not_here_is_refused(box: Box, what: str) -> None:
    """H3: one bundle that named a roster from the future closed the form and every sync for 13 months."""
    witness = box.organisation.witness
    wrong = {
        "roster": replace(witness, roster=UNKNOWN),
        "root": replace(witness, root=UNKNOWN),
        "digest": replace(witness, log=LogHead(0, UNKNOWN)),
        "place": replace(witness, log=LogHead(2**53 - 1, witness.log.digest)),
    }[what]
    before = given(box)
    refused = post(box, made(box, seen=wrong))
    assert (refused.status_code, refused.data) == (409, encode({"error": "differs"}))
    assert given(box) == before


def test_a_bundle_that_names_an_earlier_roster_or_a_card_that_names_none_is_taken(box: Box) -> None:
    earlier = box.organisation.witness
    box.organisation.renew_roster()
    assert box.post_raw("/chain", box.organisation.publication()).status_code == 201
    assert post(box, made(box, serial=9, seen=earlier)).status_code == 201
    assert post(box, made(box, last=True, serial=10, seen=None)).status_code == 201


@pytest.mark.parametrize(
    "keys",
    [{"kem": b"\xff" * 1184}, {"box": bytes(32)}, {"box": b"\x01" + bytes(31)}],
    ids=["ML-KEM outside the field", "zero", "low order"],
)
def test_a_bundle_that_nobody_can_seal_to_is_refused(box: Box, keys: dict[str, bytes]) -> None:
    """H3: every report failed in which its owner was chosen."""
    refused = post(box, made(box, **keys))
    assert (refused.status_code, refused.data) == (400, b'{"error":"malformed"}')


def test_a_bundle_of_somebody_unknown_is_refused(box: Box) -> None:
    stranger = Person("Onbekend", "bestuur").bundle(box.organisation.today, box.organisation.witness)
    refused = post(box, stranger)
    assert (refused.status_code, refused.data) == (400, b'{"error":"not-enrolled"}')


def test_a_bundle_that_another_signed_is_refused(box: Box) -> None:
    person, other = box.organisation.people[:2]
    theirs = person.bundle(box.organisation.today, box.organisation.witness, serial=9)
    forged = Signed(theirs.document, ((other.identity, theirs.signers[0][1]),))
    spoilt = Signed(theirs.document, ((person.identity, bytes(64)),))
    assert post(box, forged).data == b'{"error":"malformed"}'
    assert post(box, spoilt).data == b'{"error":"tampered"}'


def test_bundles_of_somebody_who_left_the_roster_are_not_given(box: Box) -> None:
    gone = box.organisation.people.pop()
    box.organisation.renew_roster()
    assert box.post_raw("/chain", box.organisation.publication()).status_code == 201
    for path in ("/bundles", "/bundles?all=1"):
        shown = [Bundle.verify(Signed.parse(frame)).identity for frame in split_frames(box.get(path).data)[1:]]
        assert len(shown) == 2 * len(box.organisation.people)
        assert gone.identity not in shown


def test_a_bundle_names_an_end_of_the_log_that_the_server_has(box: Box) -> None:
    """L8: one recipient who signed a random digest raised an alarm on every page, for every week."""
    for _ in range(3):
        case(box)
    digests = look(box).digests()
    box.clock.advance(days=1)
    case(box)
    witness = box.organisation.witness
    for place, digest in ((3, digests[1]), (2, digests[2]), (5, digests[2]), (3, UNKNOWN)):
        refused = post(box, made(box, seen=replace(witness, log=LogHead(place, digest))))
        assert (refused.status_code, refused.data) == (409, encode({"error": "differs"}))
    for serial, place in ((9, 3), (10, 1)):
        right = made(box, serial=serial, seen=replace(witness, log=LogHead(place, digests[place - 1])))
        assert post(box, right).status_code == 201


def test_another_organisations_witness_is_refused(box: Box) -> None:
    other = Organisation.found(box.organisation.today).witness
    assert isinstance(other, Witness)
    assert post(box, made(box, seen=other)).data == encode({"error": "differs"})
