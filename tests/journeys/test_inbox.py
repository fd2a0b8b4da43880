"""A case from its report to its closing text, handled by secretaris and board in real browsers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from keys.inbox import IDLE_SECONDS
from keys.wire.messages import Identity
from tests.journeys.faults import faults
from tests.journeys.inbox import BOARD_1, BOARD_2, SECRETARIS, inbox, inbox_at, open_office

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
        secretaris.send_now()
        office.pass_days(2)
        office.answer(receipt, "Sinds september.")
        secretaris.sync()
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
        assert "tell the board" not in board.browser.text(".facts dl")
    with inbox(office, SECRETARIS, browser) as secretaris:
        secretaris.open_case()
        secretaris.act("reply", kind="feedback", text="De uren zijn teruggevorderd, want ze klopten niet.")
        secretaris.act("close", outcome="order", text="Gegrond. Er zijn maatregelen genomen.")
        assert "closed" in secretaris.browser.text(".facts dl")
    thread = office.thread(receipt)
    assert thread.alarms == ()
    assert [message.kind for message in thread.case.thread] == [
        "report",
        "opened",
        "acknowledgement",
        "question",
        "answer",
        "opened",
        "feedback",
        "closed",
    ]
    [seen] = office.read(BOARD_2)
    assert [message.kind for message in seen.dossier][-2:] == ["informed", "outcome"]


def test_somebody_too_near_hands_it_over_in_a_browser(office: Office, browser: Browser) -> None:
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
        for words, count in (("e", 3), ("Staal", 1), ("zzzz", 0), ("glas", 1)):  # a page answers more than once
            secretaris.browser.evaluate("document.querySelector('#query').value = ''")
            secretaris.browser.type("#query", words)
            secretaris.browser.wait_until(f"document.querySelectorAll('#rows tbody tr').length === {count}")
        secretaris.search("Staal")
        assert secretaris.browser.value("#query") == "Staal"
        assert "staal" not in secretaris.browser.url.lower()
        assert len(secretaris.numbers()) == 1
        assert secretaris.browser.console() == []


def test_every_page_of_the_inbox_is_for_everybody(office: Office, chromium: Browser) -> None:
    receipt = office.report("Er wordt gesjoemeld.", topic="fraude", attachments=[office.attachment("foto.jpg", b"x")])
    office.say(receipt, Identity("Voorbeeld"))
    office.report("Een ander.\n" * 400, [BOARD_2], topic="anders")
    found = {}
    with inbox(office, SECRETARIS, chromium) as secretaris:
        browser = secretaris.browser
        found["list"] = faults(browser)
        browser.click("#rows th a")
        browser.wait_until("document.querySelector('.concerned') !== null")
        open_all(browser)
        found["concerned"] = faults(browser)
        for number in secretaris.numbers_of_all():
            secretaris.open_case(number)
            open_all(browser)
            found[f"case {number}"] = faults(browser)
        secretaris.open_form("form[action$='/note']")
        browser.click("form[action$='/note'] button")
        browser.wait_until("document.querySelector('[role=alert]') !== null")
        open_all(browser)
        found["case with a mistake"] = faults(browser)
        browser.goto(f"{secretaris.home}help")
        found["help"] = faults(browser)
        for page in ("outbox", "log", "register/last-words", "register", "register/overview", "register/enter"):
            browser.goto(f"{secretaris.home}{page}")
            open_all(browser)
            found[page] = faults(browser)
        browser.type("#told-text", "Iemand belde.")
        browser.click("main form button.main")
        # Nothing was chosen beforehand: a topic decides who gets it.
        browser.wait_until("document.activeElement.id === 'told-way'")
        browser.select("#told-way", "phone")
        browser.select("#told-topic", "ongewenst-gedrag")
        browser.click("main form button.main")
        browser.wait_until("document.querySelector('.code') !== null")
        found["code"] = faults(browser)
        browser.click("main form button")
        browser.wait_until("document.querySelector('#rows') !== null")
        browser.goto(f"{secretaris.home}nowhere")
        found["missing"] = faults(browser)
        secretaris.open_case(number)  # not the one that was told, which nobody else can read
        secretaris.act("step-back", text="Toch te dichtbij.")
        found["stepped back"] = faults(browser)
        browser.click("header form[action$=lock] button")
        browser.wait_until("document.querySelector('#passphrase') !== null")
        found["locked"] = faults(browser)
        browser.type("#passphrase", "verkeerd")
        browser.click("main form button")
        browser.wait_until("document.querySelector('[role=alert]') !== null")
        found["wrong passphrase"] = faults(browser)
        browser.goto(f"{secretaris.serving.auth.origin}/enter/x")
        found["refused"] = faults(browser)
    assert {page: wrong for page, wrong in found.items() if wrong} == {}
    assert len(found) == 18


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
    assert office.thread(receipt).case.thread[-1].text == "Getypt."


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
            while secretaris.serving.holder._used < passed[0]:
                assert time.monotonic() < until
                time.sleep(0.2)
        assert chromium.value("#reply-text") == "Een lang antwoord."
        passed[0] += IDLE_SECONDS
        chromium.wait_until("document.querySelector('#passphrase') !== null")


def test_what_was_typed_when_it_locks_is_there_after_unlocking(office: Office, browser: Browser) -> None:
    """Ten minutes without anybody, or the button itself: an hour's text was gone with the page."""
    office.report("Een melding.", topic="anders")
    with inbox(office, SECRETARIS, browser) as secretaris:
        for number, lock in enumerate(("elsewhere", "by the button")):
            secretaris.open_case()
            secretaris.open_form("form[action$='/note']")
            browser.type("#note-text", f"SENTINEL {number}")
            if lock == "elsewhere":
                secretaris.serving.holder.lock()
            else:
                browser.click("#lock button")
            browser.wait_until("document.querySelector('#passphrase') !== null")
            assert "SENTINEL" not in browser.html
            secretaris.serving.holder.wait()
            secretaris.unlock()
            secretaris.open_case()
            assert browser.value("#note-text") == f"SENTINEL {number}"
            secretaris.send("form[action$='/note'] button")
    [case] = office.read(BOARD_1)
    assert [message.text for message in case.dossier] == ["SENTINEL 0", "SENTINEL 1"]


def test_a_text_that_is_too_long_is_not_sent_and_stays(office: Office, browser: Browser) -> None:
    office.report("Een melding.", topic="anders")
    with inbox(office, SECRETARIS, browser) as secretaris:
        secretaris.open_case()
        secretaris.open_form("form[action$='/note']")
        browser.evaluate("document.querySelector('#note-text').value = 'x'.repeat(3 * 2 ** 20)")
        browser.click("form[action$='/note'] button")
        browser.wait_until("!document.querySelector('#news').hidden")
        assert "what you typed is still here" in browser.text("#news")
        assert browser.evaluate("document.querySelector('#note-text').value.length") == 3 * 2**20


def test_when_it_is_locked_elsewhere_the_page_empties_itself(office: Office, browser: Browser) -> None:
    office.report("SENTINEL op het scherm.", topic="anders")
    with inbox(office, SECRETARIS, browser) as secretaris:
        secretaris.open_case()
        assert "SENTINEL" in secretaris.words()
        secretaris.serving.holder.lock()
        browser.wait_until("document.querySelector('#passphrase') !== null")
        assert "SENTINEL" not in browser.html


def test_back_after_locking_shows_no_case(office: Office, browser: Browser) -> None:
    """Chromium kept pages for its Back button, in spite of no-store."""
    office.report("SENTINEL op het scherm.", topic="anders")
    with inbox(office, SECRETARIS, browser) as secretaris:
        secretaris.open_case()
        assert "SENTINEL" in secretaris.words()
        browser.click("header form[action$=lock] button")
        browser.wait_until("document.querySelector('#passphrase') !== null")
        pages = 0
        while browser.back():
            pages += 1
            assert "SENTINEL" not in browser.html
        assert pages >= 2  # the case, and the list from which it was opened


def test_what_came_while_somebody_wrote_is_shown_and_what_was_typed_stays(office: Office, browser: Browser) -> None:
    receipt = office.report("Een melding.", topic="anders")
    with inbox(office, SECRETARIS, browser) as secretaris:
        secretaris.open_case()
        secretaris.open_form("form[action$='/reply']")
        browser.type("#reply-text", "We zijn ermee bezig.")
        office.answer(receipt, "Ik word bedreigd!")
        browser.evaluate("document.body.dataset.before = 'yes'")
        browser.click("form[action$='/reply'] button")
        browser.wait_until("document.body?.dataset.before === undefined && document.querySelector('.new') !== null")
        assert "Ik word bedreigd!" in browser.text(".message.new")
        assert browser.value("#reply-text") == "We zijn ermee bezig."
        secretaris.send("form[action$='/reply'] button")
    assert [message.kind for message in office.thread(receipt).case.thread][-1] == "answer"


def test_when_the_program_ends_the_page_empties_itself(office: Office, chromium: Browser) -> None:
    office.report("SENTINEL op het scherm.", topic="anders")
    with inbox(office, SECRETARIS, chromium) as secretaris:
        secretaris.open_case()
        secretaris.serving.close()
        until = time.monotonic() + 60
        while "SENTINEL" in chromium.html:
            assert time.monotonic() < until
            time.sleep(0.2)
        assert "The inbox has ended. Close this tab." in chromium.html
