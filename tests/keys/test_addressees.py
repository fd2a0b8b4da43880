"""The recipients to whom a tool can seal on a day, by the roster and the bundles of that day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.ceremony import Changes
from keys.errors import ExpiredError
from keys.roster import Bundle
from keys.sealing import PrivatePair
from keys.sync.addressees import Addressees
from keys.sync.served import documents_of
from tests.keys.office import Office

if TYPE_CHECKING:
    from keys.roster import RosterHistory
    from keys.wire.ids import PersonId

A, B, X = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def given(office: Office) -> list[Bundle]:
    return [Bundle.verify(signed) for signed in office.courier().bundles()[2]]


@pytest.fixture(scope="module")
def history(office: Office) -> RosterHistory:
    return office.history()


def person(office: Office, name: str) -> PersonId:
    return next(one.person for one in office.history().newest.recipients if one.name == name)


def documents(office: Office, bundles: list[Bundle]) -> frozenset[bytes]:
    return documents_of(office.courier(), office.history(), bundles)


def chosen(office: Office, bundles: list[Bundle], name: str = A, **others: bool) -> bytes | None:
    pair = Addressees.on(office.history(), bundles, office.today, documents(office, bundles), **others).pairs.get(
        person(office, name)
    )
    return pair.box if pair else None


def two(office: Office, given: list[Bundle]) -> tuple[Bundle, Bundle, list[Bundle]]:
    """Return a weekly and a last-resort bundle of the secretaris that cover today, and the bundles of the others."""
    own = next(one for one in given if one.identity == office.identity(A))
    weekly_keys, last_keys = PrivatePair.generate().public, PrivatePair.generate().public
    weekly = replace(own, last=False, serial=7, box=weekly_keys.box, kem=weekly_keys.kem)
    last = replace(own, last=True, serial=5, box=last_keys.box, kem=last_keys.kem)
    return weekly, last, [one for one in given if one.identity != own.identity]


def test_the_weekly_bundle_is_sealed_to_and_without_one_the_last_resort(office: Office, given: list[Bundle]) -> None:
    weekly, last, others = two(office, given)
    assert chosen(office, [*others, weekly, last]) == weekly.box
    assert chosen(office, [*others, last]) == last.box
    assert chosen(office, [*others, weekly, last], last_resort_only=True) == last.box


def test_the_highest_serial_counts_and_of_two_with_one_serial_neither(office: Office, given: list[Bundle]) -> None:
    weekly, last, _ = two(office, given)
    newer = replace(weekly, serial=8, box=PrivatePair.generate().public.box)
    assert chosen(office, [newer, weekly, last]) == newer.box
    rival = replace(weekly, box=PrivatePair.generate().public.box)
    assert chosen(office, [rival, weekly, last]) == last.box
    assert chosen(office, [weekly, weekly, last]) == weekly.box  # a duplicate counts once


@pytest.mark.parametrize("wrong", [{"formats": (2,)}, {"box": bytes(32)}, {"kem": b"\xff" * 1184}])
def test_a_bundle_that_cannot_be_read_or_sealed_to_does_not_count(
    office: Office, given: list[Bundle], wrong: dict[str, object]
) -> None:
    """H3, D7: every report failed for which its owner was chosen."""
    weekly, last, _ = two(office, given)
    spoilt = replace(weekly, **wrong)  # type: ignore[arg-type]
    assert chosen(office, [spoilt, last]) == last.box
    assert chosen(office, [spoilt]) is None


def test_a_bundle_that_names_a_roster_that_is_not_here_counts_for_its_owner_alone(
    office: Office, given: list[Bundle]
) -> None:
    weekly, last, others = two(office, given)
    assert weekly.seen
    elsewhere = replace(weekly, seen=replace(weekly.seen, roster=bytes(32)))
    assert chosen(office, [*others, elsewhere, last]) == last.box
    assert chosen(office, [*others, elsewhere]) is None
    assert chosen(office, [*others, elsewhere], B) is not None


@pytest.mark.parametrize("days", [-1, 1])
def test_a_bundle_of_another_day_does_not_count(office: Office, given: list[Bundle], days: int) -> None:
    weekly, _, _ = two(office, given)
    elsewhere = replace(weekly, start=office.today + days, end=office.today + days)
    assert chosen(office, [elsewhere]) is None


def test_who_cannot_be_sealed_to_is_missing(office: Office, given: list[Bundle]) -> None:
    """M2: not in `without`: they are still a reader."""
    bundles = [one for one in given if one.identity != office.identity(B)]
    found = Addressees.on(office.history(), bundles, office.today, documents(office, bundles))
    to, missing = found.split([person(office, B), person(office, A)])
    assert (to, missing) == ((person(office, A),), (person(office, B),))


def test_nobody_is_sealed_to_by_a_roster_that_has_ended(history: RosterHistory, given: list[Bundle]) -> None:
    with pytest.raises(ExpiredError):
        Addressees.on(history, given, history.newest.until + 1, {history.newest.id})


def test_a_revoked_key_is_sealed_to_by_nobody(tmp_path_factory: pytest.TempPathFactory) -> None:
    office = Office.open(tmp_path_factory.mktemp("other"))
    stolen = office.identity(X)
    bundles = [Bundle.verify(signed) for signed in office.courier().bundles()[2]]
    before, x = office.history(), person(office, X)
    assert x in Addressees.on(before, bundles, office.today, documents(office, bundles)).pairs
    office.publish_roster([A, B], changes=Changes(revoked=[stolen]))
    assert x not in Addressees.on(office.history(), bundles, office.today - 1, documents(office, bundles)).pairs
