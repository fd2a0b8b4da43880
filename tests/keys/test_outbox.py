"""The outbox: a recipient's message counts at once, is sealed once, and is posted in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.cases.authors import Standing
from keys.cases.sharing import answer_to_arrived, owed
from keys.ceremony import Changes, enrol, open_vault
from keys.errors import ForbiddenError, NoCaseError
from keys.sync.delivery import post_to
from keys.sync.intake import FOREIGN
from keys.sync.outbox import lost
from keys.vault.outbox_store import State
from keys.wire.ids import CaseId, MessageId
from keys.wire.messages import (
    Acknowledgement,
    Answer,
    Approval,
    Joined,
    Note,
    Objection,
    Opened,
    Purge,
    SteppedBack,
)
from keys.wire.posting import DOOR_APPEND, DOOR_OPEN, MOST_TIMES
from tests.keys.hand import WORK, Hand, case_of, hand_of, id_of, kinds, refusing
from tests.keys.log_writer import LogWriter
from tests.keys.office import CHEAP, PASSPHRASE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.office import Office

A, B, X = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
SENTINEL = "SENTINEL-42 het gaat over de kluis"


@pytest.fixture
def writer(office: Office, tmp_path: Path) -> LogWriter:
    return LogWriter(office, tmp_path)


def test_a_message_counts_from_when_it_is_written_and_gets_its_place_from_the_log(
    office: Office, writer: LogWriter
) -> None:
    report = writer.report(SENTINEL, [A, B])
    with hand_of(office, A) as hand:
        hand.read()
        written = hand.write(id_of(report), Acknowledgement("Ontvangen."))
        message = hand.case(id_of(report)).find(written)
        assert message
        assert (message.counts, message.placed.place.is_posted) == (True, False)
    with hand_of(office, A) as hand:  # for example after a power failure
        assert hand.case(id_of(report)).find(written)
        assert hand.post().posted == 1
        assert hand.case(id_of(report)).find(written)
        hand.post()
        message = hand.case(id_of(report)).find(written)
        assert message
        assert message.placed.place.position == 2
        assert hand.vault.outbox.all() == []
    found = case_of(office, B, report).find(written)
    assert found
    assert found.counts
    assert {*found.placed.head.to} == {*writer.people([A, B])}


def test_opened_is_on_the_disk_before_the_words_are_on_the_screen(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A])
    with hand_of(office, A) as hand:
        hand.read()
        opened = hand.composer.write(id_of(report), Opened(), [])
    with hand_of(office, A) as hand:
        assert [one.message.id for one in hand.vault.outbox.all()] == [opened]


def test_nothing_of_a_waiting_message_is_on_the_disk_in_clear(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A])
    with hand_of(office, A) as hand:
        hand.read()
        hand.write(id_of(report), Note(SENTINEL))
        [one] = hand.vault.outbox.all()
        copy = hand.vault.copy()
        for secret in (SENTINEL.encode(), one.address[:32], one.message.content_key, one.message.raw_head):
            assert secret not in copy
        assert hand.vault.outbox.sealed(one).prefix not in copy


def test_who_does_not_read_a_case_cannot_write_in_it(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A, B])
    with hand_of(office, A) as hand:
        hand.read()
        hand.write(id_of(report), SteppedBack())
        with pytest.raises(ForbiddenError):
            hand.write(id_of(report), Note("Nog iets."))
        with pytest.raises(NoCaseError):
            hand.composer.write(CaseId(bytes(32)), Note("Nog iets."), [])
        assert len(hand.vault.outbox.all()) == 1


def test_an_own_objection_that_waits_counts_in_the_own_vault(office: Office, writer: LogWriter) -> None:
    """K13: A's objection waits in the outbox, and A's own vault destroyed the case."""
    report = writer.report(SENTINEL, [A, B])
    purge = writer.post(A, Purge("Niets meer."), report, [A, B], [report])
    writer.post(B, Approval(MessageId(purge.message.id)), report, [A, B], [purge])
    with hand_of(office, A) as hand:
        hand.read()
        assert hand.case(id_of(report)).last_day
        hand.write(id_of(report), Objection(MessageId(purge.message.id)))
        assert hand.case(id_of(report)).last_day is None
        assert hand.vault.outbox.has_own_words(id_of(report))


def test_an_objection_that_the_server_loses_counts_and_is_an_alarm(office: Office, writer: LogWriter) -> None:
    """K13: the server acknowledges it and loses it."""
    report = writer.report(SENTINEL, [A, B])
    purge = writer.post(A, Purge("Niets meer."), report, [A, B], [report])
    writer.post(B, Approval(MessageId(purge.message.id)), report, [A, B], [purge])
    with hand_of(office, A) as hand:
        hand.read()
        hand.write(id_of(report), Objection(MessageId(purge.message.id)))
        [one] = hand.vault.outbox.all()
        with hand.vault.transaction():  # the server falsely acknowledges it
            hand.vault.outbox.set_state(one.message.mac, State.ACKNOWLEDGED)
        assert hand.post().lost == [one.message.mac]
        assert hand.case(id_of(report)).last_day is None
        assert hand.vault.outbox.has_own_words(id_of(report))


def test_a_session_reads_back_what_it_has_posted_and_nothing_of_it_is_lost(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A])
    with hand_of(office, A) as hand:
        hand.read()
        hand.write(id_of(report), Note("Een."))
        assert hand.post().lost == []
        assert hand.vault.outbox.all() == []
        assert lost(hand.vault) == []


def test_an_answer_and_stepping_back_in_one_session_go_out_in_their_order(office: Office, writer: LogWriter) -> None:
    """T2: two circuits could post them in the other order, and the own answer was forbidden."""
    report = writer.report(SENTINEL, [A, B])
    with hand_of(office, B) as hand:
        hand.read()
        hand.write(id_of(report), Answer("Dit was het."))
        hand.write(id_of(report), SteppedBack())
        assert hand.post().posted == 2
    case = case_of(office, A, report)
    assert kinds(case) == ["report", "answer", "stepped-back"]
    assert all(message.counts for message in case.messages)
    assert case.alarms == ()


def test_a_message_waits_while_the_one_before_it_is_refused(office: Office, writer: LogWriter) -> None:
    """T2: one queue, in order."""
    report = writer.report(SENTINEL, [A, B])
    with hand_of(office, B) as hand:
        hand.read()
        hand.write(id_of(report), Answer("Dit was het."))
        hand.write(id_of(report), SteppedBack())
    refusing(office, 507, b'{"error":"full"}')
    with hand_of(office, B) as hand:
        sent = hand.post()
        assert (sent.posted, sent.refused) == (0, {id_of(report): "full"})
        assert [one.state for one in hand.vault.outbox.all()] == [State.TRIED, State.QUEUED]
    assert kinds(case_of(office, A, report)) == ["report"]


def test_a_waiting_message_of_an_author_who_left_the_roster_causes_no_alarm(office: Office, writer: LogWriter) -> None:
    """T3: late, and no alarm on an honest person."""
    report = writer.report(SENTINEL, [A, B])
    with hand_of(office, B) as hand:
        hand.read()
        hand.write(id_of(report), Answer("Te laat."))
        [one] = hand.vault.outbox.all()
        sealed = hand.vault.outbox.sealed(one)
        office.publish_roster([A, X])
        # B can no longer read the log, so B's tool posts nothing; here it had posted it just before.
        post_to(office.courier(), sealed, office.roster().policy, WORK, one.door, one.address)
    case = case_of(office, A, report)
    assert [message.standing for message in case.messages] == [Standing.COUNTS, Standing.LATE]
    assert case.alarms == ()


def test_what_waits_under_a_key_that_is_revoked_is_sealed_anew_with_the_new_one(
    office: Office, writer: LogWriter
) -> None:
    """T3: after a re-key, the message counts for the person."""
    report = writer.report(SENTINEL, [A, B])
    with hand_of(office, A) as hand:
        hand.read()
        old = hand.write(id_of(report), Answer("Ik schreef dit."))
    person, stolen = writer.person(A), office.identity(A)
    office.cards[A] = enrol(office.folder / "new", A, "secretaris", PASSPHRASE, office.today, CHEAP)
    changes = Changes(revoked=[stolen], replaced={office.identity(A): person})
    office.publish_roster([A, B, X], changes=changes)
    office.join("new")
    with open_vault(office.folder / A, office.secret(A)) as vault:
        hand = Hand(A, vault, office.secret("new"), office.courier(), office.today)
        assert hand.post().posted == 1
    case = case_of(office, B, report)
    _, answer = case.messages
    assert answer.id != old
    assert (answer.person, answer.counts, case.alarms) == (person, True, ())
    assert answer.placed.head.author == office.identity(A)


def test_a_message_that_waits_goes_into_no_share(office: Office, writer: LogWriter) -> None:
    """T29: if it were dropped later, a newcomer would have a message that nobody else has."""
    report = writer.report(SENTINEL, [A])
    with hand_of(office, A) as hand:
        hand.read()
        hand.write(id_of(report), Note("Wacht nog."))
        joined = hand.write(id_of(report), Joined(writer.people([X])))
        case, [x] = hand.case(id_of(report)), writer.people([X])
        given = owed(case, hand.person, [hand.person, x], ())
        assert given == {x: (report.message.id,)}
        assert answer_to_arrived(case, x) == (report.message.id,)
        hand.post()
        hand.read()
        case = hand.case(id_of(report))
        assert case.messages[1].id in owed(case, hand.person, [hand.person, x], ())[x]
        assert joined in answer_to_arrived(case, x)


def test_a_message_of_the_own_key_that_this_vault_did_not_make_is_an_alarm(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A, B])
    with hand_of(office, A) as hand:
        hand.read()
        hand.write(id_of(report), Answer("Van mij."))
        [mac] = [one.message.mac for one in hand.vault.outbox.all()]
        hand.post()
        hand.read()
        hand.post()
        assert hand.vault.outbox.all() == []
        assert hand.vault.outbox.is_own(mac)
        assert hand.vault.messages.faults() == []
    forged = writer.post(A, Answer("Niet van mij."), report, [A, B], [report])
    with hand_of(office, A) as hand:
        hand.read()
        assert [fault.fault for fault in hand.vault.messages.faults()] == [FOREIGN]
        assert not hand.vault.outbox.is_own(forged.message.mac)


def test_each_posting_goes_over_a_connection_of_its_own(office: Office, writer: LogWriter) -> None:
    first, second = writer.report(SENTINEL, [A]), writer.report(SENTINEL, [A])
    line = office.courier()
    with hand_of(office, A, line) as hand:
        hand.read()
        for report in (first, second):
            hand.write(id_of(report), Note("Een."))
            hand.write(id_of(report), Answer("Twee."))
        assert hand.post(cover=6).posted == 4
    used = [courier for courier, path, _ in line.asked if path == "/envelopes"]
    assert len(used) == len({*map(id, used)}) == 6
    assert line not in used


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        (Answer("Dit was het."), 2**40),
        (Answer("Dit was het."), MOST_TIMES[DOOR_APPEND] * WORK + 1),
        (Note("Dit was het."), MOST_TIMES[DOOR_OPEN] * WORK + 1),
    ],
)
def test_no_server_makes_a_session_do_more_work_than_the_policy_lets_it(
    office: Office, writer: LogWriter, body: Answer | Note, asked: int
) -> None:
    report = writer.report(SENTINEL, [A])
    with hand_of(office, A) as hand:
        hand.read()
        hand.write(id_of(report), body)
    refusing(office, 403, b'{"error":"stamp","work":%d}' % asked)
    with hand_of(office, A) as hand:
        assert hand.composer.addressees.roster.policy.work == WORK
        sent = hand.post()
        assert (sent.posted, sent.refused) == (0, {id_of(report): "too-much-work"})
    office.refuse = lambda path: None
    with hand_of(office, A) as hand:
        assert hand.post().posted == 1
