"""How a case ends in the inbox: closed, reopened, destroyed by two, and what the register shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.keys.test_purge import forced
from tests.keys.window import Window, words

if TYPE_CHECKING:
    from tests.keys.office import Office

STORY = "Er ging iets mis in het magazijn."


@pytest.fixture
def window(office: Office) -> Window:
    return Window(office)


def test_a_case_is_closed_with_its_outcome_reopened_and_stands_in_the_register(office: Office, window: Window) -> None:
    receipt = office.report(STORY)
    link = window.open().case()
    text = "Er is opgetreden."
    given = {"outcome": "guidance", "measures": "Een gesprek.", "grounds": "Het klopte.", "text": text}
    late = window.post(f"{link}/close", given | {"until": "2028-01-01"})
    assert late.status_code == 400
    assert "there has to be a reason" in words(late)
    assert "Een gesprek." in late.text
    for outcome in ("iets", ""):  # nothing is chosen beforehand
        assert window.post(f"{link}/close", given | {"outcome": outcome}).status_code == 400
    assert window.post(f"{link}/close", given).status_code == 303
    page = window.read(link)
    assert "Kept up to and with 2 March 2027." in page
    case, _ = office.thread(receipt)
    assert case.said[-1].text == text
    assert window.post(f"{link}/reopen", {"text": "Er is meer."}).status_code == 303
    assert "Where it stands waits for us" in window.read(link)
    register = window.read("register")
    assert case.number in register
    assert "Er is meer." in register
    assert "guidance or control" in register
    assert "magazijn" not in register


def test_two_destroy_a_case_in_the_inbox_and_what_stays_is_shown(office: Office, window: Window) -> None:
    office.report(STORY)
    link = window.open().case()
    assert window.post(f"{link}/purge").status_code == 400
    assert window.post(f"{link}/ask-purge", {"text": "De melder heeft erom gevraagd."}).status_code == 303
    assert "Somebody asks for your approval" not in window.read(link)
    [(case, _)] = office.read("Bestuurslid 2")
    number = case.number
    other = Window(office, "Bestuurslid 1").open()
    theirs = other.case()
    page = other.get(theirs).text
    [message] = re.findall(r'name="message" value="([^"]+)"', page)
    assert "De melder heeft erom gevraagd." in page
    assert other.post(f"{theirs}/approve", {"message": message, "text": "Akkoord."}).status_code == 303
    other.keep.lock()
    window.fetch()
    done = window.post(f"{link}/purge")
    assert (done.status_code, done.headers["Location"]) == (303, window.home)
    first = window.read("")
    assert "From 3 April 2027 on nothing can open it" in first
    assert "A case was destroyed: `meldbus backup FILE` now" in first
    assert window.cases() == {}
    assert window.get(link).status_code == 404
    register = window.read("register")
    assert number in register
    assert "2027-04-03" in register


def test_a_tombstone_that_nothing_allows_is_an_alarm_in_the_register(office: Office, window: Window) -> None:
    office.report(STORY)
    forced(office, "Bestuurslid 1")
    assert len(window.open().cases()) == 1
    assert "2 March 2026: ALARM: somebody told the tools to destroy a case" in window.read("register")
