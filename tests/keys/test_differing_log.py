"""A server restored from a backup, and one that shows two logs: everybody detects it, and no read message is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from keys.cases.destruction import Countdown
from keys.cases.place import Place
from keys.errors import DiffersError, ForkError, MalformedError
from keys.sync import actions
from keys.sync.differing_log import accept, find_difference, give_back, give_chain, is_waiting
from keys.sync.notices import NoticeKind
from keys.sync.outbox import lost
from keys.sync.trust import load_trust
from keys.vault import tables
from keys.vault.outbox_store import State
from keys.wire.mailbox import MailboxPage
from keys.wire.messages import Acknowledgement, Answer, LogAccepted, Note, Question
from tests.keys.hand import WORK, hand_of, id_of, kinds
from tests.keys.log_writer import LogWriter
from tests.keys.restoring import ALL, A, B, Backup, accept_and_give_back, cases_of_all, read_on
from tests.policies import SMALL

if TYPE_CHECKING:
    from pathlib import Path

    from keys.wire.ids import MessageId
    from tests.keys.hand import Hand
    from tests.keys.office import Office

OF_THE_SERVER = (
    NoticeKind.DIFFERS,
    NoticeKind.ENTRY_DAY,
    NoticeKind.FAULTY,
    NoticeKind.LOST,
    NoticeKind.NEVER_SEEN,
    NoticeKind.OWN_KEY,
    NoticeKind.WITHHELD,
    NoticeKind.WITNESS,
)


@pytest.fixture
def writer(office: Office, tmp_path: Path) -> LogWriter:
    return LogWriter(office, tmp_path)


def alarms(hand: Hand) -> list[str]:
    return [fault.fault for fault in hand.vault.messages.faults()]


def test_a_restored_server_gets_back_what_it_lost_and_every_reader_ends_with_one_case(
    office: Office, writer: LogWriter
) -> None:
    """Honest people: no alarm at any step, only the line that the log differs."""
    report = writer.report("Over de kluis.", ALL)
    backup = Backup(office, writer)
    for name, words in ((B, [Acknowledgement("Ontvangen.")]), (A, [Question("Wanneer?"), Note("Even bellen.")])):
        with hand_of(office, name) as hand:
            hand.read()
            for body in words:
                hand.write(id_of(report), body)
            hand.post()
    answered = writer.post("", Answer("Dinsdag."), report, ALL, [report])
    late = writer.report("Een ander.", ALL)
    for name in (A, B):  # C has not looked yet
        with hand_of(office, name) as hand:
            read_on(hand)
    backup.restore()
    # A message that A posts again is no longer gone when B syncs.
    gone = {A: (5, {id_of(report), id_of(late)}), B: (1, {id_of(report)})}
    for name in (A, B):
        with hand_of(office, name) as hand:
            before = hand.case(id_of(report))
            difference = read_on(hand)
            assert difference is not None
            assert (difference.last_common, difference.since) == (1, office.today)
            assert (difference.gone, {*difference.cases}) == gone[name]
            assert len(difference.words.split()) == 6
            assert hand.case(id_of(report)) == before
            accept_and_give_back(hand)
            hand.read()
            assert not is_waiting(hand.vault)
            assert (alarms(hand), lost(hand.vault)) == ([], [])
    cases = cases_of_all(office, report)
    assert cases[0] == cases[1]
    assert cases[2] == cases[0]
    assert sorted(kinds(cases[2])) == ["acknowledgement", "answer", "note", "question", "report"]
    assert answered.message.id in [message.id for message in cases[0].messages]
    for name in ALL:
        with hand_of(office, name) as hand:
            hand.read()
            assert alarms(hand) == []
            assert hand.vault.log.lost.all() == []
            said = [one.message.head.body for one in hand.vault.messages.about_all_cases()]
            assert {type(body) for body in said} == {LogAccepted}
            assert len(said) == 2


def test_what_comes_back_is_in_the_reporters_mailbox_again(office: Office, writer: LogWriter) -> None:
    """L7: A had the report, and nobody knew the mailbox: the code was permanently unknown."""
    backup = Backup(office, writer)
    report = writer.report("Over de kluis.", ALL)
    writer.post(A, Question("Wanneer?"), report, ALL, [report])
    receipt = writer.receipts[id_of(report)]
    with hand_of(office, A) as hand:
        hand.read()
    backup.restore()
    with hand_of(office, A) as hand:
        read_on(hand)
        accept_and_give_back(hand)
    page = MailboxPage.parse(office.courier()._get("/mailbox?after=0", receipt.capability()), 0)
    assert [entry.number for entry in page.entries] == [1, 2]


def test_an_own_message_that_travelled_in_parts_is_given_back_as_it_was(office: Office, writer: LogWriter) -> None:
    report = writer.report("Over de kluis.", ALL)
    backup = Backup(office, writer)
    photo = office.attachment("foto.jpg", bytes(2_500_000))
    with hand_of(office, A) as hand:
        hand.read()
        written = hand.write(id_of(report), Question("Is dit de kluis?"), attachments=[photo])
        hand.post()
        read_on(hand)
        parts = parts_of(hand, written)
    backup.restore()
    with hand_of(office, A) as hand:
        read_on(hand)
        accept_and_give_back(hand)
        hand.read()
        assert parts_of(hand, written) == parts
        hand.vault.outbox.forget_case(id_of(report))
        hand.vault.messages.forget_case(id_of(report))
        assert hand.vault._execute(select(func.count()).select_from(tables.fetched_part)).scalar() == 0


def parts_of(hand: Hand, message_id: MessageId) -> list[bytes]:
    stored = hand.vault.messages.by_id(message_id)
    assert stored
    position = hand.vault.log.position_of(stored.message.mac)
    assert position is not None
    return [hand.courier.log_part(hand.capability, position, number) for number in range(3)]


def test_until_it_is_accepted_what_is_new_stands_after_all_that_is_old(office: Office, writer: LogWriter) -> None:
    report = writer.report("Over de kluis.", ALL)
    backup = Backup(office, writer)
    old = [writer.post("", Answer(text), report, ALL, [report]) for text in ("een", "twee")]
    with hand_of(office, A) as hand:
        hand.read()
    backup.restore()
    new = writer.post("", Answer("drie"), report, ALL, [report])
    with hand_of(office, A) as hand:
        read_on(hand)
        found = hand.vault.log.find([one.message.mac for one in (report, *old, new)])
        places = [found[one.message.mac].place for one in (report, *old, new)]
        assert places == [Place(1), Place(2), Place(3), Place(3, 1)]
        accept(hand.vault, hand.composer)
        found = hand.vault.log.find([one.message.mac for one in (report, *old, new)])
        places = [found[one.message.mac].place for one in (report, *old, new)]
        assert places == [Place(1), Place(1, 1), Place(1, 2), Place(2)]


def test_a_log_that_is_only_shorter_differs_too(office: Office, writer: LogWriter) -> None:
    """Within 64 entries the server knows the cursor, and repeats what we had: only the end differs."""
    writer.report("Over de kluis.", ALL)
    backup = Backup(office, writer)
    writer.cover()
    with hand_of(office, A) as hand:
        hand.read()
    backup.restore()
    with hand_of(office, A) as hand:
        difference = read_on(hand)
        assert difference is not None
        assert (difference.last_common, difference.gone, difference.cases) == (1, 1, ())


def test_the_last_common_place_is_found_by_halving(office: Office, writer: LogWriter) -> None:
    for _ in range(70):
        writer.cover()
    backup = Backup(office, writer)
    for _ in range(140):
        writer.cover()
    with hand_of(office, A) as hand:
        hand.read()
    backup.restore()
    writer.cover()
    with hand_of(office, A) as hand:
        with pytest.raises(DiffersError):
            hand.read()
        hand.courier.asked.clear()  # type: ignore[attr-defined]
        found = find_difference(hand.vault, hand.courier, hand.capability, load_trust(hand.vault).origin)
        assert found.last_common == 70
        asked = [path for _, path, _ in hand.courier.asked]  # type: ignore[attr-defined]
        assert all(path.endswith("&short=1&limit=1") for path in asked[:-1])
        assert len(asked) <= 4
        hand.read()
        assert (hand.vault.log.end(b"").position, hand.vault.log.count()) == (71, 71)


def test_a_server_that_does_not_know_how_the_log_begins_changes_nothing(office: Office, writer: LogWriter) -> None:
    writer.report("Over de kluis.", ALL)
    with hand_of(office, A) as hand:
        hand.read()
        office.refuse = lambda path: (409, b'{"error":"differs"}') if path.startswith("/log") else None
        hand.courier = office.courier()
        with pytest.raises(ForkError):
            find_difference(hand.vault, hand.courier, hand.capability, load_trust(hand.vault).origin)
        assert not is_waiting(hand.vault)


def test_a_server_that_says_that_its_log_differs_where_it_does_not_changes_nothing(
    office: Office, writer: LogWriter
) -> None:
    writer.report("Over de kluis.", ALL)
    with hand_of(office, A) as hand:
        hand.read()
        with pytest.raises(MalformedError):
            find_difference(hand.vault, hand.courier, hand.capability, load_trust(hand.vault).origin)
        assert not is_waiting(hand.vault)


def test_a_log_that_differs_again_before_it_is_accepted_loses_nothing(office: Office, writer: LogWriter) -> None:
    report = writer.report("Over de kluis.", ALL)
    backup = Backup(office, writer)
    posted = [report]
    for words in ("een", "twee", "drie"):
        posted.append(writer.post("", Answer(words), report, ALL, [report]))
        with hand_of(office, A) as hand:
            read_on(hand)
        backup.restore()
    with hand_of(office, A) as hand:
        difference = read_on(hand)
        assert difference is not None
        assert (difference.last_common, difference.gone) == (1, 3)
        for _ in range(2):
            found = hand.vault.log.find([one.message.mac for one in posted])
            places = [found[one.message.mac].place for one in posted]
            assert places == sorted(places)
            accept(hand.vault, hand.composer)
        assert places == [Place(1), Place(1, 1), Place(1, 2), Place(1, 3)]
        assert kinds(hand.case(id_of(report))) == ["report", *["answer"] * 3]


def test_what_the_server_acknowledged_and_lost_unread_goes_out_again(office: Office, writer: LogWriter) -> None:
    report = writer.report("Over de kluis.", ALL)
    backup = Backup(office, writer)
    writer.cover()
    posted: list[str] = []

    def refuse(path: str) -> tuple[int, bytes] | None:
        posted.extend([path] if path == "/envelopes" else [])
        return (502, b"") if posted and path.startswith("/log") else None  # the connection breaks after the posting

    with hand_of(office, A) as hand:
        hand.read()
        written = hand.write(id_of(report), Note("Even bellen."))
        office.refuse = refuse
        hand.courier = office.courier()
        hand.outbox.post_waiting(WORK)
        assert [one.state for one in hand.vault.outbox.all()] == [State.ACKNOWLEDGED]
    office.refuse = lambda path: None
    backup.restore()
    with hand_of(office, A) as hand:
        read_on(hand)
        assert lost(hand.vault) == []  # the line that the log differs covers it
        accept_and_give_back(hand)
        hand.read()
        assert lost(hand.vault) == []
    assert all(case.find(written) for case in cases_of_all(office, report))


def test_accepting_lets_every_wait_before_destroying_begin_anew(office: Office, writer: LogWriter) -> None:
    """K14: the server lost A's objection, and B destroyed the case before A had posted it again."""
    report = writer.report("Over de kluis.", ALL)
    backup = Backup(office, writer)
    writer.cover()
    with hand_of(office, A) as hand:
        hand.read()
        with hand.vault.transaction():
            hand.vault.countdowns.put(id_of(report), Countdown(office.today, office.today, waits_long=False))
    backup.restore()
    with hand_of(office, A) as hand:
        read_on(hand)
        assert hand.vault.countdowns.all()
        accept(hand.vault, hand.composer)
        [countdown] = hand.vault.countdowns.all().values()
        assert countdown.since > office.today  # the next complete sync sets it


def test_what_no_server_takes_any_more_keeps_its_place_before_all_that_is_new(
    office: Office, writer: LogWriter
) -> None:
    report = writer.report("Over de kluis.", ALL)
    backup = Backup(office, writer)
    answer = writer.post("", Answer("een"), report, ALL, [report])
    with hand_of(office, A) as hand:
        hand.read()
    office.pass_days(28)
    backup.restore()
    office.app.extensions["store"].days.accept(office.today)  # type: ignore[attr-defined]
    with hand_of(office, A) as hand:
        read_on(hand)
        accept(hand.vault, hand.composer)
        given = give_back(hand.vault, hand.courier, load_trust(hand.vault), hand.person)
        assert (given.posted, given.refused) == (0, [])
        found = hand.vault.log.find([answer.message.mac])
        assert found[answer.message.mac].place == Place(1, 1)
        assert kinds(hand.case(id_of(report))) == ["report", "answer"]


def test_a_server_that_forgot_the_newest_roster_gets_it_back(office: Office, writer: LogWriter) -> None:
    backup = Backup(office, writer)
    office.publish_roster(ALL, replace(SMALL, work=4, outside=(), version=2))
    with hand_of(office, A) as hand:
        trust = load_trust(hand.vault)
        assert not give_chain(hand.vault, hand.courier, trust)
        backup.restore()
        assert give_chain(hand.vault, office.courier(), trust)
        hand.courier = office.courier()
        hand.read()


def test_a_session_over_a_restored_server_says_one_thing_and_signs_nothing(office: Office, writer: LogWriter) -> None:
    """L13: bundles posted again contradicted the log for weeks; now they are not posted again but signed anew."""
    receipt = office.report()
    office.read(A)
    backup = Backup(office, writer)
    office.answer(receipt, "Nog iets.")
    office.read(A)
    backup.restore()
    office.pass_days(7)
    with office.session(A) as session:
        before = session.vault.bundles.last_serial()
        assert not session.sync().is_complete
        assert [one.kind for one in session.notices() if one.kind in OF_THE_SERVER] == [NoticeKind.DIFFERS]
        assert session.vault.bundles.last_serial() == before
        [case] = session.cases()
        assert len(case.thread) == 2
        actions.accept_log(session)
        assert session.sync().is_complete
        assert session.vault.bundles.last_serial() > before
        assert [one.kind for one in session.notices() if one.kind in OF_THE_SERVER] == []
    # B, who has read less than A, does not take A's new bundles for a different log; nobody posts the old ones again.
    with office.session(B) as session:
        assert session.sync().is_complete
        assert [one.kind for one in session.notices() if one.is_alarm] == []
        assert len(session.cases()[0].thread) == 2
