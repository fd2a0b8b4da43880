"""The inbox: what a recipient reads there, and who receives which part of a case."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.errors import NetworkError
from keys.wire.canonical import b64
from keys.wire.messages import Consent, Form, Identity, Joined, Note, Opened, Request, Revealed, SteppedBack
from tests.keys.office import POLICY
from tests.keys.window import Window, words
from tests.policies import shipped

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


def test_a_case_shows_whom_it_is_about_before_anything_else(office: Office, window: Window) -> None:
    office.report(STORY, [OUT], people=frozenset([office.person(OUT)]), topic="fraude")
    [link] = window.open().cases().values()
    page = window.read(link)
    assert "this is about Bestuurslid 2 (bestuur)" in page
    assert "magazijn" not in page
    assert "Fraud" not in page
    window.post(f"{link}/open")
    assert "Er ging iets mis &lt;b&gt;in&lt;/b&gt; het magazijn.\nEn nog iets." in window.get(link).text
    window.lock()
    assert only(office).opened_by == {office.person("Secretaris")}


def test_opening_is_on_the_disk_before_a_word_is_shown_and_needs_no_network(office: Office, window: Window) -> None:
    office.report(STORY)
    [link] = window.open().cases().values()

    def cut(path: str, answer: bytes) -> bytes:
        raise NetworkError

    office.meddle = cut
    assert window.post(f"{link}/open").status_code == 303
    with window.holder.use() as session:
        assert Opened.KIND in [one.message.head.kind for one in session.recipient.vault.outbox.all()]
    assert "magazijn" in window.read(link)


def test_a_person_too_near_hands_over_and_the_case_is_closed_to_them(office: Office, window: Window) -> None:
    office.report(STORY, [OUT], [office.attachment("foto.jpg", b"inhoud")])
    [link] = window.open().cases().values()
    done = window.act(link, "step-back", text="We zijn familie.")
    assert done.status_code == 303, words(done)
    page = window.read(link)
    assert "You have stepped back from this case" in page
    assert "magazijn" not in page
    for act, given in (
        ("reply", {"kind": "answer", "text": "Toch."}),
        ("note", {"text": "Toch."}),
        ("identity", {"text": "Toch."}),
        ("save", {}),
        ("export", {"what": "case", "format": ".html", "text": "Toch."}),
        ("open", {}),
    ):
        refused = window.post(f"{link}/{act}", given)
        assert refused.status_code == 400, act
        assert "magazijn" not in refused.text
    assert not window.holder.downloads.exists()
    assert window.post("search", {"query": "magazijn"}).text.count('scope="row"') == 0
    window.lock()
    case = only(office)
    assert [message.text for message in case.dossier] == ["We zijn familie."]
    assert case.latest(SteppedBack).person == office.person("Secretaris")
    assert not case.opened_by


def test_a_reply_of_each_kind_reaches_the_reporter_when_the_inbox_is_locked(office: Office, window: Window) -> None:
    receipt = office.report(STORY)
    link = window.open().case()
    replies = ("acknowledgement", "question", "answer", "minutes", "feedback")
    for kind in replies:
        done = window.act(link, "reply", kind=kind, text=f"Tekst {kind}\r\nregel twee\r\n")
        assert done.status_code == 303, words(done)
    assert "goes out when you lock" in window.read(link)
    assert len(office.thread(receipt).case.thread) == 1
    assert "Messages that wait: 6." in window.read("")
    window.lock()
    assert "Everything that you wrote was sent." in window.read("")
    thread = office.thread(receipt).case.thread
    assert [(message.kind, message.text) for message in thread[2:]] == [
        (kind, f"Tekst {kind}\nregel twee") for kind in replies
    ]
    window.unlock()
    assert "waits for the reporter" in window.read("")


def test_consent_is_asked_and_its_answer_shown(office: Office, window: Window) -> None:
    receipt = office.report(STORY, [OUT])
    link = window.open().case()
    asked = {"to": "het bestuur", "what": "De melding.", "text": "Om te handelen.", "people": name(office, OUT)}
    assert window.act(link, "ask", **asked).status_code == 303
    window.post("outbox/send")
    request = office.thread(receipt).case.latest(Request)
    assert request.body.people == (office.person(OUT),)
    office.say(receipt, Consent(answer="yes", people=(office.person(OUT),), request=request.id))
    window.sync()
    assert "yes, I agree" in window.read(link)
    window.lock()
    assert only(office, OUT).readers >= {office.person(OUT)}


def test_the_dossier_is_written_and_reaches_the_others(office: Office, window: Window) -> None:
    office.publish_roster([*office.cards], replace(POLICY, forms=shipped().forms))
    office.report(STORY, topic="anders")
    link = window.open().case()
    own, board = name(office, "Secretaris"), name(office, "Bestuurslid 1")
    for act, given in (
        ("note", {"text": "Eerst bellen."}),
        ("assign", {"people": [own, board]}),
        ("category", {"category": "fraude"}),
        ("form", {"form": "triage", "field-kans": "hoog", "field-toelichting": "Vaker."}),
        ("inform", {"people": [board], "day": "2026-03-02", "how": "Gesprek", "by": "Ik", "text": "De aard."}),
    ):
        done = window.act(link, act, **given)
        assert done.status_code == 303, words(done)
    page = window.read(link)
    for text in ("Eerst bellen.", "How likely is it?: High", "Bestuurslid 1 (bestuur), 2026-03-02", "How: Gesprek"):
        assert text in page
    window.lock()
    case = only(office)
    assert [message.kind for message in case.dossier] == ["note", "assigned", "category", "form", "informed"]
    assert case.latest(Form).body.answers == {"kans": "hoog", "toelichting": "Vaker."}


def test_the_reporters_name_is_shown_once_and_with_a_recorded_purpose(office: Office, window: Window) -> None:
    receipt = office.report(STORY)
    office.say(receipt, Identity("SENTINEL Jansen"))
    link = window.open().case()
    assert "SENTINEL" not in window.get(link).text
    refused = window.act(link, "identity", text="")
    assert refused.status_code == 400
    assert "SENTINEL" not in refused.text
    form = window.form(link, text="Om te bellen.")
    assert "SENTINEL Jansen" in window.post(f"{link}/identity", form).text
    again = window.post(f"{link}/identity", form)
    assert again.status_code == 303
    assert "SENTINEL" not in window.get(link).text
    assert "SENTINEL" not in window.post("search", {"query": "SENTINEL"}).text.replace('value="SENTINEL"', "")
    window.lock()
    case = only(office)
    assert [message.text for message in case.dossier if isinstance(message.body, Revealed)] == ["Om te bellen."]


def test_files_are_saved_on_purpose_and_never_opened(office: Office, window: Window) -> None:
    office.report(STORY, attachments=[office.attachment("../foto\u202egpj.exe", b"inhoud")])
    link = window.open().case()
    assert "not saved yet" in window.read(link)
    assert "\u202e" not in window.get(link).text
    folder = office.folder / "Downloads"
    assert not folder.exists()
    folder.mkdir()
    done = window.act(link, "save")
    assert done.status_code == 303, words(done)
    [place] = folder.iterdir()
    assert place.stat().st_mode & 0o777 == 0o700
    [file] = place.iterdir()
    assert file.read_bytes() == b"inhoud"
    assert file.stat().st_mode & 0o777 == 0o600
    assert str(file) in window.read(link)
    assert window.act(link, "save").status_code == 303
    assert "Everything was saved before." in window.read(link)


def test_a_newcomer_is_let_in_after_the_page_said_whom_the_report_is_about(office: Office, window: Window) -> None:
    office.report(STORY, people=frozenset([office.person(OUT)]), without=[OUT])
    office.add("Nieuw lid", "bestuur")
    link = window.open().case()
    asked = window.act(link, "hand-over", people=name(office, "Nieuw lid"), text="Ze neemt het over.")
    assert asked.status_code == 200
    assert "The reporter could not leave these people out" in words(asked)
    assert "The report is about: Bestuurslid 2 (bestuur)" in words(asked)
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', asked.text))
    assert window.post(f"{link}/hand-over", fields | {"confirmed": "yes"}).status_code == 303
    window.lock()
    case = only(office, "Nieuw lid")
    assert case.latest(Joined).body.people == (office.person("Nieuw lid"),)
    assert case.latest(Note).text == "Ze neemt het over."


def test_messages_say_what_waits_and_who_has_not_read_them(office: Office, window: Window) -> None:
    receipt = office.report(STORY)
    link = window.open().case()
    window.act(link, "reply", kind="question", text="Waar was dat?")
    window.post("outbox/send")
    office.answer(receipt, "In het magazijn.")
    window.sync()
    page = window.read(link)
    assert "It waits for an answer." in page
    assert "Not known to have been read by anybody yet." in page
    assert "Not known to have been read by: Bestuurslid 1 (bestuur), Bestuurslid 2 (bestuur)" in page
    window.act(link, "reply", kind="answer", text="Dank je.")
    page = window.read(link)
    assert "It waits for an answer." not in page
    assert "Not sent yet." in page


def test_a_reply_begins_with_a_text_of_the_policy_and_the_page_says_in_which_language(
    office: Office, window: Window
) -> None:
    office.publish_roster([*office.cards], replace(POLICY, replies=shipped("nl", "en").replies))
    office.report(STORY, language="en")
    link = window.open().case()
    page = window.get(link).text
    assert "The reporter reads in: English." in page
    assert "Would you like to talk?" in page
    begun = window.get(f"{link}?begin=praten")
    assert begun.status_code == 200
    assert '<option value="question" selected>' in begun.text
    [text] = re.findall(r'<textarea id="reply-text"[^>]*>([^<]*)<', begun.text)
    assert text.startswith("Would you like to talk about it?")
    assert 'role="alert"' not in begun.text
    assert window.get(f"{link}?begin=niets").status_code == 400


def test_the_timeline_tells_conversation_and_dossier_in_order(office: Office, window: Window) -> None:
    receipt = office.report(STORY)
    link = window.open().case()
    window.act(link, "note", text="Eerst bellen.")
    window.lock()
    office.pass_days(1)
    office.answer(receipt, "Nog iets.")
    window.unlock()
    [link] = window.cases().values()
    lines = re.findall(r"<li>([^<]*) · ([^<]*) · ([^<]*)</li>", window.get(link).text)
    assert [(day, kind) for day, _, kind in lines] == [
        ("2 March 2026", "report"),
        ("2 March 2026", "has opened the report"),
        ("2 March 2026", "note (dossier)"),
        ("3 March 2026", "message"),
    ]
