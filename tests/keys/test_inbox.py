"""The inbox: what a recipient reads and does there, and that nothing typed is lost."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.cases import standing, summarise
from keys.errors import NetworkError
from keys.wire import kinds
from keys.wire.canonical import b64
from keys.wire.exchange import Page
from tests.keys.office import POLICY
from tests.keys.window import Window, words
from tests.policies import shipped

if TYPE_CHECKING:
    from keys.cases import Case
    from tests.keys.office import Office

OUT = "Bestuurslid 2"
STORY = "Er ging iets mis <b>in</b> het magazijn.\nEn nog iets."


@pytest.fixture
def window(office: Office) -> Window:
    return Window(office)


def only(office: Office, who: str = "Bestuurslid 1") -> Case:
    """Return the only case as another recipient sees it, without an alarm."""
    [(case, alarms)] = office.read(who)
    assert (alarms, case.dossier.alarms) == ((), ())
    return case


def name(office: Office, who: str) -> str:
    """Return how a form names somebody."""
    return b64(office.identity(who))


def test_a_case_shows_whom_it_is_about_before_anything_else(office: Office, window: Window) -> None:
    office.report(STORY, [OUT], people=[office.identity(OUT)], topic="fraude")
    [link] = window.open().cases().values()
    page = window.read(link)
    assert "this is about Bestuurslid 2 (bestuur)" in page
    assert "magazijn" not in page
    assert "Fraud" not in page
    assert not only(office).opened_by
    window.post(f"{link}/open")
    page = window.get(link)
    assert "Er ging iets mis &lt;b&gt;in&lt;/b&gt; het magazijn.\nEn nog iets." in page.text
    assert only(office).opened_by == {office.identity("Secretaris")}


def test_who_is_too_near_hands_over_and_the_case_is_closed_to_them(office: Office, window: Window) -> None:
    office.report(STORY, [OUT], [office.attachment("foto.jpg", b"inhoud")])
    [link] = window.open().cases().values()
    done = window.post(f"{link}/step-back", {"text": "We zijn familie."})
    assert done.status_code == 303
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
    assert not window.keep.downloads.exists()
    assert window.post("search", {"query": "magazijn"}).text.count('scope="row"') == 0
    case = only(office)
    assert case.dossier.latest(kinds.Conflict).text == "We zijn familie."
    assert not case.opened_by


def test_a_reply_of_each_kind_reaches_the_reporter(office: Office, window: Window) -> None:
    receipt = office.report(STORY)
    link = window.open().case()
    replies = ("acknowledgement", "question", "answer", "minutes", "feedback")
    for kind in replies:
        done = window.post(f"{link}/reply", {"kind": kind, "text": f"Tekst {kind}\r\nregel twee\r\n"})
        assert done.status_code == 303, words(done)
    assert "Sent." in window.read(link)
    assert "Sent." not in window.read(link)
    case, alarms = office.thread(receipt)
    assert alarms == ()
    assert [(said.kind, said.text) for said in case.said[2:]] == [
        (kind, f"Tekst {kind}\nregel twee") for kind in replies
    ]
    assert "Where it stands waits for the reporter" in window.read(link)


def test_consent_is_asked_and_its_answer_shown(office: Office, window: Window) -> None:
    receipt = office.report(STORY, [OUT])
    link = window.open().case()
    asked = {"to": "het bestuur", "what": "De melding.", "text": "Om te handelen.", "people": name(office, OUT)}
    assert window.post(f"{link}/ask", asked).status_code == 303
    case, _ = office.thread(receipt)
    assert case.said[-1].message.head.body.people == (office.identity(OUT),)
    office.say(receipt, kinds.Consent("yes", case.said[-1].message.id))
    window.fetch()
    assert "answer to a request for consent" in window.read(link)
    assert "yes, I agree" in window.read(link)
    given = {"people": name(office, OUT), "text": "Met toestemming."}
    assert window.post(f"{link}/hand-over", given).status_code == 303
    assert only(office, OUT).dossier.handed_to == {office.identity(OUT)}


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
        done = window.post(f"{link}/{act}", given)
        assert done.status_code == 303, words(done)
    case = only(office)
    assert [said.kind for said in case.dossier.said][1:] == ["note", "assigned", "category", "form", "informed"]
    assert case.dossier.latest(kinds.Filled).message.head.body.answers == {"kans": "hoog", "toelichting": "Vaker."}
    page = window.read(link)
    for text in ("Eerst bellen.", "How likely is it?: High", "Bestuurslid 1 (bestuur), 2026-03-02", "How: Gesprek"):
        assert text in page
    summary = summarise(case, office.identity("Bestuurslid 1"))
    assert (summary.topic, summary.told) == ("fraude", True)


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
        failed = window.post(f"{link}/{act}", given)
        assert failed.status_code == 400
        assert f"That did not work: {why}" in words(failed), words(failed)
        if act in ("reply", "ask", "inform"):
            assert all(not typed or typed in failed.text for key, typed in given.items() if key in ("text", "to"))
    assert window.post(f"{link}/nothing").status_code == 404
    assert [said.kind for said in only(office).said] == ["report", "opened"]


def test_without_a_network_what_was_typed_is_kept_and_the_list_still_opens(office: Office, window: Window) -> None:
    office.report(STORY)
    link = window.open().case()

    def cut(path: str, answer: bytes) -> bytes:
        raise NetworkError

    office.meddle = cut
    failed = window.post(f"{link}/reply", {"kind": "answer", "text": "Een lang antwoord."})
    assert failed.status_code == 400
    assert "The server cannot be reached" in words(failed)
    assert "Een lang antwoord." in failed.text
    window.fetch()
    assert "Fetching did not work The server cannot be reached" in window.read("")
    assert len(window.cases()) == 1


def test_who_the_reporter_is_is_shown_once_and_with_a_recorded_purpose(office: Office, window: Window) -> None:
    receipt = office.report(STORY)
    office.say(receipt, kinds.Identity("SENTINEL Jansen"))
    link = window.open().case()
    assert "SENTINEL" not in window.get(link).text
    refused = window.post(f"{link}/identity", {"text": ""})
    assert refused.status_code == 400
    assert "SENTINEL" not in refused.text
    assert "SENTINEL Jansen" in window.post(f"{link}/identity", {"text": "Om te bellen."}).text
    assert "SENTINEL" not in window.get(link).text
    assert "SENTINEL" not in window.post("search", {"query": "SENTINEL"}).text.replace('value="SENTINEL"', "")
    assert only(office).dossier.latest(kinds.Revealed).text == "Om te bellen."


def test_files_are_saved_on_purpose_and_never_opened(office: Office, window: Window) -> None:
    office.report(STORY, attachments=[office.attachment("../foto\u202egpj.exe", b"inhoud")])
    link = window.open().case()
    assert "not saved yet" in window.read(link)
    assert "\u202e" not in window.get(link).text
    folder = office.folder / "Downloads"
    assert not folder.exists()
    folder.mkdir()
    assert window.post(f"{link}/save").status_code == 303
    [place] = folder.iterdir()
    assert place.stat().st_mode & 0o777 == 0o700
    [file] = place.iterdir()
    assert file.read_bytes() == b"inhoud"
    assert file.stat().st_mode & 0o777 == 0o600
    assert str(file) in window.read(link)
    assert window.post(f"{link}/save").status_code == 303
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
    window.post(f"{links[number]}/reply", {"kind": "question", "text": "Welk staal?"})
    assert [*window.cases("?show=theirs")] == [number]
    assert len(window.cases("?show=new")) == 2
    assert next(iter(window.cases("?sort=latest"))) in links
    for show, sort, page in (("x", "y", "z"), ("", "", "-1"), ("all", "due", "99")):
        assert len(window.cases(f"?show={show}&sort={sort}&page={page}")) == 3
    office.pass_days(10)
    assert "Overdue: 3" in window.read("") or "Overdue: 2" in window.read("")
    assert "OVERDUE since 5 March 2026" in window.read("")


def test_the_first_page_says_what_changed_and_until_when_keys_open(office: Office, window: Window) -> None:
    office.report("Oud.")
    window.open()
    assert "Since you were here" not in window.read("")
    window.post("lock")
    office.pass_days(3)
    office.report("Nieuw.")
    office.pass_days(1)
    window.unlock()
    page = window.read("")
    assert "Since you were here on 2 March 2026: 2 with something new" in page
    assert "Your keys open what comes until 29 March 2026; the roster ends on 2 April 2027." in page
    window.post("lock")
    office.pass_days(1)
    window.unlock()
    assert "Since you were here on 6 March 2026: 0 with something new" in window.read("")


def test_what_did_not_reach_this_recipient_is_not_there(office: Office, window: Window) -> None:
    office.report("Over het bestuurslid.", [OUT])
    other = Window(office, OUT).open()
    assert other.cases() == {}
    assert "New: 0" in other.read("")
    assert len(window.open().cases()) == 1


def test_a_spoilt_envelope_is_shown_as_an_alarm(office: Office, window: Window) -> None:
    receipt = office.report(STORY)
    link = window.open().case()

    def spoil(path: str, answer: bytes) -> bytes:
        if not path.startswith("/channel"):
            return answer
        page = Page.parse(answer)
        items = [replace(item, prefix=item.prefix[:-1] + bytes([item.prefix[-1] ^ 1])) for item in page.items]
        return Page(tuple(items), page.more).encode()

    office.answer(receipt, "Nog iets.")
    office.meddle = spoil
    window.fetch()
    office.meddle = lambda _path, answer: answer
    assert "ALARM" in window.read(link)
    assert "ALARM" in window.read("")


def test_pages_answer_while_a_fetch_is_under_way(office: Office, window: Window) -> None:
    office.report(STORY)
    link = window.open().case()
    held, go_on = threading.Event(), threading.Event()

    def hold(path: str, answer: bytes) -> bytes:
        if threading.current_thread().name == "fetch" and path.startswith("/channel"):
            held.set()
            go_on.wait(30)
        return answer

    office.meddle = hold
    assert window.post("fetch").status_code == 303
    assert held.wait(30)
    assert "Fetching what is new" in window.read("")
    assert "magazijn" in window.read(link)
    go_on.set()
    window.fetched()
    assert only(office).said


def test_a_reply_while_a_fetch_is_under_way_is_no_repeated_message(office: Office, window: Window) -> None:
    receipt = office.report(STORY)
    link = window.open().case()
    threads = [
        threading.Thread(
            target=lambda text=text: window.post(f"{link}/reply", {"kind": "answer", "text": text}), name="reply"
        )
        for text in ("een", "twee", "drie")
    ]
    for thread in threads:
        window.post("fetch")
        thread.start()
    for thread in threads:
        thread.join()
    window.fetch()
    case, alarms = office.thread(receipt)
    assert alarms == ()
    assert sorted(said.text for said in case.said[2:]) == ["drie", "een", "twee"]
    assert "ALARM" not in window.read(link)
    assert standing(summarise(only(office), b""), POLICY, office.today)


def test_a_reply_begins_with_a_text_of_the_policy_and_the_page_says_in_which_language(
    office: Office, window: Window
) -> None:
    office.publish_roster([*office.cards], replace(POLICY, replies=shipped("nl", "en").replies))
    receipt = office.report(STORY, language="en")
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
    window.post(f"{link}/reply", {"kind": "question", "text": text})
    case, _ = office.thread(receipt)
    assert (case.said[-1].kind, case.said[-1].text) == ("question", text)
    assert window.get(f"{link}?begin=niets").status_code == 400


def test_the_timeline_tells_talk_and_dossier_by_day(office: Office, window: Window) -> None:
    receipt = office.report(STORY)
    link = window.open().case()
    window.post(f"{link}/note", {"text": "Eerst bellen."})
    office.pass_days(1)
    office.answer(receipt, "Nog iets.")
    window.fetch()
    lines = re.findall(r"<li>([^<]*) · ([^<]*) · ([^<]*)</li>", window.get(link).text)
    assert [(day, kind) for day, _, kind in lines] == [
        ("2 March 2026", "report"),
        ("2 March 2026", "has opened the report"),
        ("2 March 2026", "has begun a dossier (dossier)"),
        ("2 March 2026", "note (dossier)"),
        ("3 March 2026", "message"),
    ]
