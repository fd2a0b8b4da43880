"""A report travels from a browser to the recipients and back, in both browsers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.journeys.reporter import nl
from tests.journeys.site import BOARD_1, BOARD_2, CODE_LENGTH, SECRETARIS

if TYPE_CHECKING:
    from tests.journeys.browser import Browser, Kind
    from tests.journeys.reporter import Reporter
    from tests.journeys.site import Site


EVERYBODY = (SECRETARIS, BOARD_1, BOARD_2)


def test_a_report_is_read_answered_and_answered_back(site: Site, reporter: Reporter) -> None:
    for who in EVERYBODY:
        site.news(who)
    reporter.visit(site.address("nl"))
    assert reporter.browser.text("#stage >>> h1") == nl("Tell us what is wrong at work")
    code = reporter.report("Er ging iets mis in het magazijn.")
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert reporter.part("sent", "code") == code

    [number] = site.news(SECRETARIS)
    assert "Er ging iets mis in het magazijn." in site.read(SECRETARIS, number)
    assert site.news(BOARD_1) == {number}
    assert "Er ging iets mis in het magazijn." in site.read(BOARD_1, number)
    site.run(SECRETARIS, "acknowledge", number, text="We hebben je melding gelezen.")
    with pytest.raises(AssertionError, match="Something new has come"):
        site.run(BOARD_1, "reply", "--question", number, text="Wanneer was dat?")
    site.read(BOARD_1, number)
    site.run(BOARD_1, "reply", "--question", number, text="Wanneer was dat?")

    reporter.visit(site.address("nl"))
    reporter.open(code.lower().replace("-", " "))
    assert [(line.what, line.who, line.text) for line in reporter.lines()] == [
        ("mine", nl("You"), "Er ging iets mis in het magazijn."),
        ("event", "", nl("{name} has opened your report.", name="Secretaris")),
        ("message", "Secretaris", "We hebben je melding gelezen."),
        ("event", "", nl("{name} has opened your report.", name="Bestuurslid 1")),
        ("message", "Bestuurslid 1", "Wanneer was dat?"),
    ]
    reporter.answer("Vorige week dinsdag.")
    assert reporter.said()[-1] == "Vorige week dinsdag."
    for who in EVERYBODY:
        site.run(who, "sync")
        assert "Vorige week dinsdag." in site.read(who, number)
    assert reporter.browser.console() == []


def test_the_browser_that_stands_for_tor_browser_at_safer_has_no_compiled_script(browser: Browser, kind: Kind) -> None:
    assert browser.evaluate("typeof WebAssembly") == {"chromium": "object", "firefox": "undefined"}[kind]


def test_a_report_in_english_is_read_by_those_who_were_left_on_it_alone(site: Site, reporter: Reporter) -> None:
    for who in EVERYBODY:
        site.news(who)
    reporter.visit(site.address("en"))
    assert reporter.browser.text("#stage >>> h1") == "Tell us what is wrong at work"
    reporter.begin()
    reporter.untick(BOARD_1)
    reporter.fill("write", "Something is wrong.")
    code = reporter.review()
    assert (
        reporter.part("review", "readers")
        == "Only these people can read this: Secretaris (secretary) and Bestuurslid 2 (board)."
    )
    assert (
        reporter.part("review", "without")
        == "Bestuurslid 1 (board) cannot read it, and does not see that you report something."
    )
    reporter.send(code)
    reporter.at("sent")

    assert site.news(BOARD_1) == set()
    [number] = site.news(SECRETARIS)
    assert site.news(BOARD_2) == {number}
    read = site.read(BOARD_2, number)
    assert "Something is wrong." in read
    assert BOARD_1 not in read
    site.run(BOARD_2, "reply", number, text="Thank you.")

    reporter.press("sent", "talk")
    reporter.at("talk")
    assert reporter.said() == ["Something is wrong.", "Thank you."]
    reporter.answer("You are welcome.")
    assert "You are welcome." in (site.run(SECRETARIS, "sync"), site.read(SECRETARIS, number))[1]
    assert site.news(BOARD_1) == set()


def test_a_report_to_nobody_is_refused_at_the_field(site: Site, reporter: Reporter) -> None:
    before = site.count("envelope")
    reporter.visit(site.address("nl"))
    reporter.begin()
    reporter.fill("write", "Voor niemand.")
    reporter.untick("Secretaris", "Bestuurslid 1", "Bestuurslid 2")
    sentence = nl("Choose at least one person who may read your report.")
    assert reporter.mistakes("readers") == [sentence]
    assert reporter.evaluate("root.querySelector('#readers-error').textContent") == sentence
    assert reporter.evaluate("root.querySelector('.choice input').getAttribute('aria-invalid')") == "true"
    assert reporter.step() == "readers"
    reporter.tick("readers", "Secretaris")
    reporter.press("readers")
    reporter.at("write")
    assert reporter.browser.value("#stage >>> #story") == "Voor niemand."
    assert site.count("envelope") == before


MOST_PRESSES = 6


def test_the_shortest_way_is_six_presses_and_one_field(site: Site, reporter: Reporter) -> None:
    """Of somebody who answers nothing that need not be answered."""
    presses = []

    def press(step: str, selector: str) -> None:
        reporter.at(step)
        reporter.browser.click(f'#stage >>> section[data-step="{step}"] {selector}')
        presses.append(step)

    reporter.visit(site.address("nl"))
    press("start", "[data-part=write]")
    press("topic", ".option:last-child")
    press("about", "form button.main")
    press("readers", "form button.main")
    reporter.at("write")
    reporter.browser.type("#stage >>> #story", "Meer niet.")
    press("write", "form button.main")
    press("review", "form button.main")
    reporter.at("sent")
    assert len(presses) <= MOST_PRESSES
    assert len(reporter.part("sent", "code")) == CODE_LENGTH


def test_back_and_forth_loses_no_word(site: Site, reporter: Reporter) -> None:
    reporter.visit(site.address("nl"))
    reporter.choose("anders")
    reporter.fill("about", "Een leverancier.")
    reporter.tick("about", BOARD_2)
    reporter.press("about")
    reporter.at("readers")
    reporter.tick("readers", BOARD_1)
    reporter.press("readers")
    reporter.at("write")
    reporter.fill("write", "Het verhaal.")
    for part in ("questions", "naming"):
        reporter.open_wish(part)
    reporter.browser.type("#stage >>> .asked textarea", "Op vrijdag.")
    reporter.browser.type("#stage >>> #identity", "Ik ben een voorbeeld.")
    for step in ("write", "readers", "about", "topic"):
        reporter.at(step)
        reporter.press(step, "back")
    reporter.at("start")
    reporter.choose("anders")
    assert reporter.browser.value("#stage >>> #others") == "Een leverancier."
    assert reporter.boxes("about")[BOARD_2] is True
    reporter.press("about")
    reporter.at("readers")
    assert reporter.boxes("readers") == {SECRETARIS: True, BOARD_1: True}
    reporter.press("readers")
    reporter.at("write")
    shown = [reporter.browser.value(f"#stage >>> {field}") for field in ("#story", ".asked textarea", "#identity")]
    assert shown == ["Het verhaal.", "Op vrijdag.", "Ik ben een voorbeeld."]
