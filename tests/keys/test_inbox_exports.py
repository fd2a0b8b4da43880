"""Exports, corrections, annual figures, and reports on behalf of somebody, in the inbox."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from keys.receipt import Receipt
from keys.sync import actions
from keys.wire.messages import Consent, Form, Identity, Request
from tests.keys.window import Window, words

if TYPE_CHECKING:
    from tests.keys.office import Office

STORY = "Er ging iets mis in het magazijn."
NAME = "SENTINEL-naam"


@pytest.fixture
def window(office: Office) -> Window:
    return Window(office)


def test_a_file_is_made_in_the_inbox_and_says_who_it_was_only_on_a_ground(office: Office, window: Window) -> None:
    receipt = office.report(STORY)
    office.say(receipt, Identity(NAME))
    link = window.open().case()
    given = {"what": "case", "format": ".html", "text": "Voor de inspectie."}
    assert window.act(link, "export", **given | {"text": ""}).status_code == 400
    assert window.act(link, "export", **given | {"format": ".exe"}).status_code == 400
    assert window.act(link, "export", **given | {"ground": "1"}).status_code == 400
    form = window.form(link, **given)
    assert window.post(f"{link}/export", form).status_code == 303
    assert window.post(f"{link}/export", form).status_code == 303  # sent twice, it is created once
    page = window.get(link)
    [path] = (window.holder.downloads).glob("meldbus-*/*")
    assert path.name == "case-2026-03-02.html"
    assert f"Written: {path}." in words(page)
    assert "Does the file of the case say" not in words(page)
    assert STORY in path.read_text("utf-8")
    assert NAME not in path.read_text("utf-8")
    asked = {"text": "Voor de aangifte.", "to": "de politie", "what": "Wie je bent."}
    assert window.act(link, "ask", **asked).status_code == 303
    window.post("outbox/send")
    request = office.thread(receipt).case.latest(Request)
    office.say(receipt, Consent(answer="yes", request=request.id))
    window.sync()
    assert "consent to what was asked on 2026-03-02" in window.read(link)
    assert window.act(link, "export", **given | {"ground": "1"}).status_code == 303
    assert NAME in path.with_name("case-2026-03-02 (2).html").read_text("utf-8")


def test_the_copy_has_the_forms_that_were_chosen(office: Office, window: Window) -> None:
    office.report(STORY)
    with office.session("Secretaris") as session:
        session.sync()
        [case] = session.cases()
        actions.write(session, case, Form("horen", {"verslag": "hij ontkent het."}))
    link = window.open().case()
    assert 'name="forms" value="horen"' in window.get(link).text
    given = {"what": "copy", "format": ".html", "text": "Op verzoek."}
    window.act(link, "export", **given)
    window.act(link, "export", **given | {"forms": "horen"})
    without, chosen = sorted(window.holder.downloads.glob("meldbus-*/*"), key=lambda path: len(path.name))
    assert "hij ontkent het." not in without.read_text("utf-8")
    assert "hij ontkent het." in chosen.read_text("utf-8")
    assert STORY not in chosen.read_text("utf-8")


def test_the_register_is_corrected_and_written_to_a_file(office: Office, window: Window) -> None:
    office.report(STORY)
    link = window.open().case()
    right = {"field": "received", "value": "2026-02-27", "text": "Hij lag er vrijdag al."}
    wrong = window.act(link, "correct", **right | {"value": "vrijdag"})
    assert wrong.status_code == 400
    assert "Hij lag er vrijdag al." in wrong.text
    assert window.act(link, "correct", **right).status_code == 303
    assert "Hij lag er vrijdag al." in window.read("register")
    refused = window.post("register/export", {"format": ".csv", "text": ""})
    assert refused.status_code == 400
    for _ in range(2):  # sent twice, it is created once
        assert window.post("register/export", {"format": ".csv", "text": "Voor de accountant."}).status_code == 303
    [path] = window.holder.downloads.glob("meldbus-register/*")
    assert str(path) in window.read("register")
    table = path.read_text("utf-8-sig")
    assert "2026-02-27" in table
    assert "magazijn" not in table
    assert "Voor de accountant." in window.read(link)


def test_a_year_is_counted_once_it_has_ended(office: Office, window: Window) -> None:
    office.report(STORY)
    window.open()
    assert window.get("register/overview?year=2026").status_code == 400
    assert window.get("register/overview?year=0").status_code == 400
    window.lock()
    office.pass_days(366)
    window.unlock()
    assert window.get("register/overview?year=2026").status_code == 200
    assert "fewer than 20" in window.read("register/overview?year=2026")


def test_nothing_is_chosen_beforehand_where_a_choice_counts(office: Office, window: Window) -> None:
    office.report(STORY)
    link = window.open().case()
    seen = window.get(link).text + window.get("register/enter").text
    for name in ("outcome", "what", "field", "category", "way", "topic"):
        [lines] = re.findall(rf'<select id="[^"]+" name="{name}" required[^>]*>(.*?)</select>', seen, re.DOTALL)
        assert lines.startswith('<option value="">')
        assert lines.count("<option") > 2
        assert " selected" not in lines
    assert window.act(link, "category", category="").status_code == 400
    again = window.act(link, "correct", field="received", value="vrijdag", text="Daarom.")
    assert '<option value="received" selected>' in again.text


def test_what_somebody_told_is_written_down_and_the_code_stays_until_it_is_on_paper(
    office: Office, window: Window
) -> None:
    given = {"way": "phone", "topic": "anders", "language": "nl", "text": STORY}
    window.open()
    assert "How were you told?" in window.read("register/enter")
    for wrong in ({"text": ""}, {"topic": "geen"}, {"way": "droom"}, {"language": "xx"}):
        answer = window.post("register/enter", given | wrong)
        assert answer.status_code == 400
        assert "How were you told?" in words(answer)
    assert window.cases() == {}
    own = window.get("register/enter").text
    [secretaris] = re.findall(r'name="about" value="([^"]+)" id="[^"]+"><label for="[^"]+">Secretaris', own)
    about = window.post("register/enter", given | {"about": secretaris})
    assert "By the policy" in words(about)
    for _ in range(2):  # sent twice, it is entered once
        assert window.post("register/enter", given).status_code == 303
    page = window.get("register/enter").text
    [code] = re.findall(r'class="code"[^>]*>([^<]+)<', page)
    assert code in window.get("register/enter").text
    assert "A code is not on paper yet" in window.read("")
    assert window.post("register/handed").status_code == 303
    assert code not in window.get("register/enter").text
    assert "A code is not on paper yet" not in window.read("")
    link = window.case()
    refused = window.act(link, "ask", text="Daarom.", to="x", what="y")
    assert "Ask for it on paper" in words(refused)
    window.lock()
    case = office.thread(Receipt.parse(code)).case
    assert sorted(message.kind for message in case.thread) == ["minutes", "opened", "report"]


def test_the_code_is_gone_when_the_inbox_is_locked(window: Window) -> None:
    window.open()
    window.post("register/enter", {"way": "phone", "topic": "anders", "language": "nl", "text": STORY})
    assert 'class="code"' in window.get("register/enter").text
    window.lock()
    window.unlock()
    assert 'class="code"' not in window.get("register/enter").text
