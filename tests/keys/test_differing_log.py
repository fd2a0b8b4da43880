"""A server restored from a backup, and one that shows two logs: noticed by all, and nothing that was read is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dropbox import create_app
from dropbox.config import Config
from keys.cases.destruction import Countdown
from keys.cases.place import Place
from keys.errors import DiffersError, ForkError, MalformedError
from keys.roster import Bundle, LogHead, Witness
from keys.roster.weeks import monday
from keys.sync import actions
from keys.sync.differing_log import accept, find_difference, give_back, give_chain, is_waiting, load_difference
from keys.sync.key_rotation import sign_anew
from keys.sync.notices import NoticeKind
from keys.sync.outbox import lost, settle
from keys.sync.trust import load_trust
from keys.sync.witnesses import check_witnesses, names_later_place
from keys.vault.outbox_store import State
from keys.wire.mailbox import MailboxPage
from keys.wire.messages import Acknowledgement, Answer, LogAccepted, Note, Question
from tests.keys.hand import WORK, hand_of, id_of, kinds
from tests.keys.log_writer import LogWriter
from tests.policies import SMALL

if TYPE_CHECKING:
    from pathlib import Path

    from keys.cases.case import Case
    from keys.sync.differing_log import Difference
    from tests.keys.hand import Hand
    from tests.keys.log_writer import Posted
    from tests.keys.office import Office

A, B, C = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
ALL = (A, B, C)
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


class Backup:
    """A copy of the server's database at a moment."""

    def __init__(self, office: Office, writer: LogWriter) -> None:
        self.office, self.writer, self.position = office, writer, writer.position
        self.path = office.folder / f"backup-{writer.position}.sqlite"
        _copy(_database(office), self.path)

    def restore(self) -> None:
        """Set the server back, as its operator would: stopped, restored, started."""
        self.office.app.extensions["store"].close()
        _copy(self.path, _database(self.office))
        self.office.app = _serve(self.office, self.office.data)
        self.writer.position = self.position

    def fork(self) -> object:
        """Return a second server that goes on from this moment by itself."""
        data = self.office.folder / "fork"
        data.mkdir(mode=0o700)
        _copy(self.path, data / _database(self.office).name)
        return _serve(self.office, data)


def _config(data: Path) -> Config:
    return Config(data, "127.0.0.1:0", "http://127.0.0.1", 1, 4, 2**30, 0)


def _database(office: Office) -> Path:
    return _config(office.data).database


def _serve(office: Office, data: Path) -> object:
    return create_app(_config(data), clock=lambda: office.now)


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


def read_on(hand: Hand) -> Difference | None:
    """Read the log as a session does; where it differs, from the last common place on."""
    try:
        hand.read()
    except DiffersError:
        trust = load_trust(hand.vault)
        find_difference(hand.vault, hand.courier, hand.capability, trust.origin)
        hand.read()
    settle(hand.vault)
    return load_difference(hand.vault)


def accept_and_give_back(hand: Hand) -> None:
    accept(hand.vault, hand.composer)
    trust = load_trust(hand.vault)
    give_chain(hand.vault, hand.courier, trust)
    assert give_back(hand.vault, hand.courier, trust, hand.person).is_reached
    hand.post()


def cases_of_all(office: Office, report: Posted) -> list[Case]:
    found = []
    for name in ALL:
        with hand_of(office, name) as hand:
            read_on(hand)
            found.append(hand.case(id_of(report)))
    return found


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
    # What A gives back is no longer gone when B looks.
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
    """Within 64 entries the server knows the cursor, and repeats what we had: nothing but the end tells."""
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
    for text in ("een", "twee", "drie"):
        posted.append(writer.post("", Answer(text), report, ALL, [report]))
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
    with hand_of(office, A) as hand:
        hand.read()
        written = hand.write(id_of(report), Note("Even bellen."))
        hand.outbox.post_waiting(WORK)
        assert [one.state for one in hand.vault.outbox.all()] == [State.ACKNOWLEDGED]
    backup.restore()
    with hand_of(office, A) as hand:
        read_on(hand)
        assert lost(hand.vault) == []  # the line that the log differs says it
        accept_and_give_back(hand)
        hand.read()
        assert lost(hand.vault) == []
    assert all(case.find(written) for case in cases_of_all(office, report))


def test_accepting_lets_every_wait_before_destroying_begin_anew(office: Office, writer: LogWriter) -> None:
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
        assert (given.posted, given.refused, given.not_held) == (0, [], 0)
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
    assert len(office.read(B)[0].thread) == 2


def test_two_logs_are_noticed_by_the_bundles_of_the_next_week(office: Office, writer: LogWriter) -> None:
    """A reads one log, B another; the server shows B the bundles that A signed, which it cannot change."""
    writer.report("Over de kluis.", ALL)
    for name in (A, B):
        with hand_of(office, name) as hand:
            hand.read()
    fork, own = Backup(office, writer).fork(), office.app
    writer.cover()
    bundles = signed_next_week(office, A)
    office.app = fork
    writer.cover()
    with hand_of(office, B) as hand:
        hand.read()
        trust = load_trust(hand.vault)
        assert check_witnesses(hand.vault, trust, bundles) == [writer.person(A)]
        assert check_witnesses(hand.vault, trust, signed_next_week_in(office, hand)) == []
    office.app = own
    with hand_of(office, C) as hand:
        hand.read()
        assert check_witnesses(hand.vault, load_trust(hand.vault), bundles) == []


def test_a_log_that_is_withheld_from_one_is_noticed_by_a_place_after_its_end(office: Office, writer: LogWriter) -> None:
    writer.report("Over de kluis.", ALL)
    fork, own = Backup(office, writer).fork(), office.app
    writer.cover()
    bundles = signed_next_week(office, A)
    office.app = fork
    with hand_of(office, B) as hand:
        hand.read()
        trust = load_trust(hand.vault)
        assert names_later_place(hand.vault, trust, bundles)
        assert check_witnesses(hand.vault, trust, bundles) == []
    office.app = own
    with hand_of(office, C) as hand:
        hand.read()
        assert not names_later_place(hand.vault, load_trust(hand.vault), bundles)


def signed_next_week(office: Office, name: str) -> list[Bundle]:
    """Read the log as somebody, and return the bundles that their tool would sign in the week after."""
    with hand_of(office, name) as hand:
        hand.read()
        return signed_next_week_in(office, hand)


def signed_next_week_in(office: Office, hand: Hand) -> list[Bundle]:
    trust, day = load_trust(hand.vault), monday(office.today) + 7
    end = hand.vault.log.last_before(day, trust.origin)
    seen = Witness(trust.root.id, trust.history.newest.id, LogHead(end.position, end.digest))
    sign_anew(hand.vault, hand.secret.signer(), day, seen)
    return [own.bundle for own in hand.vault.bundles.all() if own.bundle.week == day]
