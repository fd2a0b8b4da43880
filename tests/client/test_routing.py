"""Who gets a report while the secretaris is away: page and tool say the same, by what the keys say that count today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.routing import Matter
from keys.sync.actions import be_away
from keys.sync.sealed_files import places
from tests.client.page import opened
from tests.client.recipient import only_case
from tests.client.test_reporting import without_bundles_of
from tests.keys.bundles import published

if TYPE_CHECKING:
    from tests.client.page import Page
    from tests.keys.office import Office

MATTER = {"topic": "anders", "board": False, "people": []}
HERE = {"Secretaris": "reads", "Bestuurslid 1": "added", "Bestuurslid 2": "added"}
AWAY = {"Secretaris": "reads", "Bestuurslid 1": "reads", "Bestuurslid 2": "reads"}
MADE_AHEAD = 28  # days: of this week and the next three


def routed(office: Office, page: Page) -> dict[str, str]:
    """Return who gets a report about something else, by name; page and tool have to agree."""
    page.trust()
    shown = {place["name"]: place["state"] for place in page.ask("route", matter=MATTER)["places"]}
    placed = places(office.addressees()[1], Matter("anders"))
    assert {office.roster().find_person(who).name: place for who, place in placed.items()} == shown  # type: ignore[union-attr]
    return shown


def test_a_secretaris_who_says_so_is_away_until_the_day_or_until_they_are_back(office: Office) -> None:
    with opened(office) as page:
        assert routed(office, page) == HERE
        with office.session("Secretaris") as session:
            be_away(session, office.today)
        assert routed(office, page) == AWAY
        with office.session("Secretaris") as session:
            be_away(session, 0)
        assert routed(office, page) == HERE
        with office.session("Secretaris") as session:
            be_away(session, office.today + 1)
    office.pass_days(2)
    with opened(office) as page:
        assert routed(office, page) == HERE


def test_a_weekly_key_that_is_missing_sends_a_report_to_nobody_else(office: Office) -> None:
    """M2: a server that withheld the secretaris' bundle decided that the board reads, and who was left out."""
    office.pass_days(MADE_AHEAD)
    for name in ("Bestuurslid 1", "Bestuurslid 2"):
        office.read(name)
    assert [bundle.last for bundle in published(office, "Secretaris")] == [True]
    with opened(office) as page:
        assert routed(office, page) == HERE


def test_who_has_no_key_at_all_is_still_the_one_who_gets_a_report_and_reads_it(office: Office) -> None:
    """M2: without both of their keys they were left out for good, and the board read in their place."""
    with opened(office) as page:
        page.wire.meddle = lambda path, answer: without_bundles_of(office, ("Secretaris",), path, answer)
        page.trust()
        places = page.ask("route", matter=MATTER)["places"]
        assert {place["name"]: (place["state"], place["reachable"]) for place in places} == {
            "Secretaris": ("reads", False),
            "Bestuurslid 1": ("added", True),
            "Bestuurslid 2": ("added", True),
        }
        page.report(without=["Bestuurslid 2"])
    head = only_case(office, "Bestuurslid 1").report.head
    assert head.missing == (office.person("Secretaris"),)
    assert head.without == (office.person("Bestuurslid 2"),)
    office.end("Bestuurslid 1")
    assert only_case(office, "Secretaris").report.text == "Er ging iets mis."


def test_only_the_secretaris_own_absence_brings_in_the_board(office: Office) -> None:
    with opened(office) as page, office.session("Bestuurslid 1") as session:
        be_away(session, office.today + 10)
        assert routed(office, page) == HERE
