"""A case of each track, from a reporter's browser to the closing text, by secretaris and board in theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.clocked import ClockedSite
from tests.journeys.conftest import new_reporter
from tests.journeys.inbox import inbox_at
from tests.journeys.site import BOARD_1, POLICY, SECRETARIS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.journeys.browser import Browser
    from tests.journeys.reporter import Reporter

DAYS = 9  # past the last day of the acknowledgement
TOPICS = [topic.id for topic in POLICY.topics]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ClockedSite]:
    """A drop box of its own for each track: the server's day never falls back."""
    with ClockedSite(tmp_path, days_ago=DAYS) as site:
        yield site


@pytest.mark.parametrize("topic", TOPICS)
def test_a_case_of_each_track_goes_from_report_to_closing_text(
    site: ClockedSite, chromium: Browser, topic: str
) -> None:
    handler = BOARD_1 if topic == "benadeling" else SECRETARIS
    with new_reporter(chromium) as reporter:
        code = reported(site, reporter, topic, f"Een melding over {topic}.")
    site.pass_days(DAYS)
    with inbox_at(site.folder / handler, chromium, lambda: site.now) as desk:
        number = desk.numbers_of_all()[0]
        assert "OVERDUE" in desk.words()
        desk.open_case(number)
        assert f"Een melding over {topic}." in desk.words()
        assert desk.browser.text(".facts .overdue").startswith("first personal answer: OVERDUE since")
        desk.act("reply", kind="acknowledgement", text="We hebben je melding.")
        desk.act("reply", kind="question", text="Wanneer was dat?")
        assert desk.browser.text(".facts .overdue").startswith("ask whether the reporter is harmed: OVERDUE")
        desk.check_detriment()
        assert desk.browser.count(".facts .overdue") == 0
    with new_reporter(chromium) as reporter:
        reporter.visit(site.address("nl"))
        reporter.open(code)
        assert reporter.said()[-1] == "Wanneer was dat?"
        reporter.answer("Vorige week.")
    if topic in ("misstand", "fraude"):
        told(site, chromium, number)
    with inbox_at(site.folder / handler, chromium, lambda: site.now) as desk:
        desk.open_case(number)
        assert "Vorige week." in desk.words()
        assert "tell the board" not in desk.words()
        desk.act("note", text="Besproken.")
        desk.act("reply", kind="feedback", text="Er is opgetreden, want het klopte.")
        desk.act("close", outcome="guidance", measures="Een gesprek.", text="Gegrond. Dank je wel.")
        assert "closed" in desk.browser.text(".facts dl")
    with new_reporter(chromium) as reporter:
        reporter.visit(site.address("nl"))
        reporter.open(code)
        assert reporter.said()[-2:] == ["Er is opgetreden, want het klopte.", "Gegrond. Dank je wel."]
        assert reporter.alarms() == []


def reported(site: ClockedSite, reporter: Reporter, topic: str, text: str) -> str:
    """Report in a browser, to whom the policy names; return the code."""
    reporter.visit(site.address("nl"))
    reporter.begin(topic)
    reporter.fill("write", text)
    code = reporter.review()
    reporter.send(code)
    reporter.at("sent")
    return code


def told(site: ClockedSite, chromium: Browser, number: str) -> None:
    """Let a member of the board record that the board was told."""
    with inbox_at(site.folder / BOARD_1, chromium, lambda: site.now) as board:
        board.open_case(number)
        assert "tell the board: before it is closed" in board.words()
        board.open_form("form[action$='/inform']")
        chromium.click("form[action$='/inform'] fieldset p:first-of-type input")
        chromium.evaluate("document.querySelector('#inform-day').value = '2026-01-02'")
        board.act("inform", how="In een overleg", by="Secretaris", text="Dag en aard.")
        assert "tell the board" not in board.words()
