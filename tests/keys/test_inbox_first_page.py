"""The first page lists what its reader must know and decide: the outbox, messages put aside, a log that differs."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.sync.notices import NoticeKind
from keys.wording.outbox import SEND_NOW
from tests.keys.bundles import post_spoilt
from tests.keys.log_writer import LogWriter
from tests.keys.test_differing_log import Backup
from tests.keys.window import Window, words
from tests.policies import SMALL

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.office import Office

OUT = "Bestuurslid 2"


@pytest.fixture
def window(office: Office) -> Window:
    return Window(office)


def kinds_told(window: Window) -> list[NoticeKind]:
    """Return the notices of the inbox's owner on the first page."""
    with window.holder.use() as session:
        return [notice.kind for notice in session.recipient.notices()]


def hidden(page: str, form: str) -> dict[str, str]:
    """Return the hidden fields of a form, found by the end of its action."""
    [body] = re.findall(rf'action="[^"]+/{form}"[^>]*>(.*?)</form>', page, re.DOTALL)
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', body))


def test_what_waits_can_be_sent_now_by_a_button_that_says_what_a_colleague_can_see_of_it(
    office: Office, window: Window
) -> None:
    receipt = office.report("Er ging iets mis.", [OUT])
    link = window.open().case()
    window.act(link, "reply", kind="question", text="Waar was dat?")
    page = window.read("outbox")
    assert SEND_NOW in page
    assert "question" in page
    assert "Waar was dat?" not in page
    assert window.post("outbox/send").status_code == 303
    assert office.thread(receipt).case.thread[-1].text == "Waar was dat?"
    assert "Sent: messages 2" in window.read("outbox")
    assert "question" not in window.read("outbox")
    assert "Messages that wait" not in window.read("")


def test_what_was_put_aside_is_named_first_and_sent_or_dropped_as_its_owner_decides(
    office: Office, window: Window
) -> None:
    office.report("Er ging iets mis.")
    link = window.open().case()
    for text in ("Eén.", "Twee."):
        window.act(link, "note", text=text)
    office.refuse = lambda path: (413, b'{"error":"too-large"}') if path == "/envelopes" else None
    window.post("outbox/send")
    office.refuse = lambda path: None
    first = window.get("")
    assert "Look at it, and decide" in words(first)
    page = window.get("outbox")
    assert "Put aside: decide what becomes of it" in words(page)
    macs = re.findall(r'name="message" value="([^"]+)"', page.text)
    assert len(macs) == 3
    assert window.post("outbox/decide", {"message": macs[2], "decision": "drop"}).status_code == 303
    assert window.post("outbox/decide", {"message": macs[2], "decision": "drop"}).status_code == 303  # sent twice
    assert window.post("outbox/decide", {"message": macs[0], "decision": "send"}).status_code == 303
    assert window.post("outbox/decide", {"message": macs[0], "decision": "burn"}).status_code == 400
    assert "decide" not in window.read("")
    window.lock()
    [case] = office.read("Bestuurslid 1")
    assert [message.text for message in case.dossier] == ["Eén."]


def test_a_log_that_differs_is_named_first_and_accepted_after_two_questions(
    office: Office, window: Window, tmp_path: Path
) -> None:
    office.report("Er ging iets mis.")
    window.open()
    [number] = window.cases()
    window.lock()
    backup = Backup(office, LogWriter(office, tmp_path))
    receipt = office.report("Een ander.")
    window.unlock()
    assert len(window.cases()) == 2
    window.lock()
    backup.restore()
    window.unlock()
    assert NoticeKind.DIFFERS in kinds_told(window)
    assert "Look at it, and decide" in window.read("")
    page = window.get("log")
    text = words(page)
    gone = int(re.findall(r"Entries that are gone: (\d+)\.", text)[0])
    assert gone >= 1
    assert "The first of them came on 2 March 2026." in text
    [other] = set(window.cases()) - {number}
    assert other in text
    [spoken] = re.findall(r'class="code"[^>]*>([^<]+)<', page.text)
    assert len(spoken.split()) == 6
    form = hidden(page.text, "accept")
    assert window.post("log/accept", form).status_code == 400
    ticked = form | {"operator": "yes", "compared": "yes"}
    assert window.post("log/accept", ticked | {"log": "0.x"}).status_code == 400
    sure = window.post("log/accept", ticked)
    assert "Are you sure?" in words(sure)
    assert NoticeKind.DIFFERS in kinds_told(window)
    assert window.post("log/accept", hidden(sure.text, "accept")).status_code == 303
    assert "This log counts from now on." in window.read("")
    window.sync()
    assert NoticeKind.DIFFERS not in kinds_told(window)
    assert "It does not differ any more" in window.read("log")
    assert len(window.cases()) == 2
    assert office.thread(receipt).case is not None  # the report was posted again


def test_an_alarm_about_entries_goes_when_its_owner_has_read_it_and_never_with_one_that_came_since(
    office: Office, window: Window
) -> None:
    post_spoilt(office)
    window.open()
    form = hidden(window.get("").text, "log/seen")
    assert form["count"] == "1"
    post_spoilt(office)
    window.sync()
    assert window.post("log/seen", form).status_code == 303
    assert kinds_told(window) == [NoticeKind.FAULTY]
    form = hidden(window.get("").text, "log/seen")
    assert form["count"] == "2"
    assert window.post("log/seen", form).status_code == 303
    assert kinds_told(window) == []
    assert "ALARM" not in window.read("")


def test_a_restored_server_gets_the_newest_roster_back_by_a_button(
    office: Office, window: Window, tmp_path: Path
) -> None:
    window.open()
    window.lock()
    backup = Backup(office, LogWriter(office, tmp_path))
    office.publish_roster([*office.cards], replace(SMALL, work=4, outside=(), version=2))
    window.unlock()
    window.sync()
    window.lock()
    backup.restore()
    window.unlock()
    assert "`meldbus log give-chain`" in window.read("")
    assert window.post("log/chain").status_code == 303
    assert "`meldbus log give-chain`" not in window.read("")
