"""The fates of a message in the outbox: it is posted once, is sealed anew, or is put aside for its owner."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.cases.drafts import Fate
from keys.errors import RefusedError
from keys.sealing.stream import writers_capability
from keys.sync.outbox import Outbox, Sent, _Progress
from keys.vault.outbox_store import Reason, State
from keys.wire.messages import (
    Answer,
    Arrived,
    Closed,
    Consent,
    Joined,
    Note,
    Objection,
    Purge,
    SteppedBack,
)
from keys.wire.messages.reporter import NO
from tests.keys.hand import WORK, Deaf, case_of, hand_of, id_of, kinds, put_aside, refusing
from tests.keys.log_writer import LogWriter

if TYPE_CHECKING:
    from pathlib import Path

    from keys.sync.log_reader import LogRead
    from tests.keys.office import Office

A, B, X = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
SENTINEL = "SENTINEL-42 het gaat over de kluis"


@pytest.fixture
def writer(office: Office, tmp_path: Path) -> LogWriter:
    return LogWriter(office, tmp_path)


def test_a_joined_of_somebody_who_is_then_left_out_is_put_aside(office: Office, writer: LogWriter) -> None:
    """T30: A's `joined` of X waits, R says no about X, and it was posted all the same."""
    report = writer.report(SENTINEL, [A])
    with hand_of(office, A) as hand:
        hand.read()
        hand.write(id_of(report), Joined(writer.people([X])))
    writer.post("", Consent(NO, writer.people([X])), report, [A], [report])
    before = writer.position
    with hand_of(office, A) as hand:
        assert hand.post().posted == 0
        [one] = put_aside(hand.vault, id_of(report))
        assert (one.state, one.reason) == (State.PUT_ASIDE, Reason.WOULD_NOT_COUNT)
        assert hand.read().end.position == before


def test_what_follows_a_message_that_is_put_aside_is_put_aside_with_it(office: Office, writer: LogWriter) -> None:
    """T14: the page lacked the dropped message, and blamed A."""
    report = writer.report(SENTINEL, [A])
    with hand_of(office, A) as hand:
        hand.read()
        joined = hand.write(id_of(report), Joined(writer.people([X])))
        note = hand.write(id_of(report), Note("X leest mee."))
    writer.post("", Consent(NO, writer.people([X])), report, [A], [report])
    with hand_of(office, A) as hand:
        hand.post()
        found = {one.message.id: one.reason for one in hand.vault.outbox.all()}
        assert found == {joined: Reason.WOULD_NOT_COUNT, note: Reason.FOLLOWS}
        # A message written now does not name one that nobody gets.
        after = hand.write(id_of(report), Note("Zonder X."))
        head = hand.vault.outbox.waiting(id_of(report))[0].message.head
        assert not {joined, note}.intersection(head.seen)
        assert hand.post().posted == 1
        hand.read()
        case = hand.case(id_of(report))
        assert (kinds(case), case.missing) == (["report", "consent", "note"], ())
        assert case.find(after)


def test_what_follows_a_message_that_is_sealed_anew_names_it_by_its_new_id(office: Office, writer: LogWriter) -> None:
    """T14: sealed anew, together with its followers."""
    report = writer.report(SENTINEL, [A, B])
    with hand_of(office, A) as hand:
        hand.read()
        first = hand.write(id_of(report), Purge("Niets meer."))
        hand.write(id_of(report), Objection(first))
        sealed_to = hand.vault.outbox.all()[0].message.head.to
        assert writer.person(B) in sealed_to
    with hand_of(office, B) as hand:
        hand.read()
        hand.write(id_of(report), SteppedBack())
        hand.post()
    with hand_of(office, A) as hand:
        assert hand.post().posted == 2
        hand.read()
        case = hand.case(id_of(report))
    assert kinds(case) == ["report", "stepped-back", "purge", "objection"]
    _, _, purge, objection = case.messages
    assert purge.id != first
    assert objection.body == Objection(purge.id)
    assert purge.id in objection.placed.head.seen
    assert writer.person(B) not in {*purge.placed.head.to, *objection.placed.head.to}
    assert (case.missing, case.alarms) == ((), ())


def test_after_the_exact_404_the_same_envelope_goes_by_door_0(office: Office, writer: LogWriter) -> None:
    """T37: the mailbox has ended; its case could never be closed."""
    report = writer.report(SENTINEL, [A, B])
    secrets = (writers_capability(report.message.content_key), writer.receipts[id_of(report)].capability())
    office.courier()._post("/leave", b"".join(secrets))  # the reporter's mailbox, as far as it still exists
    with hand_of(office, A) as hand:
        hand.read()
        written = hand.write(id_of(report), Closed("Het is stil."))
        [mac] = [one.message.mac for one in hand.vault.outbox.all()]
        assert hand.post().posted == 1
        hand.read()
        assert mac in hand.vault.log.find([mac])
    case = case_of(office, B, report)
    assert case.closed_by == written


def test_what_is_too_large_is_put_aside_and_other_cases_go_on(office: Office, writer: LogWriter) -> None:
    """T37: after a 413 the queue was stuck."""
    first, second = writer.report(SENTINEL, [A]), writer.report(SENTINEL, [A])
    with hand_of(office, A) as hand:
        hand.read()
        hand.write(id_of(first), Note("Een."))
        hand.write(id_of(first), Note("Twee."))
        for text in ("Drie.", "Vier.", "Vijf."):
            hand.write(id_of(second), Note(text))
        assert hand.vault.outbox.queues() == [id_of(first), id_of(second)]
    answers = iter([(413, b'{"error":"too-large"}')])
    office.refuse = lambda path: next(answers, None) if path == "/envelopes" else None
    with hand_of(office, A) as hand:
        sent = hand.post()
        assert (sent.posted, sent.refused) == (3, {})
        assert [one.reason for one in put_aside(hand.vault, id_of(first))] == [
            Reason.TOO_LARGE,
            Reason.FOLLOWS,
        ]
        assert hand.vault.outbox.queues() == []


def test_what_was_sealed_before_its_reader_arrived_is_sealed_anew(office: Office, writer: LogWriter) -> None:
    """T43: sealed to a lost vault's key, it never arrived, and nobody named it."""
    report = writer.report(SENTINEL, [A, B])
    with hand_of(office, A) as hand:
        hand.read()
        first = hand.write(id_of(report), Answer("Voor B."))
        second = hand.write(id_of(report), Note("Ook voor B."))
    with hand_of(office, B) as hand:
        hand.read()
        hand.composer.write_to(writer.people([A, B, X]), Arrived())
        assert hand.post().posted == 1
    with hand_of(office, A) as hand:
        assert hand.post().posted == 2
        ids = {one.message.id for one in hand.vault.outbox.all()}
        assert not ids & {first, second}
        hand.read()
        case = hand.case(id_of(report))
        assert kinds(case) == ["report", "answer", "note"]
        assert case.missing == ()
    assert kinds(case_of(office, B, report)) == ["report", "answer", "note"]


def test_another_404_puts_nothing_aside(office: Office, writer: LogWriter) -> None:
    """K31, H6: a 404 of a host in between is a connection fault."""
    report = writer.report(SENTINEL, [A, B])
    with hand_of(office, A) as hand:
        hand.read()
        hand.write(id_of(report), Answer("Bezwaar."))
        address = hand.vault.outbox.all()[0].address
    refusing(office, 404, b"<html>not found</html>")
    with hand_of(office, A) as hand:
        assert not hand.post().is_reached
        [one] = hand.vault.outbox.waiting(id_of(report))
        assert (one.state, one.door, one.address) == (State.TRIED, 1, address)


def test_a_case_is_kept_while_something_put_aside_is_undecided(office: Office, writer: LogWriter) -> None:
    """K31: a refusal of the server put an objection aside, and the vault destroyed the case."""
    report = writer.report(SENTINEL, [A, B])
    with hand_of(office, A) as hand:
        hand.read()
        hand.write(id_of(report), Note("Bezwaar."))
    refusing(office, 413, b"<html>too large</html>")
    with hand_of(office, A) as hand:
        hand.post()
        [one] = put_aside(hand.vault, id_of(report))
        assert hand.vault.outbox.has_own_words(id_of(report))
        with hand.vault.transaction():  # its owner decides
            hand.vault.outbox.drop(one.message.mac)
        assert not hand.vault.outbox.has_own_words(id_of(report))


def test_a_message_whose_answer_was_lost_is_not_posted_twice(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A, B])
    line = Deaf(office)
    with hand_of(office, A, line) as hand:
        hand.read()
        hand.write(id_of(report), Answer("Eenmaal."))
        sent = hand.post()
        assert (sent.posted, sent.is_reached, len(line.taken)) == (0, False, 1)
        assert [one.state for one in hand.vault.outbox.all()] == [State.TRIED]
    with hand_of(office, A) as hand:
        assert hand.post().posted == 0
        assert hand.vault.outbox.all() == []
        assert hand.vault.log.count() == 2
    assert kinds(case_of(office, B, report)) == ["report", "answer"]


def test_what_is_too_old_is_sealed_anew_once_the_log_is_known_not_to_have_it(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A, B])
    with hand_of(office, A) as hand:
        hand.read()
        old = hand.write(id_of(report), Answer("Lang bewaard."))
    office.pass_days(40)
    with hand_of(office, A) as hand:
        assert hand.post().posted == 1
        one = hand.case(id_of(report)).messages[-1]
        assert one.id != old
        assert one.head.day == office.today


def test_a_message_that_is_too_old_and_in_the_log_is_not_sealed_anew(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A, B])
    with hand_of(office, A, Deaf(office)) as hand:
        hand.read()
        hand.write(id_of(report), Answer("Eenmaal."))
        hand.post()
        [one] = hand.vault.outbox.all()
        refusing(office, 410, b'{"error":"until"}')
        hand.courier = office.courier()
        outbox = hand.outbox
        [waiting] = hand.vault.outbox.waiting(id_of(report))
        outbox._take_refusal(waiting, RefusedError("until"), _Progress(Sent(), is_whole=True))
        assert hand.vault.outbox.all() == []
        assert hand.vault.log.find([one.message.mac])


def test_nothing_goes_out_for_the_first_time_before_the_log_was_read_to_its_end(
    office: Office, writer: LogWriter
) -> None:
    report = writer.report(SENTINEL, [A])
    with hand_of(office, A) as hand:
        hand.read()
        hand.write(id_of(report), Note("Een."))
        outbox = hand.outbox
        partly = Outbox(hand.vault, hand.courier, outbox.composer, lambda: _cut(hand.read()))
        assert partly.post_waiting(WORK).posted == 0
        assert [one.state for one in hand.vault.outbox.all()] == [State.QUEUED]
        assert outbox._fate(hand.vault.outbox.all()[0]) is Fate.GOES_OUT


def _cut(read: LogRead) -> LogRead:
    return replace(read, is_whole=False)
