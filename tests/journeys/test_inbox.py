"""A case from its report to its closing text, handled by secretaris and board in real browsers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from keys.inbox import IDLE_SECONDS
from keys.wire import kinds
from tests.journeys.inbox import BOARD_1, BOARD_2, SECRETARIS, inbox, inbox_at, open_office
from tests.journeys.reporter import Reporter
from tests.journeys.test_access import faults

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.browser import Browser
    from tests.keys.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return open_office(tmp_path)


def test_a_case_is_handled_from_report_to_closing_text(office: Office, browser: Browser) -> None:
    receipt = office.report("Er wordt gesjoemeld met uren.", topic="fraude", others="De chef.")
    with inbox(office, SECRETARIS, browser) as secretaris:
        [number] = secretaris.numbers()
        secretaris.browser.click("#rows th a")
        secretaris.browser.wait_until("document.querySelector('.concerned') !== null")
        assert "De chef." in secretaris.words()
        assert "gesjoemeld" not in secretaris.words()
        secretaris.open_case()
        assert "Er wordt gesjoemeld met uren." in secretaris.words()
        secretaris.act("reply", kind="acknowledgement", text="Dank je wel, we hebben het.")
        secretaris.act("reply", kind="question", text="Sinds wanneer?")
        secretaris.act("note", text="Eerst de roosters bekijken.")
        secretaris.check_detriment()
        office.pass_days(2)
        office.answer(receipt, "Sinds september.")
        secretaris.fetch()
        assert "waits for us" in secretaris.words()
        office.pass_days(100)  # past the day of the feedback
        secretaris.browser.goto(secretaris.home)
        assert "OVERDUE since 3 June 2026" in secretaris.words()
    with inbox(office, BOARD_1, browser) as board:
        board.open_case(number)
        assert "Eerst de roosters bekijken." in board.words()
        assert "Sinds september." in board.words()
        board.browser.evaluate("document.querySelector('form[action$=inform]').closest('details').open = true")
        board.browser.click("form[action$=inform] fieldset p:first-of-type input")
        board.browser.evaluate("document.querySelector('#inform-day').value = '2026-06-12'")
        board.act("inform", how="In een overleg", by="Secretaris", text="Dag en aard.")
        assert "tell the board" not in board.browser.text("aside dl")
    with inbox(office, SECRETARIS, browser) as secretaris:
        secretaris.open_case()
        secretaris.act("reply", kind="feedback", text="De uren zijn teruggevorderd, want ze klopten niet.")
        secretaris.act("close", outcome="order", text="Gegrond. Er zijn maatregelen genomen.")
        assert "closed" in secretaris.browser.text("aside dl")
    case, alarms = office.thread(receipt)
    assert alarms == ()
    assert [said.kind for said in case.said] == [
        "report",
        "opened",
        "acknowledgement",
        "question",
        "answer",
        "opened",
        "feedback",
        "closed",
    ]
    [(seen, _)] = office.read(BOARD_2)
    assert [said.kind for said in seen.dossier.said][-3:] == ["informed", "outcome", "retention"]


def test_who_is_too_near_hands_it_over_in_a_browser(office: Office, browser: Browser) -> None:
    office.report("Over een vriend.", [BOARD_2], topic="ongewenst-gedrag")
    with inbox(office, SECRETARIS, browser) as secretaris:
        secretaris.browser.click("#rows th a")
        secretaris.browser.wait_until("document.querySelector('.concerned') !== null")
        secretaris.act("step-back", text="We zijn bevriend.")
        assert "You have stepped back from this case" in secretaris.words()
    with inbox(office, BOARD_1, browser) as board:
        board.open_case()
        assert "We zijn bevriend." in board.words()
        assert "Over een vriend." in board.words()


def test_the_list_is_searched_while_somebody_types(office: Office, browser: Browser) -> None:
    for what in ("hout", "glas", "staal"):
        office.report(f"Een melding over {what}.", topic="anders")
    with inbox(office, SECRETARIS, browser) as secretaris:
        assert len(secretaris.numbers()) == 3
        secretaris.browser.type("#query", "Staal")
        secretaris.browser.wait_until("document.querySelectorAll('#rows tbody tr').length === 1")
        secretaris.search("Staal")
        assert secretaris.browser.value("#query") == "Staal"
        assert "staal" not in secretaris.browser.url.lower()
        assert len(secretaris.numbers()) == 1
        assert secretaris.browser.console() == []


def test_every_page_of_the_inbox_is_for_everybody(office: Office, chromium: Browser) -> None:
    receipt = office.report("Er wordt gesjoemeld.", topic="fraude", attachments=[office.attachment("foto.jpg", b"x")])
    office.say(receipt, kinds.Identity("Voorbeeld"))
    office.report("Een ander.\n" * 400, [BOARD_2], topic="anders")
    found = {}
    reporter = Reporter(chromium)
    with inbox(office, SECRETARIS, chromium) as secretaris:
        browser = secretaris.browser
        found["list"] = faults(reporter)
        browser.click("#rows th a")
        browser.wait_until("document.querySelector('.concerned') !== null")
        open_all(browser)
        found["concerned"] = faults(reporter)
        for number in secretaris.numbers_of_all():
            secretaris.open_case(number)
            open_all(browser)
            found[f"case {number}"] = faults(reporter)
        secretaris.open_form("form[action$='/note']")
        browser.click("form[action$='/note'] button")
        browser.wait_until("document.querySelector('[role=alert]') !== null")
        open_all(browser)
        found["case with a mistake"] = faults(reporter)
        browser.goto(f"{secretaris.home}help")
        found["help"] = faults(reporter)
        for page in ("register", "register/overview", "register/enter"):
            browser.goto(f"{secretaris.home}{page}")
            open_all(browser)
            found[page] = faults(reporter)
        browser.type("#told-text", "Iemand belde.")
        browser.click("main form button.main")
        # Nothing was chosen beforehand: a topic decides who gets it.
        browser.wait_until("document.activeElement.id === 'told-way'")
        browser.select("#told-way", "phone")
        browser.select("#told-topic", "ongewenst-gedrag")
        browser.click("main form button.main")
        browser.wait_until("document.querySelector('.code') !== null")
        found["code"] = faults(reporter)
        browser.click("main form button")
        browser.wait_until("document.querySelector('#rows') !== null")
        browser.goto(f"{secretaris.home}nowhere")
        found["missing"] = faults(reporter)
        secretaris.open_case(number)  # not the one that was told, which nobody else can read
        secretaris.act("step-back", text="Toch te dichtbij.")
        found["stepped back"] = faults(reporter)
        browser.click("header form[action$=lock] button")
        browser.wait_until("document.querySelector('#passphrase') !== null")
        found["locked"] = faults(reporter)
        browser.type("#passphrase", "verkeerd")
        browser.click("main form button")
        browser.wait_until("document.querySelector('[role=alert]') !== null")
        found["wrong passphrase"] = faults(reporter)
        browser.goto(f"{secretaris.serving.gate.origin}/enter/x")
        found["refused"] = faults(reporter)
    assert {page: wrong for page, wrong in found.items() if wrong} == {}
    assert len(found) == 15


def open_all(browser: Browser) -> None:
    browser.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def test_the_keyboard_alone_reads_and_answers(office: Office, browser: Browser) -> None:
    receipt = office.report("Met het toetsenbord.", topic="anders")
    with inbox(office, SECRETARIS, browser) as secretaris:
        tab_to(browser, "document.activeElement.closest('#rows th')")
        browser.press("Enter")
        browser.wait_until("document.querySelector('.concerned') !== null")
        tab_to(browser, "document.activeElement.closest('form[action$=open]')")
        browser.press("Enter")
        browser.wait_until("document.querySelector('.talk') !== null")
        tab_to(browser, "document.activeElement.closest('#reply > summary')")
        browser.press("Enter")
        tab_to(browser, "document.activeElement.id === 'reply-text'")
        browser.type("#reply-text", "Getypt.")
        tab_to(browser, "document.activeElement.matches('form[action$=reply] button')")
        browser.evaluate("document.body.dataset.before = 'yes'")
        browser.press("Enter")
        secretaris.answered()
        assert "Getypt." in secretaris.words()
    case, _ = office.thread(receipt)
    assert case.said[-1].text == "Getypt."


def tab_to(browser: Browser, is_there: str) -> None:
    """Press Tab until the focus is there; each thing on the way shows that it has it, and the header covers none."""
    browser.wait_until("document.readyState === 'complete'")  # a key pressed before that moves nothing
    for _ in range(60):
        browser.press("Tab")
        assert browser.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'")
        assert browser.evaluate(
            "document.activeElement.closest('header') !== null || document.activeElement.matches('.skip') || "
            "document.activeElement.getBoundingClientRect().bottom > document.querySelector('header').offsetHeight"
        )
        if browser.evaluate(f"Boolean({is_there})"):
            return
    raise AssertionError(is_there)


def test_a_long_answer_is_typed_without_being_locked_out(office: Office, chromium: Browser) -> None:
    office.report("Een melding.", topic="anders")
    passed = [0.0]
    home = office.folder / SECRETARIS
    with inbox_at(
        home, chromium, lambda: office.now, lambda _server: office.courier(), lambda: passed[0]
    ) as secretaris:
        secretaris.open_case()
        secretaris.open_form("#reply form")
        for word in ("Een lang ", "antwoord."):
            passed[0] += IDLE_SECONDS - 1
            chromium.type("#reply-text", word)
            until = time.monotonic() + 60
            while secretaris.serving.keep._used < passed[0]:
                assert time.monotonic() < until
                time.sleep(0.2)
        assert chromium.value("#reply-text") == "Een lang antwoord."
        passed[0] += IDLE_SECONDS
        chromium.wait_until("document.querySelector('#passphrase') !== null")


def test_when_it_is_locked_elsewhere_the_page_empties_itself(office: Office, browser: Browser) -> None:
    office.report("SENTINEL op het scherm.", topic="anders")
    with inbox(office, SECRETARIS, browser) as secretaris:
        secretaris.open_case()
        assert "SENTINEL" in secretaris.words()
        secretaris.serving.keep.lock()
        browser.wait_until("document.querySelector('#passphrase') !== null")
        assert "SENTINEL" not in browser.html


def test_when_the_program_ends_the_page_empties_itself(office: Office, chromium: Browser) -> None:
    office.report("SENTINEL op het scherm.", topic="anders")
    with inbox(office, SECRETARIS, chromium) as secretaris:
        secretaris.open_case()
        secretaris.serving.close()
        until = time.monotonic() + 60
        while "SENTINEL" in chromium.html:
            assert time.monotonic() < until
            time.sleep(0.2)
