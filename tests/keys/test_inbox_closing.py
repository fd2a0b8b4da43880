"""The end of a case in the inbox: closed, reopened, kept longer, destroyed by two people, and the register."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from keys.wire.canonical import b64
from keys.wire.messages import Approval, Exercise, Hold, Objection, Purge, Retention
from tests.keys.window import Window, words

if TYPE_CHECKING:
    from tests.keys.office import Office

STORY = "Er ging iets mis in het magazijn."


@pytest.fixture
def window(office: Office) -> Window:
    return Window(office)


def test_a_case_is_closed_with_its_outcome_reopened_and_is_in_the_register(office: Office, window: Window) -> None:
    receipt = office.report(STORY)
    link = window.open().case()
    text = "Er is opgetreden."
    given = {"outcome": "guidance", "measures": "Een gesprek.", "grounds": "Het klopte.", "text": text}
    late = window.act(link, "close", **given, months="20")
    assert late.status_code == 400
    assert "a reason is needed" in words(late)
    assert "Een gesprek." in late.text
    for outcome in ("iets", ""):  # nothing is preselected
        assert window.act(link, "close", **given | {"outcome": outcome}).status_code == 400
    assert window.act(link, "close", **given).status_code == 303
    assert "Last day 2 March 2027" in window.read(link)
    window.post("outbox/send")
    assert office.thread(receipt).case.thread[-1].text == text
    assert window.act(link, "reopen", text="Er is meer.").status_code == 303
    page = window.read(link)
    assert "State waits for" in page
    assert "none while it is open" in page
    again = window.get(link).text
    assert '<option value="guidance" selected>' in again, "closing it again is one step"
    assert ">Een gesprek.</textarea>" in again
    assert ">Het klopte.</textarea>" in again
    register = window.read("register")
    assert "Er is meer." in register
    assert "guidance or control" in register
    assert "magazijn" not in register


def test_a_closing_that_crosses_with_a_word_of_the_reporter_is_not_written(office: Office, window: Window) -> None:
    receipt = office.report(STORY)
    link = window.open().case()
    form = window.form(link, outcome="none", text="Klaar.")
    office.answer(receipt, "Er is nog iets!")
    grown = window.post(f"{link}/close", form)
    assert grown.status_code == 400
    assert "Something has come since you began to write." in words(grown)
    assert "Klaar." in grown.text
    window.lock()
    [case] = office.read("Bestuurslid 1")
    assert not case.is_closed


def test_two_let_a_case_be_destroyed_and_the_first_page_says_when(office: Office, window: Window) -> None:
    office.report(STORY)
    link = window.open().case()
    assert window.act(link, "ask-purge", text="De melder heeft erom gevraagd.").status_code == 303
    assert "asks for your approval" not in window.read(link)
    window.lock()
    other = Window(office, "Bestuurslid 1").open()
    theirs = other.case()
    page = other.get(theirs).text
    assert "De melder heeft erom gevraagd." in page
    [message] = re.findall(r'id="approve">.*?name="message" value="([^"]+)"', page, re.DOTALL)
    assert other.act(theirs, "approve", message=message, text="Akkoord.").status_code == 303
    other.lock()
    window.unlock()
    first = window.read("")
    assert "Will be destroyed on this computer, at the earliest on" in first
    assert re.search(r"\d+ March 2026: [a-z]+-[a-z]+-[a-z]+", first)
    [link] = window.cases().values()
    assert "Last day 9 March 2026" in window.read(link)
    window.lock()
    office.pass_days(20)
    window.unlock()
    window.sync()
    assert window.cases() == {}
    assert "backup" in window.read("")
    assert "What stays of destroyed cases" in window.read("register")


def test_an_objection_keeps_the_case_its_day(office: Office, window: Window) -> None:
    office.report(STORY)
    link = window.open().case()
    window.act(link, "ask-purge", text="Weg ermee.")
    window.lock()
    other = Window(office, "Bestuurslid 1").open()
    theirs = other.case()
    page = other.get(theirs).text
    [message] = re.findall(r'id="approve">.*?name="message" value="([^"]+)"', page, re.DOTALL)
    assert other.act(theirs, "object", message=message, text="").status_code == 303
    assert "I object" not in other.read(theirs)
    other.lock()
    [case] = office.read("Secretaris")
    assert isinstance(case.latest(Objection).body, Objection)


def test_what_moves_the_last_day_is_offered_where_there_is_one(office: Office, window: Window) -> None:
    office.report(STORY)
    link = window.open().case()
    assert 'action="' in window.get(link).text
    for act in ("hold", "retention", "reopen", "destroy"):
        assert f"/{act}" not in window.get(link).text
    assert window.act(link, "hold", text="Te vroeg.", until="2026-03-20").status_code == 400
    window.act(link, "close", outcome="none", text="Klaar.")
    for act, given in (
        ("retention", {"months": "18", "text": "Een procedure."}),
        ("hold", {"until": "2026-03-20", "text": "De rechter vraagt het."}),
    ):
        done = window.act(link, act, **given)
        assert done.status_code == 303, words(done)
    assert window.act(link, "hold", until="morgen", text="Daarom.").status_code == 400
    assert window.act(link, "retention", months="veel", text="Daarom.").status_code == 400
    assert "Last day 2 September 2027" in window.read(link)
    window.lock()
    [case] = office.read("Bestuurslid 1")
    assert case.latest(Retention).body.months == 18
    assert case.latest(Hold).text == "De rechter vraagt het."


def test_an_exercise_needs_the_approval_of_another_and_says_so_in_the_list(office: Office, window: Window) -> None:
    office.report(STORY)
    link = window.open().case()
    assert window.act(link, "exercise", text="Brandoefening.").status_code == 303
    window.lock()
    other = Window(office, "Bestuurslid 1").open()
    theirs = other.case()
    [message] = re.findall(r'id="approve">.*?name="message" value="([^"]+)"', other.get(theirs).text, re.DOTALL)
    assert other.act(theirs, "approve", message=message).status_code == 303
    assert "exercise" in other.read("")
    other.lock()
    [case] = office.read("Secretaris")
    assert case.is_exercise
    assert {type(one.body) for one in case.dossier} == {Exercise, Approval}


def test_a_copy_is_destroyed_by_hand_only_after_the_last_day(office: Office, window: Window) -> None:
    office.report(STORY)
    link = window.open().case()
    window.act(link, "close", outcome="none", text="Klaar.")
    early = window.act(link, "destroy")
    assert early.status_code == 400
    window.lock()
    office.refuse = lambda path: (503, b"")  # no sync destroys it
    office.pass_days(370)
    window.unlock()
    link = next(iter(window.cases().values()))
    assert "Destroy your own copy now" in window.read(link)
    done = window.act(link, "destroy")
    assert done.status_code == 303
    assert done.headers["Location"] == window.home
    assert "is destroyed on this computer" in window.read("")
    assert window.cases() == {}


def test_only_another_person_is_asked_to_approve(office: Office, window: Window) -> None:
    office.report(STORY)
    link = window.open().case()
    window.act(link, "ask-purge", text="Weg ermee.")
    with window.holder.use() as session:
        [case] = session.recipient.cases()
    purge = case.latest(Purge)
    refused = window.act(link, "approve", message=b64(purge.id))
    assert refused.status_code == 400
