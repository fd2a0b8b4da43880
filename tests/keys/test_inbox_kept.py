"""Text in a form of the inbox is preserved if the form is refused, for any reason."""

from __future__ import annotations

import pickle
import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from keys.errors import NetworkError
from keys.inbox.session import IDLE_SECONDS
from keys.sync.actions import close, write
from keys.wire.canonical import b64
from keys.wire.messages import Identity, Outcome, Purge, Retention
from tests.keys.window import Window, words

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.keys.office import Office

A, B, C = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
TYPED = "Getypt & wel, in een uur."
LONG = "x" * 100_001
# Each form with a text field on a case's page, and its other required fields.
FORMS = {
    "reply": {"kind": "answer"},
    "ask": {"to": "de bank", "what": "het bedrag"},
    "note": {},
    "inform": {"day": "2026-03-02", "how": "Zo", "by": "Ik"},
    "hand-over": {},
    "step-back": {},
    "close": {"outcome": "none"},
    "ask-purge": {},
    "exercise": {},
    "export": {"what": "case", "format": ".html"},
    "correct": {"field": "received", "value": "2026-03-02"},
    "identity": {},
    "retention": {"months": "18"},
    "reopen": {},
    "hold": {"until": "2026-03-09"},
}


@pytest.fixture
def window(office: Office) -> Window:
    return Window(office)


def has(answer: TestResponse, text: str = TYPED) -> bool:
    """Return whether a page has a field with the complete text."""
    return text in [unescape(one) for one in re.findall(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)]


def opened(office: Office, window: Window, **others: object) -> str:
    receipt = office.report(**others)
    office.say(receipt, Identity("Naam."))
    return window.open().case()


def cut(_path: str) -> None:
    raise NetworkError


def test_why_somebody_is_too_near_is_still_there_before_the_case_was_opened(office: Office, window: Window) -> None:
    office.report()
    [link] = window.open().cases().values()
    assert has(window.act(link, "step-back", text=LONG), LONG)
    form = window.form(link, text=TYPED)
    window.lock()
    window.post(f"{link}/step-back", form)
    window.unlock()
    [link] = window.cases().values()
    assert has(window.get(link))


def test_what_was_typed_is_in_every_form_that_is_refused(office: Office, window: Window) -> None:
    link = opened(office, window)
    wrong = []
    for act, others in FORMS.items():
        # A text that is too long, in addition to any other error.
        if not has(window.act(link, act, text=LONG, **others), LONG):
            wrong.append((act, "long"))
        # A page that is too old, for example after a crash of the browser.
        old = window.post(f"{link}/{act}", {"page": "", "text": TYPED, **others})
        if act != "identity" and (old.status_code != 400 or not has(old)):
            wrong.append((act, "old"))
    office.refuse = cut
    wrong += [
        (act, "cut")
        for act in ("reply", "ask", "ask-purge")
        if not has(window.act(link, act, text=TYPED, **FORMS[act]))
    ]
    assert wrong == []


@pytest.mark.parametrize("act", [*FORMS])
def test_a_form_that_comes_when_the_inbox_is_locked_is_there_after_unlocking(
    office: Office, window: Window, act: str
) -> None:
    """The inbox had locked itself after ten minutes, and an hour's text was lost."""
    link = opened(office, window)
    form = window.form(link, text=TYPED, **FORMS[act])
    window.ticks += IDLE_SECONDS
    assert window.post(f"{link}/{act}", form).status_code == 303
    locked = window.get("")
    assert "is kept, sealed" in words(locked)
    assert not has(locked)
    assert TYPED.encode() not in pickle.dumps(vars(window.holder.kept)), "in memory it is sealed"
    window.holder.wait()
    window.unlock()
    [link] = window.cases().values()
    assert f'<a href="{link}">' in window.get("").text
    page = window.get(link)
    assert page.status_code == 200
    assert "The inbox was locked before this came. Nothing was sent." in words(page)
    assert has(page)


def test_a_form_that_was_kept_is_gone_once_it_was_sent_or_thrown_away(office: Office, window: Window) -> None:
    link = opened(office, window)
    forms = [window.form(link, text=f"{TYPED} {number}") for number in range(3)]
    window.lock()
    for form in forms:
        window.post(f"{link}/note", form)
    window.unlock()
    [link] = window.cases().values()
    assert window.act(link, "note", text=f"{TYPED} 0, nog eens.").status_code == 303
    assert has(window.get(link), f"{TYPED} 1")
    window.lock()
    window.unlock()  # it is kept through another lock, and is shown once
    [key, _last] = re.findall(r'name="form" value="([^"]+)"', window.get("").text)
    window.post("kept/forget", {"form": key})
    [link] = window.cases().values()
    assert has(window.get(link), f"{TYPED} 2")
    assert window.act(link, "note", text=f"{TYPED} 2").status_code == 303
    assert "Typed, and not sent" not in window.read("")
    window.lock()
    [case] = office.read(B)
    assert [message.text for message in case.dossier] == [f"{TYPED} 0, nog eens.", f"{TYPED} 2"]


def test_a_report_that_was_told_and_a_file_of_the_register_are_kept_too(office: Office, window: Window) -> None:
    opened(office, window)
    told = {"way": "phone", "topic": "anders", "language": "nl", "text": TYPED, "about": b64(office.person(C))}
    window.lock()
    assert window.post("register/enter", told).status_code == 303
    assert window.post("register/export", {"format": ".csv", "text": TYPED}).status_code == 303
    window.unlock()
    assert window.read("").count("Throw it away") == 2
    for page in (window.get("register/enter"), window.get("register")):
        assert has(page)
    assert window.get("register/enter").text.count(" checked") == 1
    assert window.post("register/export", {"format": ".csv", "text": TYPED}).status_code == 303
    assert window.post("register/enter", told).status_code == 303
    assert "Throw it away" not in window.read("")


def test_a_page_that_empties_itself_has_its_forms_kept(office: Office, window: Window) -> None:
    link = opened(office, window)
    form = window.form(link, text=TYPED)
    window.lock()
    for action, status in ((f"{link}/note", 204), (f"{link}/nothing/at/all", 404), (link.rpartition("/")[0], 404)):
        assert window.post("keep?action=" + action, form).status_code == status
    window.post(f"keep?action={link}/set-aside", window.form(link))  # nobody typed into that form
    window.unlock()
    [link] = window.cases().values()
    assert has(window.get(link))
    assert window.read("").count("Throw it away") == 1


def test_before_anybody_has_unlocked_nothing_is_kept(window: Window) -> None:
    window.enter()
    assert window.post("register/enter", {"text": TYPED}).status_code == 303
    window.unlock()
    assert "Throw it away" not in window.read("")


def test_the_words_stay_where_the_form_is_on_the_page_no_more(office: Office, window: Window) -> None:
    """A colleague closed the case while somebody typed their closing: its form was gone, with the text."""
    link = opened(office, window)
    form = window.form(link, outcome="none", measures="Een gesprek.", text=TYPED)
    with office.session(B) as session:
        session.sync()
        close(session, session.cases()[0], "Klaar.", Outcome("none", "", ""))
        session.end()
    refused = window.post(f"{link}/close", form)
    assert refused.status_code == 400
    assert "its form is not on this page any more" in words(refused)
    assert has(refused)
    assert has(refused, "Een gesprek.")
    assert refused.text.count('id="close"') == 1


def test_the_words_stay_where_their_author_may_read_the_case_no_more(office: Office, window: Window) -> None:
    link = opened(office, window)
    form = window.form(link, text=TYPED)
    assert window.act(link, "step-back", text="").status_code == 303
    refused = window.post(f"{link}/note", form)
    assert refused.status_code == 400
    assert "You have stepped back from this case" in words(refused)
    assert has(refused)


def test_the_words_stay_where_there_is_no_such_case_any_more(window: Window) -> None:
    window.open()
    gone = window.post("case/nergens/note", {"text": TYPED, "page": "-"})
    assert gone.status_code == 404
    assert has(gone)


def test_the_words_stay_in_a_browser_that_another_has_followed(office: Office, window: Window) -> None:
    link = opened(office, window)
    form = window.form(link, text=TYPED)
    browser = window.client
    window.client = window.app.test_client()
    assert window.enter().status_code == 200
    window.client = browser
    refused = window.post(f"{link}/note", form)
    assert refused.status_code == 403
    assert has(refused)
    # Another site's page gets none of its own text from this address.
    strange = window.post(f"{link}/note", form, Sec_Fetch_Site="cross-site")
    assert strange.status_code == 403
    assert TYPED.split(maxsplit=1)[0] not in strange.text


def test_the_words_stay_where_nobody_is_let_in_after_all(office: Office, window: Window) -> None:
    office.report()
    office.add("Bestuurslid 3", "bestuur")
    link = window.open().case()
    person = b64(office.person("Bestuurslid 3"))
    asked = window.act(link, "hand-over", people=person, text=TYPED)
    assert "The reporter could not leave these people out" in words(asked)
    given = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', asked.text))
    back = window.post(
        f"{link}/hand-over", {name: unescape(value) for name, value in given.items()} | {"confirmed": "no"}
    )
    assert back.status_code == 200
    assert has(back)
    assert re.search(rf'value="{person}" id="hand-over-who-\d" checked', back.text)


def test_what_one_says_to_a_request_stays_with_that_request(office: Office, window: Window) -> None:
    office.report()
    with office.session(B) as session:
        session.sync()
        [case] = session.cases()
        case = write(session, case, Purge("Op verzoek."))
        case = close(session, case, "Klaar.", Outcome("none", "", ""))
        write(session, case, Retention(2, "Kort."))
        session.end()
    link = window.open().case()
    ids = re.findall(r'name="message" value="([^"]+)"', window.get(link).text)
    assert len(ids) == 2
    office.refuse = cut
    for act, at in (("approve", 1), ("approve", 0), ("object", 0)):
        page = window.act(link, act, message=ids[at], text=TYPED)
        if page.status_code == 303:  # an objection needs no network
            continue
        sections = re.findall(r'<section class="note asked">.*?</section>', page.text, re.DOTALL)
        assert [TYPED in unescape(section) for section in sections] == [number == at for number in range(2)]
        assert page.text.count(f'id="{act}"') == 1


def test_a_disk_that_takes_no_file_loses_no_words(office: Office, window: Window) -> None:
    link = opened(office, window)
    (office.folder / "Downloads").write_text("geen map")
    for path, others in (
        (f"{link}/export", {"what": "case", "format": ".html"}),
        ("register/export", {"format": ".csv"}),
    ):
        failed = window.post(path, window.form(link, text=TYPED, **others))
        assert failed.status_code == 400
        assert has(failed)


def test_what_is_larger_than_a_form_may_be_is_said_to_be_too_long(office: Office, window: Window) -> None:
    """The page stops it before it is sent; if it arrives all the same, it did not come from our page."""
    link = opened(office, window)
    answer = window.post(f"{link}/note", {"text": "x" * (3 * 2**20)})
    assert answer.status_code == 413
    assert "too long for a message" in words(answer)
    assert 'data-most="2097152"' in window.get(link).text
