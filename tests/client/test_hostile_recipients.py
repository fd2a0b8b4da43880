"""What a recipient with a tool of their own puts before the reporter: one attack a test, and the page goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from nacl.utils import random

from keys.wire.ids import CaseId, MessageId
from keys.wire.messages import (
    DOSSIER,
    THREAD,
    ArchivedMessage,
    Joined,
    Note,
    Question,
    Share,
    Unknown,
    encode_archives,
)
from tests.client.page import opened
from tests.client.recipient import only_case, say
from tests.client.test_mailbox_attacks import alarms, entries_changed, look, talk, texts
from tests.keys.forging import post_as_recipient, post_into_mailbox, post_malformed, post_past_the_mailbox

if TYPE_CHECKING:
    from keys.cases.case import Case
    from keys.sync import RecipientSession
    from tests.keys.office import Office

TALK = ["een", "twee", "drie"]


@pytest.fixture
def receipt(office: Office) -> str:
    """The code of a thread of three messages."""
    return talk(office)


def test_a_message_of_the_dossier_is_not_shown_in_the_thread(office: Office, receipt: str) -> None:
    case = only_case(office, "Secretaris")
    with office.session("Secretaris") as session:
        post_into_mailbox(office, session, case, Note("Voor de lezers."))
    shown = look(office, receipt)
    assert texts(shown) == TALK
    assert alarms(shown) == []


@pytest.mark.parametrize(("kind", "channel"), [("note", DOSSIER), ("note", THREAD), ("question", THREAD)])
def test_a_body_that_its_kind_does_not_have_is_spoilt_for_page_and_tool_alike(
    office: Office, kind: str, channel: str
) -> None:
    """D11: of a malformed body of the dossier in a thread one said "spoilt" and the other "moved"."""
    code = office.report("een")
    case = only_case(office, "Secretaris")
    with office.session("Secretaris") as session:
        post_malformed(office, session, case, kind, channel)
    shown = look(office, code.written())
    thread = office.thread(code)
    assert texts(shown) == ["een"]
    assert alarms(shown) == [(1, "spoilt")]
    assert thread.case
    assert [message.text for message in thread.case.messages] == ["een"]
    assert [(alarm.number, alarm.code) for alarm in thread.alarms] == [(2, "malformed")]


def test_a_message_of_another_case_is_spoilt(office: Office, receipt: str) -> None:
    case = only_case(office, "Secretaris")
    with office.session("Secretaris") as session:
        post_into_mailbox(office, session, case, Question("Van elders."), named=CaseId(random(32)))
    shown = look(office, receipt)
    assert texts(shown) == TALK
    assert alarms(shown) == [(3, "spoilt")]


def test_a_report_by_a_recipient_is_spoilt_though_it_comes_first_and_names_this_mailbox(
    office: Office, receipt: str
) -> None:
    case = only_case(office, "Secretaris")
    with office.session("Secretaris") as session:
        post_into_mailbox(office, session, case, case.report.body)
    first = entries_changed(lambda entries: [entries[3], *entries[:3]])
    for shown in (look(office, receipt), look(office, receipt, first)):
        assert texts(shown) == TALK
        assert [code for _, code in alarms(shown)] == ["spoilt"]


def test_a_share_by_a_recipient_gives_nothing_in_the_reporters_name(office: Office) -> None:
    """Who says to have given a thread would keep a colleague from ever getting it."""
    receipt = office.report("een", ["Bestuurslid 1", "Bestuurslid 2"])
    office.add("Bestuurslid 3", "bestuur")
    new = office.person("Bestuurslid 3")
    say(office, "Secretaris", Joined((new,)))
    case = only_case(office, "Secretaris")
    with office.session("Secretaris") as session:
        [archive] = encode_archives([archived(session, case)])
        post_into_mailbox(office, session, case, Share(), archive=archive, to=[new])
    with opened(office) as page:
        page.trust()
        assert page.look(receipt.written())["alarms"] == []
        assert page.ask("share") == {"shared": 1}
    assert [one.text for one in only_case(office, "Bestuurslid 3").thread][:1] == ["een"]


def archived(session: RecipientSession, case: Case) -> ArchivedMessage:
    found = session.vault.messages.by_id(case.report.id)
    assert found
    message = found.message
    return ArchivedMessage(
        key=message.content_key,
        day=case.report.day,
        place=None,
        gone=False,
        mac=message.mac,
        signature=message.signature,
        head=message.raw_head,
    )


def test_what_a_forged_seen_names_is_missing_and_blames_nobody(office: Office, receipt: str) -> None:
    case = only_case(office, "Secretaris")
    with office.session("Secretaris") as session:
        post_as_recipient(office, session, case, Question("vier"), seen=[MessageId(random(32))])
    shown = look(office, receipt)
    assert texts(shown) == [*TALK, "vier"]
    assert alarms(shown) == [(3, "missing")]
    assert shown["alarms"][0]["people"] == []


def test_a_message_past_the_mailbox_is_one_missing_id_and_does_not_hide_another(office: Office) -> None:
    """T7: the page counted what it should have, never came out again, and said nothing of later faults."""
    code = office.report("een").written()
    case = only_case(office, "Bestuurslid 1")
    with office.session("Bestuurslid 1") as session:
        post_past_the_mailbox(office, session, case, Question("Niet voor de melder."))
    say(office, "Secretaris", Question("twee"))
    shown = look(office, code)
    assert texts(shown) == ["een", "twee"]
    assert alarms(shown) == [(1, "missing")]
    assert shown["alarms"][0]["people"] == []
    say(office, "Bestuurslid 2", Question("drie"))
    say(office, "Secretaris", Question("vier"))
    shown = look(office, code, entries_changed(lambda entries: [*entries[:2], entries[3]]))
    assert texts(shown) == ["een", "twee", "vier"]
    assert alarms(shown) == [(1, "missing"), (2, "missing")]


def test_an_unknown_kind_may_have_anything_in_its_body_and_nothing_of_it_is_shown(office: Office, receipt: str) -> None:
    case = only_case(office, "Secretaris")
    body = Unknown.parse({"people": [1, None, "x", {}], "text": "\u202egpj.exe", "answer": "yes"})
    with office.session("Secretaris") as session:
        post_as_recipient(office, session, case, body, "hand-over")
    last = look(office, receipt)["messages"][-1]
    assert (last["known"], last["text"], last["people"], last["body"]) == (False, "", [], {})


def test_a_text_of_the_greatest_size_with_letters_that_turn_is_read_as_it_is(office: Office, receipt: str) -> None:
    text = "\u202e\u2066" + "a" * 99_994
    say(office, "Secretaris", Question(text))
    assert texts(look(office, receipt)) == [*TALK, text]
