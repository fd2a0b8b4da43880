"""The reporter's side without a browser: what goes into the mailbox, for whom, and what a visit reads and gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.cases.report_draft import ReportDraft
from keys.errors import ClockError, NotEnrolledError, UnknownCapabilityError
from keys.receipt import Receipt
from keys.sync.mailbox_reader import read_mailbox
from keys.sync.reporter import let_in, post_report, say, share_owed
from keys.wire.messages import Answer, Consent
from tests.keys.hand import hand_of
from tests.keys.office import Office

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from keys.sync.mailbox_reader import ReporterThread
    from keys.wire.ids import MessageId, PersonId

A, B, X = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office.open(tmp_path)


def person(office: Office, name: str) -> PersonId:
    return next(one.person for one in office.roster().recipients if one.name == name)


def report(office: Office, receipt: Receipt, names: Sequence[str], **others: object) -> MessageId:
    draft = ReportDraft("Er ging iets mis.", "anders", "nl", **others)  # type: ignore[arg-type]
    chosen = {person(office, name) for name in names}
    return post_report(office.courier(), office.history(), receipt, draft, chosen, office.today)


def thread(office: Office, receipt: Receipt) -> ReporterThread:
    return read_mailbox(office.courier(), office.history(), receipt)


def test_a_report_is_in_the_mailbox_and_for_the_chosen_alone(office: Office) -> None:
    receipt = Receipt.draw()
    message_id = report(office, receipt, [A])
    found = thread(office, receipt)
    assert found.case
    assert (found.case.id, found.is_whole, found.alarms) == (message_id, True, ())
    assert found.case.readers == {person(office, A)}
    assert found.case.left_out == {person(office, B), person(office, X)}
    for name in (A, B):
        with hand_of(office, name) as hand:
            hand.read()
            assert bool(hand.vault.messages.of_case(found.case.id)) is (name == A)


def test_words_reach_the_readers_and_name_all_that_stood_on_the_screen(office: Office) -> None:
    receipt = Receipt.draw()
    report(office, receipt, [A, B])
    say(office.courier(), office.history(), receipt, thread(office, receipt), Answer("Nog iets."), office.today)
    say(office.courier(), office.history(), receipt, thread(office, receipt), Answer("En dit."), office.today)
    case = thread(office, receipt).case
    assert case
    first, second, third = case.messages
    assert second.placed.head.seen == (first.id,)
    assert third.placed.head.seen == (second.id,)
    with hand_of(office, B) as hand:
        hand.read()
        assert len(hand.case(case.id).messages) == 3


def test_who_is_let_in_reads_all_of_it_at_once(office: Office) -> None:
    receipt = Receipt.draw()
    case_id = report(office, receipt, [A, B])
    courier, history, x = office.courier(), office.history(), person(office, X)
    say(courier, history, receipt, thread(office, receipt), Consent("no", (x,)), office.today)
    let_in(courier, history, receipt, thread(office, receipt), [x], office.today)
    with hand_of(office, X) as hand:
        hand.read()
        hand.read()
        case = hand.case(case_id)  # type: ignore[arg-type]
        assert x in case.readers
        assert len(case.messages) == 3
    found = thread(office, receipt)
    assert found.case
    assert found.alarms == ()
    assert share_owed(courier, history, receipt, found, office.today) == 0


def test_a_consent_names_every_denial_that_the_page_shows(office: Office) -> None:
    receipt = Receipt.draw()
    report(office, receipt, [A])
    x = person(office, X)
    for answer in ("no", "withdrawn"):
        say(office.courier(), office.history(), receipt, thread(office, receipt), Consent(answer, (x,)), office.today)
    let_in(office.courier(), office.history(), receipt, thread(office, receipt), [x], office.today)
    case = thread(office, receipt).case
    assert case
    _, no, withdrawn, yes = case.messages
    assert isinstance(yes.body, Consent)
    assert {*yes.body.after} == {no.id, withdrawn.id}
    assert x in case.readers


def test_nothing_is_sealed_on_a_day_of_which_the_clock_knows_nothing(office: Office) -> None:
    with pytest.raises(ClockError):
        post_report(
            office.courier(),
            office.history(),
            Receipt.draw(),
            ReportDraft("Iets.", "anders", "nl"),
            {person(office, A)},
            office.today + 3,
        )


def test_nobody_chosen_is_an_error(office: Office) -> None:
    with pytest.raises(NotEnrolledError):
        report(office, Receipt.draw(), [])


def test_a_code_without_a_mailbox_is_unknown(office: Office) -> None:
    with pytest.raises(UnknownCapabilityError):
        thread(office, Receipt.draw())
