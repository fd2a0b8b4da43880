"""Who has looked of late: a page says it before anything is written, and a frozen list shows after four weeks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from keys.roster import Bundle
from keys.roster.weeks import monday
from keys.wire.canonical import encode, parse_object
from keys.wire.signed import LABEL_BUNDLE, Signed, join_frames, split_frames
from tests.client.page import FailedError, Page, Wire, opened
from tests.organisation import sign

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.keys.office import Office

NAMES = ("Secretaris", "Bestuurslid 1", "Bestuurslid 2")


def freshness(page: Page) -> dict[str, Any]:
    page.trust()
    found: dict[str, Any] = page.ask("freshness")
    return found


def looked(office: Office, meddle: Callable[[str, bytes], bytes] = lambda path, answer: answer) -> list[str]:
    with opened(office, Wire(office, meddle)) as page:
        return [person["name"] for person in freshness(page)["looked"]]


def frozen(office: Office) -> Callable[[str, bytes], bytes]:
    """Return what a server does that shows the chain and the bundles of now from now on, on each day as of that day."""
    client = office.app.test_client()
    chain, (_, *every) = client.get("/chain").data, split_frames(client.get("/bundles?all=1").data)
    kept = [(raw, Bundle.verify(Signed.parse(raw))) for raw in every]

    def meddle(path: str, answer: bytes) -> bytes:
        if path == "/chain":
            return chain
        if path == "/bundles":
            first = split_frames(answer)[0]
            return join_frames([first, *(raw for raw, bundle in kept if bundle.covers(office.today))])
        return answer

    return meddle


def test_all_who_synced_in_the_last_four_weeks_have_looked(office: Office) -> None:
    for name in NAMES:
        office.read(name)
    with opened(office) as page:
        found = freshness(page)
        assert [person["name"] for person in found["looked"]] == [*NAMES]
        assert (found["wanted"], found["unknown"], found["differing"], found["days"]) == (2, [], [], None)


def test_two_who_looked_are_enough_and_one_is_said(office: Office) -> None:
    office.pass_days(27)
    office.read("Secretaris")
    office.read("Bestuurslid 2")
    office.pass_days(21)
    assert looked(office) == ["Secretaris", "Bestuurslid 2"]
    office.read("Secretaris")
    office.pass_days(7)
    assert looked(office) == ["Secretaris"]


def test_after_four_weeks_nobody_has_looked(office: Office) -> None:
    office.pass_days(27)
    assert looked(office) == [*NAMES]
    office.pass_days(1)
    assert looked(office) == []


def test_a_server_that_hides_a_roster_is_told_of_after_four_weeks_and_not_after_a_year(office: Office) -> None:
    """H7: with the last-resort keys alone a server kept a recipient who was removed on the list for 388 days."""
    meddle = frozen(office)
    office.pass_days(5)
    office.publish_roster(["Secretaris", "Bestuurslid 1"])
    for _ in range(4):
        for name in NAMES[:2]:
            office.read(name)
        office.pass_days(7)
    assert looked(office, meddle) == []
    office.meddle = lambda path, answer: answer
    assert looked(office) == ["Secretaris", "Bestuurslid 1"]


def test_who_is_two_rosters_behind_has_not_looked_and_is_sealed_to(office: Office) -> None:
    office.publish_roster([*NAMES])
    assert looked(office) == [*NAMES]
    office.publish_roster([*NAMES])
    assert looked(office) == []
    office.read("Secretaris")
    assert looked(office) == ["Secretaris"]
    with opened(office) as page:
        page.report()
    assert [case.report.text for case in office.read("Bestuurslid 2")] == ["Er ging iets mis."]


def test_of_two_bundles_that_name_different_logs_at_one_place_neither_counts_and_both_are_named(office: Office) -> None:
    """L8: M signs a witness with a random digest. The server refuses it; one that helps M shows it all the same."""
    office.report("een")
    office.pass_days(7)
    for name in NAMES:
        office.read(name)
    signer = office.secret("Bestuurslid 1").signer()

    def help_m(path: str, answer: bytes) -> bytes:
        if path != "/bundles":
            return answer
        first, *every = split_frames(answer)
        return join_frames([first, *map(forged, every)])

    def forged(raw: bytes) -> bytes:
        bundle = Bundle.verify(Signed.parse(raw))
        if bundle.identity != office.identity("Bestuurslid 1") or bundle.last or bundle.seen is None:
            return raw
        assert bundle.seen.log.place == 1
        seen = replace(bundle.seen, log=replace(bundle.seen.log, digest=bytes(32)))
        return sign(replace(bundle, seen=seen).members(), LABEL_BUNDLE, [signer]).encode()

    with opened(office, Wire(office, help_m)) as page:
        found = freshness(page)
        assert {person["name"] for person in found["differing"]} == {*NAMES}
        assert found["looked"] == []
        page.report()
    assert looked(office) == [*NAMES]


def test_beside_each_name_stands_the_week_in_which_they_looked_last(office: Office) -> None:
    week = monday(office.today)
    office.pass_days(35)
    office.read("Bestuurslid 1")
    office.pass_days(2)
    with opened(office) as page:
        page.trust()
        places = page.ask("route", matter={"topic": "fraude", "board": False, "people": []})["places"]
    assert {place["name"]: place["looked"] for place in places} == {
        "Secretaris": week,
        "Bestuurslid 1": week + 35,
        "Bestuurslid 2": week,
    }


def days_shifted(by: int) -> Callable[[str, bytes], bytes]:
    def meddle(path: str, answer: bytes) -> bytes:
        if path != "/bundles":
            return answer
        first, *rest = split_frames(answer)
        members = parse_object(first)
        return join_frames([encode(members | {"day": int(str(members["day"])) + by}), *rest])

    return meddle


@pytest.mark.parametrize("by", [-3, 3])
def test_two_days_that_do_not_fit_are_both_shown_before_anything_is_written(office: Office, by: int) -> None:
    """D6: the page goes by the server's day, and says so where its own is another."""
    office.pass_days(7)
    office.read("Secretaris")
    office.pass_days(3)
    with opened(office, Wire(office, days_shifted(by))) as page:
        assert freshness(page)["days"] == [office.today + by, office.today]


def test_a_server_that_changes_its_day_after_it_was_looked_at_is_told_of_before_anything_is_sent(
    office: Office,
) -> None:
    """It could say the right day until somebody has written, and then one whose keys it has."""
    office.pass_days(7)
    office.read("Secretaris")
    wire = Wire(office)
    with opened(office, wire) as page:
        assert freshness(page)["days"] is None
        wire.meddle = days_shifted(-7)
        with pytest.raises(FailedError, match=r"^days$"):
            page.report()
        assert "/envelopes" not in [path for path, _ in wire.asked]
