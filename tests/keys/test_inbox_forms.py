"""The forms of the inbox: no input is lost, nothing is written twice, and each reply refers to what its page showed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from keys.errors import NetworkError
from keys.wire.canonical import b64
from tests.keys.window import Window, words

if TYPE_CHECKING:
    from keys.cases.case import Case
    from tests.keys.office import Office

OUT = "Bestuurslid 2"
STORY = "Er ging iets mis <b>in</b> het magazijn.\nEn nog iets."


@pytest.fixture
def window(office: Office) -> Window:
    return Window(office)


def only(office: Office, who: str = "Bestuurslid 1") -> Case:
    """Return the only case as another recipient reads it, without an alarm."""
    [case] = office.read(who)
    assert case.alarms == ()
    return case


def name(office: Office, who: str) -> str:
    """Return a person's value in a form."""
    return b64(office.person(who))


def test_what_does_not_work_says_why_and_keeps_what_was_typed(office: Office, window: Window) -> None:
    office.report(STORY, [OUT])
    link = window.open().case()
    for act, given, why in (
        ("reply", {"kind": "answer", "text": ""}, "The text is missing"),
        ("reply", {"kind": "report", "text": "Een tekst."}, "The policy has no such form"),
        ("ask", {"to": "iemand", "what": "", "text": "Een reden."}, "The text is missing"),
        ("hand-over", {"people": name(office, OUT), "text": "Zomaar."}, "The reporter left this person out"),
        ("assign", {"people": name(office, OUT)}, "The reporter left this person out"),
        ("hand-over", {"text": "Aan wie?"}, "The policy has no such form"),
        ("inform", {"people": name(office, "Bestuurslid 1"), "day": "gisteren", "text": "De aard."}, "The policy has"),
        ("category", {"category": "niets:nergens"}, "The policy has no such form"),
        ("form", {"form": "niets"}, "The policy has no such form"),
        ("assign", {"people": "?"}, "This is not a valid Meldbus document"),
    ):
        failed = window.act(link, act, **given)
        assert failed.status_code == 400
        assert f"That did not work: {why}" in words(failed), words(failed)
        if act in ("reply", "ask", "inform"):
            assert all(not typed or typed in failed.text for key, typed in given.items() if key in ("text", "to"))
    assert window.post(f"{link}/nothing").status_code == 404
    window.lock()
    assert [message.kind for message in only(office).messages] == ["report", "opened"]


def test_a_form_that_was_sent_twice_writes_once(office: Office, window: Window) -> None:
    receipt = office.report(STORY)
    link = window.open().case()
    form = window.form(link, kind="answer", text="Dank je.")
    assert window.post(f"{link}/reply", form).status_code == 303
    assert window.post(f"{link}/reply", form).status_code == 303
    assert window.act(link, "reply", kind="answer", text="Dank je.").status_code == 303  # deliberately, from a new page
    window.lock()
    assert [message.text for message in office.thread(receipt).case.thread[2:]] == ["Dank je.", "Dank je."]


def test_a_form_that_failed_can_be_sent_again_from_the_same_page(office: Office, window: Window) -> None:
    receipt = office.report(STORY)
    link = window.open().case()
    form = window.form(link, kind="answer", text="Dank je.")

    def cut(path: str, answer: bytes) -> bytes:
        raise NetworkError

    office.meddle = cut
    assert window.post(f"{link}/reply", form).status_code == 400
    office.meddle = lambda _path, answer: answer
    assert window.post(f"{link}/reply", form).status_code == 303
    window.lock()
    assert [message.text for message in office.thread(receipt).case.thread[2:]] == ["Dank je."]


def test_a_reply_that_crosses_with_a_word_of_the_reporter_is_not_written_and_both_are_shown(
    office: Office, window: Window
) -> None:
    """A cry for help that arrived while somebody typed disappeared from every list."""
    receipt = office.report(STORY)
    link = window.open().case()
    form = window.form(link, kind="answer", text="We zijn ermee bezig.")
    office.answer(receipt, "Ik word bedreigd!")
    grown = window.post(f"{link}/reply", form)
    assert grown.status_code == 400
    assert "Something has come since you began to write." in words(grown)
    assert "Ik word bedreigd!" in grown.text
    assert "We zijn ermee bezig." in grown.text
    assert grown.text.count(">New</strong>") == 1
    # What the background sync has read in the meantime was on no page either.
    window.sync()
    assert window.post(f"{link}/reply", form).status_code == 400
    assert window.act(link, "reply", kind="answer", text="We zijn ermee bezig.").status_code == 303
    window.lock()
    thread = office.thread(receipt).case
    assert [message.kind for message in thread.thread] == ["report", "answer", "opened", "answer"]
    assert thread.waiting == ()


def test_a_page_from_before_locking_writes_nothing(office: Office, window: Window) -> None:
    office.report(STORY)
    link = window.open().case()
    form = window.form(link, text="Oud.")
    window.lock()
    window.unlock()
    [link] = window.cases().values()
    assert window.post(f"{link}/note", form).status_code == 400
    window.lock()
    assert only(office).dossier == ()


def test_without_a_network_what_was_typed_is_kept_and_the_list_still_opens(office: Office, window: Window) -> None:
    office.report(STORY)
    link = window.open().case()

    def cut(path: str, answer: bytes) -> bytes:
        raise NetworkError

    office.meddle = cut
    failed = window.act(link, "reply", kind="answer", text="Een lang antwoord.")
    assert failed.status_code == 400
    assert "The server cannot be reached" in words(failed)
    assert "Een lang antwoord." in failed.text
    assert window.act(link, "note", text="Zonder netwerk.").status_code == 303
    window.sync()
    assert "Nothing new could be fetched The server cannot be reached" in window.read("")
    assert len(window.cases()) == 1
    window.lock()
    assert "Not all that you wrote went out." in window.read("")
    office.meddle = lambda _path, answer: answer
    window.unlock()
    window.lock()
    assert [message.text for message in only(office).dossier] == ["Zonder netwerk."]


def test_pages_answer_while_a_sync_is_under_way(office: Office, window: Window) -> None:
    office.report(STORY)
    link = window.open().case()
    held, go_on = threading.Event(), threading.Event()

    def hold(path: str, answer: bytes) -> bytes:
        if threading.current_thread().name == "sync" and path.startswith("/log"):
            held.set()
            go_on.wait(30)
        return answer

    office.meddle = hold
    assert window.post("sync").status_code == 303
    assert held.wait(30)
    assert "Getting new messages" in window.read("")
    assert "magazijn" in window.read(link)
    go_on.set()
    window.synced()


def test_replies_while_a_sync_is_under_way_come_once_each(office: Office, window: Window) -> None:
    receipt = office.report(STORY)
    link = window.open().case()
    threads = [
        threading.Thread(target=lambda text=text: window.act(link, "note", text=text), name="note")
        for text in ("een", "twee", "drie")
    ]
    for thread in threads:
        window.post("sync")
        thread.start()
    for thread in threads:
        thread.join()
    window.synced()
    window.lock()
    case = only(office)
    assert sorted(message.text for message in case.dossier) == ["drie", "een", "twee"]
    assert office.thread(receipt).alarms == ()
