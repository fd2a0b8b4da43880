"""The conversation on the page: who reads it, who is let in, what is unread, what waits, and what a visit gives."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from keys.cases.report_draft import ReportDraft
from keys.sync.actions import enter
from keys.wire.canonical import b64
from keys.wire.messages import Acknowledgement, Closed, Joined, Opened, Question, Request, SteppedBack
from tests.client.page import FailedError, Page, opened
from tests.client.recipient import only_case, say, texts_of
from tests.keys.forging import post_as_recipient

if TYPE_CHECKING:
    from keys.receipt import Receipt
    from tests.keys.office import Office

OUT = "Bestuurslid 2"


def looked(page: Page, receipt: Receipt | str) -> Any:
    page.trust()
    return page.look(receipt if isinstance(receipt, str) else receipt.written())


def names(people: list[dict[str, Any]]) -> list[str]:
    return [person["name"] for person in people]


def consent(office: Office, answer: str, *people: str, request: str | None = None) -> dict[str, object]:
    return {
        "kind": "consent",
        "answer": answer,
        "people": sorted(b64(office.person(name)) for name in people),
        "request": request,
    }


def posted(page: Page) -> int:
    return sum(path == "/envelopes" for path, _ in page.wire.asked)


def test_under_each_own_message_stands_who_has_read_it(office: Office) -> None:
    receipt = office.report("een")
    with opened(office) as page:
        assert [one["readBy"] for one in looked(page, receipt)["messages"]] == [[]]
        say(office, "Secretaris", Opened())
        shown = page.look(receipt.written())
        assert shown["opened"]
        assert names(shown["messages"][0]["readBy"]) == ["Secretaris"]
        page.ask("answer", text="twee", files=[])
        shown = page.look(receipt.written())
        assert shown["messages"][-1]["readBy"] == []
        say(office, "Bestuurslid 1", Question("Wanneer?"))
        shown = page.look(receipt.written())
        assert names(shown["messages"][2]["readBy"]) == ["Bestuurslid 1"]


def test_a_word_that_crosses_with_a_reply_goes_on_waiting(office: Office) -> None:
    """It vanished from every list: an answer that its author had never read ended it."""
    receipt = office.report("een")
    case = only_case(office, "Secretaris")
    with opened(office) as page:
        looked(page, receipt)
        page.ask("answer", text="Help.", files=[])
        with office.session("Secretaris") as session:
            session.sync()
            session.composer().write(case.id, Question("Nog iets?"), [case.report.id])
            session.send_now()
        shown = page.look(receipt.written())
        assert [one["waits"] for one in shown["messages"]] == [None, 0, None]
        assert shown["messages"][1]["readBy"] == []
        assert shown["alarms"] == []


def test_a_word_waits_for_whole_days_and_never_for_less_than_none(office: Office) -> None:
    """A browser that is a day behind the server showed a wait of -1 days."""
    office.pass_days(2)
    receipt = office.report("een")
    office.answer(receipt, "twee")
    for ahead, waited in ((-1, 0), (3, 2)):
        office.now += dt.timedelta(days=ahead)
        with opened(office) as page:
            assert [one["waits"] for one in looked(page, receipt)["messages"]] == [None, waited]


def test_an_answer_names_what_stood_on_the_screen_and_what_came_later_is_not_in_it(office: Office) -> None:
    receipt = office.report("een")
    say(office, "Secretaris", Question("Wanneer?"))
    with opened(office) as page:
        looked(page, receipt)
        say(office, "Bestuurslid 1", Question("Waar?"))
        page.ask("answer", text="Gisteren.", files=[])
    case = only_case(office, "Secretaris")
    answer = next(one for one in case.thread if one.text == "Gisteren.")
    asked = {one.text: one.id for one in case.thread}
    assert case.is_in_past(asked["Wanneer?"], answer.id)
    assert not case.is_in_past(asked["Waar?"], answer.id)


def test_somebody_let_in_reads_all_of_the_thread_and_later_words(office: Office) -> None:
    """T36: M asked and did not share: the page does, with every "yes"."""
    receipt = office.report("een", [OUT])
    say(office, "Secretaris", Question("twee"))
    with opened(office) as page:
        shown = looked(page, receipt)
        assert [(one["name"], one["leftOut"]) for one in shown["outside"]] == [(OUT, True)]
        assert office.read(OUT) == []
        page.ask("say", word=consent(office, "yes", OUT))
        page.ask("answer", text="drie", files=[])
        shown = page.look(receipt.written())
        assert OUT in names(shown["readers"])
        assert shown["outside"] == []
        assert shown["alarms"] == []
    assert texts_of(only_case(office, OUT)) == ["een", "twee", "drie"]


def test_a_yes_that_knows_of_the_denials_lets_in_whom_they_kept_out(office: Office) -> None:
    receipt = office.report("een", [OUT])
    with opened(office) as page:
        looked(page, receipt)
        for answer in ("no", "yes", "withdrawn"):
            page.ask("say", word=consent(office, answer, OUT))
            shown = page.look(receipt.written())
            assert (OUT in names(shown["readers"])) == (answer == "yes")
        page.ask("say", word=consent(office, "yes", OUT))
        assert OUT in names(page.look(receipt.written())["readers"])
    assert office.person(OUT) in only_case(office, "Secretaris").readers


def test_a_yes_to_a_request_lets_in_the_people_that_it_asks_for(office: Office) -> None:
    receipt = office.report("een", [OUT])
    say(
        office,
        "Secretaris",
        Request(text="Om te helpen.", to="Bestuurslid 2", what="Alles.", people=(office.person(OUT),)),
    )
    with opened(office) as page:
        request = looked(page, receipt)["messages"][-1]
        assert names(request["people"]) == [OUT]
        page.ask("say", word=consent(office, "yes", OUT, request=request["id"]))
    assert texts_of(only_case(office, OUT))[:1] == ["een"]


def test_a_visit_gives_readers_what_they_lack_once(office: Office) -> None:
    """T46: a page that could not see what it had shared gave it again at each visit."""
    receipt = office.report("een", ["Bestuurslid 1", OUT])
    office.add("Bestuurslid 3", "bestuur")
    say(office, "Secretaris", Joined((office.person("Bestuurslid 3"),)))
    with opened(office) as page:
        looked(page, receipt)
        assert page.ask("share") == {"shared": 1}
        assert page.ask("share") == {"shared": 0}
    with opened(office) as page:
        looked(page, receipt)
        before = posted(page)
        assert page.ask("share") == {"shared": 0}
        assert posted(page) == before
    assert texts_of(only_case(office, "Bestuurslid 3")) == ["een"]


def test_who_is_left_out_gets_nothing_at_a_visit_whoever_names_them(office: Office) -> None:
    receipt = office.report("een", [OUT])
    case = only_case(office, "Secretaris")
    with office.session("Secretaris") as session:
        post_as_recipient(office, session, case, Joined((office.person(OUT),)))
    with opened(office) as page:
        shown = looked(page, receipt)
        assert [(alarm["code"], names(alarm["people"])) for alarm in shown["alarms"]] == [
            ("left-out-named", ["Secretaris"])
        ]
        assert OUT not in names(shown["readers"])
        assert page.ask("share") == {"shared": 0}
    assert office.read(OUT) == []


def test_where_nobody_reads_any_more_somebody_can_be_let_in(office: Office) -> None:
    receipt = office.report("een", ["Bestuurslid 1", OUT])
    office.publish_roster(["Bestuurslid 1", OUT])
    with opened(office) as page:
        shown = looked(page, receipt)
        assert shown["readers"] == []
        assert names(shown["outside"]) == ["Bestuurslid 1", OUT]
        with pytest.raises(FailedError, match=r"^not-enrolled$"):
            page.ask("answer", text="Is daar iemand?", files=[])
        page.ask("say", word=consent(office, "yes", "Bestuurslid 1"))
        assert names(page.look(receipt.written())["readers"]) == ["Bestuurslid 1"]
    assert texts_of(only_case(office, "Bestuurslid 1")) == ["een"]


def test_who_steps_back_is_told_so_and_reads_no_more(office: Office) -> None:
    receipt = office.report("een", [OUT])
    say(office, "Secretaris", SteppedBack())
    with opened(office) as page:
        shown = looked(page, receipt)
        assert names(shown["readers"]) == ["Bestuurslid 1"]
        assert shown["messages"][-1]["kind"] == "stepped-back"
        page.ask("answer", text="twee", files=[])
    last = only_case(office, "Bestuurslid 1").thread[-1]
    assert last.head.to == (office.person("Bestuurslid 1"),)


def test_a_closed_case_is_shown_as_closed_and_writing_opens_it(office: Office) -> None:
    receipt = office.report("een")
    say(office, "Secretaris", Acknowledgement("Ontvangen."), Closed("Klaar."))
    with opened(office) as page:
        assert looked(page, receipt)["clocks"]["closed"] == office.today
        page.ask("answer", text="Niet klaar.", files=[])
        assert page.look(receipt.written())["clocks"]["closed"] is None
    assert not only_case(office, "Secretaris").is_closed


def test_a_code_that_was_forgotten_opens_nothing_any_more(office: Office) -> None:
    receipt = office.report("een")
    with opened(office) as page:
        looked(page, receipt)
        page.ask("say", word={"kind": "left"})
        page.ask("leave")
        with pytest.raises(FailedError, match=r"^unknown$"):
            page.look(receipt.written())
    assert [one.kind for one in only_case(office, "Secretaris").thread] == ["report", "left"]


def test_in_a_report_that_a_recipient_wrote_down_nobody_can_be_let_in(office: Office) -> None:
    """H2: page and tool alike."""
    with office.session("Secretaris") as session:
        session.sync()
        _, receipt = enter(session, ReportDraft(text="Verteld.", topic="anders", language="nl"), "phone")
        session.send_now()
    with opened(office) as page:
        shown = looked(page, receipt)
        assert shown["entered"]["way"] == "phone"
        assert shown["entered"]["by"]["name"] == "Secretaris"
        assert shown["opened"]
        assert names(shown["messages"][0]["readBy"]) == ["Secretaris"]
        assert shown["offered"] == []
        with pytest.raises(FailedError, match=r"^forbidden$"):
            page.ask("say", word=consent(office, "yes", OUT))
        page.ask("answer", text="Klopt.", files=[])


def test_a_word_that_came_while_somebody_was_let_in_stays_unread_until_it_is_shown(office: Office) -> None:
    """The thread is read once more to give all of it: that shows nothing to the reporter."""
    receipt = office.report("een", [OUT])
    with opened(office) as page:
        looked(page, receipt)
        say(office, "Secretaris", Question("Wanneer?"))
        page.ask("say", word=consent(office, "yes", OUT))
        page.ask("answer", text="Gisteren.", files=[])
    case = only_case(office, "Secretaris")
    asked, answer = (next(one.id for one in case.thread if one.text == text) for text in ("Wanneer?", "Gisteren."))
    assert not case.is_in_past(asked, answer)
