"""Who gets a report, row by row of the policy's rules and to the end: who can open it, and who sees nothing of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from keys.policy import Absence
from tests.journeys import site as sites
from tests.journeys.reporter import Reporter, nl
from tests.journeys.site import BOARD_1, BOARD_2, OUTSIDER, PEOPLE, SECRETARIS, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journeys.browser import Browser

BOARD_3 = "Bestuurslid 3"
EVERYONE = (SECRETARIS, BOARD_1, BOARD_2, BOARD_3, OUTSIDER)
BOARD = (BOARD_1, BOARD_2, BOARD_3)  # the first one is the chair of the shipped policy
THE_BOARD = nl("the whole board")


@pytest.fixture(scope="module")
def full_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A drop box with three board members and an outsider."""
    people = (*PEOPLE, (BOARD_3, "bestuur"), (OUTSIDER, "external"))
    with Site(tmp_path_factory.mktemp("full"), people) as site:
        yield site


@dataclass(frozen=True)
class Row:
    """A row of the rules: what is chosen and ticked, who gets the report and whom the reporter may add."""

    topic: str
    about: tuple[str, ...]
    gets: tuple[str, ...]
    may_add: tuple[str, ...] = ()


ROWS = {
    "unwanted behaviour": Row("ongewenst-gedrag", (), (SECRETARIS,), BOARD),
    "wrongdoing": Row("misstand", (), (SECRETARIS, *BOARD)),
    "fraud": Row("fraude", (), (SECRETARIS, *BOARD)),
    "integrity": Row("integriteit", (), (SECRETARIS,), BOARD),
    "something else": Row("anders", (), (SECRETARIS,), BOARD),
    "retaliation": Row("benadeling", (), BOARD),
    "about the secretaris": Row("ongewenst-gedrag", (SECRETARIS,), BOARD),
    "about a board member": Row("fraude", (BOARD_2,), (SECRETARIS, BOARD_1, BOARD_3)),
    "about the chair": Row("anders", (BOARD_1,), (OUTSIDER,)),
    "about the whole board": Row("misstand", (THE_BOARD,), (OUTSIDER,)),
    "about secretaris and board": Row("misstand", (SECRETARIS, BOARD_3), (OUTSIDER,)),
}


def ask(reporter: Reporter, row: Row) -> None:
    reporter.choose(row.topic)
    for name in row.about:
        reporter.tick("about", name)
    reporter.press("about")


def named(boxes: dict[str, bool], *, ticked: bool) -> set[str]:
    return {label.partition(" (")[0] for label, on in boxes.items() if on is ticked}


def opens(site: Site, who: str, text: str) -> bool:
    """Say whether this recipient finds the report after a sync."""
    return any(text in site.read(who, number) for number in site.news(who))


@pytest.mark.parametrize("name", ROWS)
def test_a_row_of_the_rules_holds_to_the_end(full_site: Site, in_chromium: Reporter, name: str) -> None:
    row, text = ROWS[name], f"Een melding van de regel {name}."
    in_chromium.visit(full_site.address("nl"))
    ask(in_chromium, row)
    in_chromium.at("readers")
    boxes = in_chromium.boxes("readers")
    assert named(boxes, ticked=True) == {*row.gets}
    assert named(boxes, ticked=False) == {*row.may_add}
    out = in_chromium.part("readers", "out")
    assert all(person in out for person in {*EVERYONE} - {*row.gets, *row.may_add})
    in_chromium.press("readers")
    in_chromium.at("write")
    in_chromium.fill("write", text)
    in_chromium.send(in_chromium.review())
    in_chromium.at("sent")
    assert {who for who in EVERYONE if opens(full_site, who, text)} == {*row.gets}


def test_whom_the_reporter_adds_gets_it_and_whom_they_take_off_does_not(full_site: Site, in_chromium: Reporter) -> None:
    in_chromium.visit(full_site.address("nl"))
    ask(in_chromium, ROWS["integrity"])
    in_chromium.at("readers")
    in_chromium.tick("readers", BOARD_3)
    in_chromium.tick("readers", SECRETARIS, on=False)
    in_chromium.press("readers")
    in_chromium.at("write")
    in_chromium.fill("write", "Voor één bestuurslid.")
    in_chromium.send(in_chromium.review())
    in_chromium.at("sent")
    assert {who for who in EVERYONE if opens(full_site, who, "Voor één bestuurslid.")} == {BOARD_3}


def test_who_was_left_out_is_let_in_by_nobody_but_the_reporter(full_site: Site, in_chromium: Reporter) -> None:
    """Hand-over is refused for them, and works once the reporter has said so in the talk."""
    reporter = in_chromium
    reporter.visit(full_site.address("nl"))
    ask(reporter, ROWS["about a board member"])
    reporter.at("readers")
    reporter.press("readers")
    reporter.at("write")
    reporter.fill("write", "Over bestuurslid 2.")
    reporter.send(reporter.review())
    reporter.at("sent")
    [number] = full_site.news(SECRETARIS)
    full_site.read(SECRETARIS, number)
    with pytest.raises(AssertionError, match="left this person out"):
        full_site.run(SECRETARIS, "share", number, BOARD_2)
    assert full_site.news(BOARD_2) == set()

    reporter.press("sent", "talk")
    reporter.at("talk")
    reporter.open_wish("others")
    reporter.tick("talk", BOARD_2)
    reporter.press("talk", "admit")
    reporter.said_so(nl("They can read it as soon as they open their program."))
    assert full_site.news(BOARD_2) == {number}
    assert "Over bestuurslid 2." in full_site.read(BOARD_2, number)


def test_where_nobody_may_get_it_the_ways_outside_stand_in_place_of_the_form(site: Site, in_chromium: Reporter) -> None:
    """Without an outsider nobody is left for a report about the board."""
    in_chromium.visit(site.address("nl"))
    ask(in_chromium, ROWS["about the whole board"])
    in_chromium.at("nobody")
    assert in_chromium.evaluate("root.querySelectorAll('form, textarea').length") == 0
    assert "Adviespunt" in in_chromium.browser.text("#stage >>> section")
    in_chromium.press("nobody", "back")
    in_chromium.at("about")
    assert in_chromium.boxes("about")[THE_BOARD] is True


def test_while_the_secretaris_is_away_the_board_gets_it_too(
    tmp_path_factory: pytest.TempPathFactory, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The roots say who is away; nobody has to know why."""
    tomorrow = sites.POLICY.holidays[0].replace(year=2099)
    away = (Absence(SECRETARIS, tomorrow),)
    monkeypatch.setattr(sites, "POLICY", replace(sites.POLICY, away=away))
    with Site(tmp_path_factory.mktemp("away")) as site:
        chromium.open_tab()
        reporter = Reporter(chromium)
        reporter.visit(site.address("nl"))
        ask(reporter, ROWS["integrity"])
        reporter.at("readers")
        assert named(reporter.boxes("readers"), ticked=True) == {SECRETARIS, BOARD_1, BOARD_2}
