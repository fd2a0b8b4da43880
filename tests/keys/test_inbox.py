"""The inbox: what a recipient reads and does there, and that nothing typed is lost."""

from __future__ import annotations

import re
import threading
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
    """Return how a form names somebody."""
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


def test_what_does_not_work_says_why_and_keeps_what_was_typed(office: Office, window: Window) -> None:
    office.report(STORY, [OUT])
    link = window.open().case()
    for act, given, why in (
        ("reply", {"kind": "answer", "text": ""}, "A text that is needed is empty"),
        ("reply", {"kind": "report", "text": "Een tekst."}, "The policy has no such form"),
        ("ask", {"to": "iemand", "what": "", "text": "Een reden."}, "A text that is needed is empty"),
        ("hand-over", {"people": name(office, OUT), "text": "Zomaar."}, "The reporter left this person out"),
        ("assign", {"people": name(office, OUT)}, "The reporter left this person out"),
        ("hand-over", {"text": "Aan wie?"}, "The policy has no such form"),
        ("inform", {"people": name(office, "Bestuurslid 1"), "day": "gisteren", "text": "De aard."}, "The policy has"),
        ("category", {"category": "niets:nergens"}, "The policy has no such form"),
        ("form", {"form": "niets"}, "The policy has no such form"),
        ("assign", {"people": "?"}, "These bytes are not a valid Meldbus document"),
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
    assert window.act(link, "reply", kind="answer", text="Dank je.").status_code == 303  # on purpose, from a new page
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
    """A cry for help that came while somebody typed vanished from every list."""
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
    # What the background has read meanwhile was on no page either.
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


def test_the_list_filters_sorts_and_searches_every_word(office: Office, window: Window) -> None:
    receipts = [office.report(f"Melding over {what}.") for what in ("hout", "glas", "Staal")]
    office.answer(receipts[1], "Het ging om een RUIT.")
    window.open()
    links = window.cases()
    assert len(links) == 3
    found = window.post("search", {"query": "staal"})
    [number] = re.findall(r'scope="row"><a href="[^"]+">([^<]+)<', found.text)
    assert 'value="staal"' in found.text
    assert len(window.post("search", {"query": "melding OVER"}).text.split('scope="row"')) == 4
    assert len(window.post("search", {"query": "ruit glas"}).text.split('scope="row"')) == 2
    assert "There is no such case here." in words(window.post("search", {"query": "ruit hout"}))
    assert len(window.post("search", {"query": number}).text.split('scope="row"')) == 2
    rows = window.post("search", {"query": "staal"}, Accept="text/x-rows")
    assert not rows.text.startswith("<!doctype")
    assert number in rows.text
    window.post(f"{links[number]}/open")
    window.act(links[number], "reply", kind="question", text="Welk staal?")
    assert [*window.cases("?show=theirs")] == [number]
    assert len(window.cases("?show=new")) == 2
    assert next(iter(window.cases("?sort=latest"))) in links
    for show, sort, page in (("x", "y", "z"), ("", "", "-1"), ("all", "due", "99")):
        assert len(window.cases(f"?show={show}&sort={sort}&page={page}")) == 3
    office.pass_days(10)
    assert "Overdue: 3" in window.read("") or "Overdue: 2" in window.read("")
    assert "OVERDUE since 5 March 2026" in window.read("")


def test_the_address_of_a_search_loads_the_list_again(window: Window) -> None:
    """The browser loads it by GET when a sync ends, and the list became an error page by itself."""
    window.open()
    again = window.get("search?show=all&sort=due")
    assert (again.status_code, again.headers["Location"]) == (303, window.home)


def test_a_case_that_is_set_aside_is_out_of_the_own_list_alone(office: Office, window: Window) -> None:
    office.report("Koop nu!")
    link = window.open().case()
    assert window.act(link, "set-aside").status_code == 303
    assert window.cases() == {}
    assert "Set aside 1" in window.read("")
    assert "New: 0" in window.read("")
    [number] = window.cases("?show=aside")
    assert len(Window(office, "Bestuurslid 1").open().cases()) == 1
    window.lock()
    window.unlock()
    assert window.cases() == {}
    link = window.cases("?show=aside")[number]
    assert window.act(link, "take-back").status_code == 303
    assert [*window.cases()] == [number]


def test_the_first_page_says_what_changed_and_until_when_keys_open(office: Office, window: Window) -> None:
    office.report("Oud.")
    window.open()
    assert "Since you were here" not in window.read("")
    window.lock()
    office.pass_days(3)
    office.report("Nieuw.")
    office.pass_days(1)
    window.unlock()
    page = window.read("")
    assert "Since you were here on 2 March 2026: 2 with something new" in page
    assert "Your keys open what comes until 29 March 2026; the list of recipients ends on 2 April 2027." in page
    window.lock()
    office.pass_days(1)
    window.unlock()
    assert "Since you were here on 6 March 2026: 0 with something new" in window.read("")


def test_what_did_not_reach_this_recipient_is_not_there(office: Office, window: Window) -> None:
    office.report("Over het bestuurslid.", [OUT])
    other = Window(office, OUT).open()
    assert other.cases() == {}
    assert "New: 0" in other.read("")
    assert len(window.open().cases()) == 1


def test_a_newcomer_is_let_in_after_the_page_said_whom_the_report_is_about(office: Office, window: Window) -> None:
    office.report(STORY, people=frozenset([office.person(OUT)]), without=[OUT])
    office.add("Nieuw lid", "bestuur")
    link = window.open().case()
    asked = window.act(link, "hand-over", people=name(office, "Nieuw lid"), text="Ze neemt het over.")
    assert asked.status_code == 200
    assert "The reporter could not leave these people out" in words(asked)
    assert "The report is about: Bestuurslid 2 (bestuur)" in words(asked)
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', asked.text))
    assert window.post(f"{link}/hand-over", fields).status_code == 303
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
    assert "It waits for an answer." not in window.read(link)


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
