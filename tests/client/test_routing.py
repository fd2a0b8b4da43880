"""Who gets a report while the secretaris is away: page and tool say the same, by what the keys say that count today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.routing import Matter
from keys.sync.actions import be_away
from keys.sync.sealed_files import places
from tests.client.page import opened

if TYPE_CHECKING:
    from tests.client.page import Page
    from tests.keys.office import Office

MATTER = {"topic": "anders", "board": False, "people": []}
HERE = {"Secretaris": "reads", "Bestuurslid 1": "added", "Bestuurslid 2": "added"}
AWAY = {"Secretaris": "reads", "Bestuurslid 1": "reads", "Bestuurslid 2": "reads"}
WEEKLY_ENDS_AFTER = 22  # days: of 28, a week of which has to be left


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
    """A server that withheld the secretaris' bundle decided that the board reads, and who was left out."""
    office.pass_days(WEEKLY_ENDS_AFTER)
    for name in ("Bestuurslid 1", "Bestuurslid 2"):
        office.read(name)
    with opened(office) as page:
        assert routed(office, page) == HERE


def test_only_the_secretaris_own_absence_brings_in_the_board(office: Office) -> None:
    with opened(office) as page, office.session("Bestuurslid 1") as session:
        be_away(session, office.today + 10)
        assert routed(office, page) == HERE
