"""The reporter's side without a browser: what is posted and for whom, and what a visit reads and shares."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.cases.report_draft import ReportDraft
from keys.errors import (
    ClockError,
    EnteredError,
    ForbiddenError,
    NoCaseError,
    NotEnrolledError,
    RolledBackError,
    UnknownCapabilityError,
)
from keys.receipt import Receipt
from keys.roster import Bundle
from keys.roster.weeks import until_of
from keys.sealing import seal_cover, seal_head
from keys.sealing.envelopes import LABEL_ENTERED
from keys.sync.delivery import post_to
from keys.sync.mailbox_reader import MOST_PAGES, read_mailbox
from keys.sync.reporter import let_in, post_report, say, share_owed
from keys.sync.reporter_composer import ReporterComposer, reporter_pair, reporter_signer
from keys.sync.served import sealing_basis
from keys.wire.envelope import SMALLEST_CLASS
from keys.wire.ids import CaseId, IdentityKey
from keys.wire.mailbox import MailboxEntry, MailboxPage
from keys.wire.messages import Answer, Consent, Entered, Opened
from keys.wire.posting import DOOR_APPEND, DOOR_OPEN, append_address, mailbox_address
from keys.wire.signed import Signed, join_frames, split_frames
from keys.wording.mailbox import thread_notices
from tests.keys.hand import WORK, hand_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.sealing import Sealed
    from keys.sync.mailbox_reader import ReporterThread
    from keys.wire.ids import MessageId
    from tests.keys.office import Office

A, B, X = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"


def report(office: Office, receipt: Receipt, names: Sequence[str], **others: object) -> MessageId:
    draft = ReportDraft("Er ging iets mis.", "anders", "nl", **others)  # type: ignore[arg-type]
    chosen = {office.person(name) for name in names}
    return post_report(office.courier(), office.history(), receipt, draft, chosen, office.today)


def thread(office: Office, receipt: Receipt) -> ReporterThread:
    return read_mailbox(office.courier(), office.history(), receipt)


def put(office: Office, receipt: Receipt, sealed: Sealed) -> None:
    """Put any envelope into the mailbox of a receipt."""
    post_to(office.courier(), sealed, office.roster().policy, WORK, DOOR_APPEND, append_address(receipt.capability()))


def spoil_one_bundle(office: Office, identity: bytes) -> None:
    """Let the server return bundles of one identity with an invalid signature."""

    def meddle(path: str, answer: bytes) -> bytes:
        if not path.startswith("/bundles"):
            return answer
        first, *frames = split_frames(answer)
        signed = [Signed.parse(frame) for frame in frames]
        spoilt = [
            replace(one, document=one.document.replace(b'"away":null', b'"away":99999'))
            if Bundle.verify(one).identity == identity
            else one
            for one in signed
        ]
        return join_frames([first, *(one.encode() for one in spoilt)])

    office.meddle = meddle


def test_a_report_is_in_the_mailbox_and_for_the_chosen_alone(office: Office) -> None:
    receipt = Receipt.draw()
    message_id = report(office, receipt, [A])
    found = thread(office, receipt)
    assert found.case
    assert (found.case.id, found.is_whole, found.alarms) == (message_id, True, ())
    assert found.case.readers == {office.person(A)}
    assert found.case.left_out == {office.person(B), office.person(X)}
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
    courier, history, x = office.courier(), office.history(), office.person(X)
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
    x = office.person(X)
    for answer in ("no", "withdrawn"):
        say(office.courier(), office.history(), receipt, thread(office, receipt), Consent(answer, (x,)), office.today)
    let_in(office.courier(), office.history(), receipt, thread(office, receipt), [x], office.today)
    case = thread(office, receipt).case
    assert case
    _, no, withdrawn, yes = case.messages
    assert isinstance(yes.body, Consent)
    assert {*yes.body.after} == {no.id, withdrawn.id}
    assert x in case.readers


def test_who_cannot_be_sealed_to_is_a_reader_all_the_same_and_gets_it_at_a_visit(office: Office) -> None:
    receipt, courier = Receipt.draw(), office.courier()
    a, x = office.person(A), office.person(X)
    _, addressees = sealing_basis(courier, office.history(), office.today)
    without_x = replace(addressees, pairs={who: pair for who, pair in addressees.pairs.items() if who != x})
    sealed = ReporterComposer(receipt, without_x).report(ReportDraft("Iets.", "anders", "nl"), {a, x})
    address = mailbox_address(receipt.capability(), sealed.writers_capability())
    post_to(courier, sealed, office.roster().policy, WORK, DOOR_OPEN, address)
    found = thread(office, receipt)
    assert found.case
    assert (found.case.report.placed.head.to, found.case.report.placed.head.missing) == ((a,), (x,))
    assert found.case.readers == {a, x}
    assert office.read(X) == []
    assert share_owed(courier, office.history(), receipt, found, office.today) == 1
    [case] = office.read(X)
    assert case.id == found.case.id
    again = thread(office, receipt)
    assert again.shared == {(x, found.case.report.id)}
    assert share_owed(courier, office.history(), receipt, again, office.today) == 0


def test_nothing_is_written_where_nobody_can_be_sealed_to(office: Office) -> None:
    receipt = Receipt.draw()
    report(office, receipt, [A])
    _, addressees = sealing_basis(office.courier(), office.history(), office.today)
    composer = ReporterComposer(receipt, replace(addressees, pairs={}))
    found = thread(office, receipt)
    assert found.case
    with pytest.raises(NotEnrolledError):
        composer.word(found.case, found.rosters, Answer("Is daar iemand?"))
    with pytest.raises(NotEnrolledError):
        composer.report(ReportDraft("Iets.", "anders", "nl"), {office.person(A)})


def test_an_old_list_that_leaves_nobody_to_seal_to_is_a_rollback(office: Office) -> None:
    _, addressees = sealing_basis(office.courier(), office.history(), office.today)
    with pytest.raises(RolledBackError):
        replace(addressees, pairs={}, unknown=frozenset(addressees.pairs)).check_current()


def test_no_consent_counts_in_a_report_that_a_recipient_wrote_down(office: Office) -> None:
    receipt, secretaris = Receipt.draw(), office.secret(A).signer()
    signature = secretaris.sign(LABEL_ENTERED + reporter_signer(receipt).public)
    entered = Entered(IdentityKey(secretaris.public), signature, "phone")
    draft, chosen = ReportDraft("Gebeld.", "anders", "nl"), {office.person(A)}
    post_report(office.courier(), office.history(), receipt, draft, chosen, office.today, entered=entered)
    found = thread(office, receipt)
    with pytest.raises(EnteredError):
        let_in(office.courier(), office.history(), receipt, found, [office.person(X)], office.today)
    with pytest.raises(ForbiddenError):
        say(office.courier(), office.history(), receipt, found, Opened(), office.today)


def test_an_item_that_fails_is_an_alarm_and_the_rest_is_read(office: Office) -> None:
    receipt = Receipt.draw()
    case_id = CaseId(report(office, receipt, [A]))
    put(office, receipt, seal_cover(slots=8, until=until_of(office.today), padded=SMALLEST_CLASS))
    say(office.courier(), office.history(), receipt, thread(office, receipt), Answer("Nog iets."), office.today)
    case = thread(office, receipt).case
    assert case
    elsewhere = replace(case.messages[1].placed.head, case=CaseId(bytes(32)))
    pair, until = reporter_pair(receipt).public, until_of(office.today)
    put(office, receipt, seal_head(elsewhere, reporter_signer(receipt), [pair], slots=8, until=until))
    found = thread(office, receipt)
    assert found.case
    assert found.case.id == case_id
    assert len(found.case.messages) == 2
    assert [(item.number, item.code) for item in found.alarms] == [(2, "no-slot"), (4, "malformed")]


def test_an_item_that_comes_again_changes_nothing(office: Office) -> None:
    receipt = Receipt.draw()
    report(office, receipt, [A])
    say(office.courier(), office.history(), receipt, thread(office, receipt), Answer("Nog iets."), office.today)
    before = thread(office, receipt)

    def twice(path: str, answer: bytes) -> bytes:
        if not path.startswith("/mailbox?after=0"):
            return answer
        page = MailboxPage.parse(answer, 0)
        last = page.entries[-1]
        return MailboxPage((*page.entries, replace(last, number=last.number + 1)), more=False).encode()

    office.meddle = twice
    again = thread(office, receipt)
    assert again.case == before.case
    assert again.alarms == ()


def test_an_item_of_a_day_on_which_no_honest_server_takes_it_is_an_alarm_and_is_read(office: Office) -> None:
    receipt = Receipt.draw()
    report(office, receipt, [A])

    def later(path: str, answer: bytes) -> bytes:
        if not path.startswith("/mailbox?"):
            return answer
        [first] = MailboxPage.parse(answer, 0).entries
        return MailboxPage((replace(first, day=first.header().until + 1),), more=False).encode()

    office.meddle = later
    found = thread(office, receipt)
    assert found.case
    assert [(item.number, item.code) for item in found.alarms] == [(1, "entry-day")]
    assert [line.startswith("ALARM: message 1 has a day") for line in thread_notices(found)] == [True]


def test_reading_stops_after_forty_pages_on_which_nothing_opens(office: Office) -> None:
    receipt = Receipt.draw()
    report(office, receipt, [A])
    decoy = seal_cover(slots=8, until=until_of(office.today), padded=SMALLEST_CLASS)
    put(office, receipt, decoy)
    asked: list[str] = []

    def without_end(path: str, answer: bytes) -> bytes:
        if not path.startswith("/mailbox?after="):
            return answer
        asked.append(path)
        after = int(path.rpartition("=")[2])
        if after == 0:
            return MailboxPage(MailboxPage.parse(answer, 0).entries, more=True).encode()
        return MailboxPage((MailboxEntry(after + 1, office.today, decoy.size, decoy.prefix),), more=True).encode()

    office.meddle = without_end
    found = thread(office, receipt)
    assert found.case
    assert (len(asked), found.is_whole) == (1 + MOST_PAGES, False)


def test_a_report_that_the_server_keeps_back_leaves_no_case(office: Office) -> None:
    receipt = Receipt.draw()
    report(office, receipt, [A])
    office.meddle = lambda path, answer: (
        MailboxPage((), more=False).encode() if path.startswith("/mailbox?") else answer
    )
    found = thread(office, receipt)
    assert found.case is None
    with pytest.raises(NoCaseError):
        say(office.courier(), office.history(), receipt, found, Answer("Hallo?"), office.today)


def test_a_spoilt_bundle_stops_nobody_from_sealing_to_the_others(office: Office) -> None:
    """H3: not even a reporter."""
    spoil_one_bundle(office, office.identity(X))
    receipt = Receipt.draw()
    report(office, receipt, [A, X])
    case = thread(office, receipt).case
    assert case
    assert case.report.placed.head.missing == (office.person(X),)
    assert case.report.placed.head.to == (office.person(A),)


def test_nothing_is_sealed_on_a_day_of_which_the_clock_knows_nothing(office: Office) -> None:
    with pytest.raises(ClockError):
        post_report(
            office.courier(),
            office.history(),
            Receipt.draw(),
            ReportDraft("Iets.", "anders", "nl"),
            {office.person(A)},
            office.today + 3,
        )


def test_nobody_chosen_is_an_error(office: Office) -> None:
    with pytest.raises(NotEnrolledError):
        report(office, Receipt.draw(), [])


def test_a_code_without_a_mailbox_is_unknown(office: Office) -> None:
    with pytest.raises(UnknownCapabilityError):
        thread(office, Receipt.draw())


def test_an_item_whose_beginning_the_server_does_not_give_stops_nothing(office: Office) -> None:
    receipt = Receipt.draw()
    report(office, receipt, [A])
    long = Answer("a" * 90_000)  # its head extends beyond the first chunk
    say(office.courier(), office.history(), receipt, thread(office, receipt), long, office.today)
    say(office.courier(), office.history(), receipt, thread(office, receipt), Answer("Nog iets."), office.today)
    found = thread(office, receipt).case
    assert found
    assert [message.text for message in found.thread][1:] == [long.text, "Nog iets."]
    office.refuse = lambda path: (404, b'{"error":"unknown"}') if path.startswith("/mailbox/") else None
    again = thread(office, receipt)
    assert again.case
    assert [item.number for item in again.alarms] == [2]
    # A message that the last one names is missing: on a page, an alarm at once.
    assert [missing.id for missing in again.case.missing] == [found.thread[1].id]
    said = list(thread_notices(again))
    assert [line.startswith("ALARM") for line in said] == [True, True]
    assert list(thread_notices(replace(again, case=None, alarms=()))) == []
