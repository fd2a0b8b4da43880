"""Everybody who may read a case gets all of it, once, and a denied person gets no more of it (SPEC 12.4)."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.cases.place import Way
from keys.ceremony import back_up, restore
from keys.sealing import PrivatePair
from keys.sync.actions import hand_over, write
from keys.sync.sharing import contents_of
from keys.vault.outbox_store import State
from keys.wire.messages import Answer, Consent, Joined, Note, Share, SteppedBack
from keys.wire.messages.reporter import NO, YES
from tests.keys.hand import id_of, kinds, put_aside, refusing
from tests.keys.log_writer import LogWriter
from tests.keys.office import PASSPHRASE, Office

if TYPE_CHECKING:
    from pathlib import Path

    from dropbox.store import Store
    from keys.cases import Case
    from keys.sync import RecipientSession
    from keys.wire.ids import CaseId, MessageId, PersonId
    from tests.keys.log_writer import Posted

A, B, X = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
SENTINEL = "SENTINEL-42 het gaat over de kluis"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office whose vaults have all posted `arrived` and been answered."""
    return Office.settled(tmp_path)


@pytest.fixture
def writer(office: Office, tmp_path: Path) -> LogWriter:
    return LogWriter(office, tmp_path)


def shares(session: RecipientSession) -> list[tuple[PersonId, dict[CaseId, list[MessageId]]]]:
    """Return the receivers and the contents of the shares in the outbox."""
    return [
        (one.message.head.to[0], contents_of(session.vault, one))
        for one in session.vault.outbox.all()
        if isinstance(one.message.head.body, Share) and one.state is State.QUEUED
    ]


def owed_by(office: Office, name: str) -> list[tuple[PersonId, dict[CaseId, list[MessageId]]]]:
    """Return the shares that somebody's next session puts into the outbox; it ends without posting them."""
    with office.session(name) as session:
        before = len(shares(session))
        session.sync()
        return shares(session)[before:]


def join(office: Office, name: str, case_id: CaseId, people: tuple[PersonId, ...]) -> None:
    with office.session(name) as session:
        session.sync()
        case = session.load(case_id)
        assert case
        hand_over(session, case, people)
        session.end()


def say(office: Office, name: str, case_id: CaseId, *texts: str) -> None:
    """Write notes and post them."""
    with office.session(name) as session:
        session.sync()
        for text in texts:
            case = session.load(case_id)
            assert case
            write(session, case, Note(text))
        session.send_now()


def case_in(office: Office, name: str, case_id: CaseId) -> Case:
    [case] = [case for case in office.read(name) if case.id == case_id]
    return case


def test_a_newcomer_gets_all_of_a_case_in_the_same_session_and_once(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A, B])
    say(office, A, id_of(report), "Voor de lezers.")
    join(office, A, id_of(report), writer.people([X]))
    case = case_in(office, X, id_of(report))
    assert (kinds(case), case.missing, case.alarms) == (["report", "note", "joined"], (), ())
    assert owed_by(office, A) == []


def test_each_vault_gives_once_what_was_not_sealed_to_a_reader(office: Office, writer: LogWriter) -> None:
    """T17, T35: every reader of that time shares it, and only once."""
    report = writer.report(SENTINEL, [A, B])
    join(office, A, id_of(report), writer.people([X]))
    assert owed_by(office, B) == [(writer.person(X), {id_of(report): [report.message.id]})]
    assert owed_by(office, B) == []


@pytest.mark.parametrize("how", ["a slot of noise", "a wrong key"])
def test_a_share_that_its_reader_cannot_use_keeps_nobody_else_from_giving(
    office: Office, writer: LogWriter, how: str
) -> None:
    """T34: M's share was in the log, so nobody else shared its messages."""
    report = writer.report(SENTINEL, [A, B])
    joined = writer.post(A, Joined(writer.people([X])), report, [A, B, X], [report])
    given, noise = [report.archived, joined.archived], None
    if how == "a wrong key":
        given = [replace(message, key=bytes(32)) for message in given]
    else:
        noise = [PrivatePair.generate().public]
    writer.share(A, X, given, report, pairs=noise)
    assert office.read(X) == []
    office.end(B)
    case = case_in(office, X, id_of(report))
    assert (kinds(case), case.missing, case.alarms) == (["report", "joined"], (), ())


def test_own_words_that_wait_are_given_at_the_session_after_they_stand_in_the_log(
    office: Office, writer: LogWriter
) -> None:
    """T29: never before."""
    report = writer.report(SENTINEL, [A, B])
    with office.session(A) as session:
        session.sync()
        case = write(session, session.cases()[0], Note("Wacht nog."))
        hand_over(session, case, writer.people([X]))
        [(_, given)] = shares(session)
        assert given == {id_of(report): [report.message.id]}
        session.send_now()
    with office.session(A) as session:
        session.sync()
        [(person, given)] = shares(session)
        assert (person, len(given[id_of(report)])) == (writer.person(X), 1)
        session.send_now()
    assert kinds(case_in(office, X, id_of(report))) == ["report", "note", "joined"]


def test_a_share_that_waits_for_somebody_who_is_put_out_never_leaves(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A, B])
    join(office, A, id_of(report), writer.people([X]))
    assert owed_by(office, B)
    denial = writer.post("", Consent(NO, writer.people([X])), report, [A, B, X], [report])
    with office.session(B) as session:
        before = session.vault.log.count()
        session.send_now()
        session.sync()
        assert shares(session) == []
        # The `no` alone, and nothing from this vault.
        assert session.vault.log.count() == before + 1
    # Let in again, they get what was withheld.
    writer.post("", Consent(YES, writer.people([X]), after=(denial.message.id,)), report, [A, B, X], [denial])
    [(person, given)] = owed_by(office, B)
    assert (person, report.message.id in given[id_of(report)]) == (writer.person(X), True)


def test_a_share_that_was_tried_and_never_came_does_not_go_to_who_was_put_out_since(
    office: Office, writer: LogWriter
) -> None:
    report = writer.report(SENTINEL, [A, B])
    join(office, A, id_of(report), writer.people([X]))
    assert owed_by(office, B)
    refusing(office, 503, b"{}")
    with office.session(B) as session:
        session.send_now()
        assert [one.state for one in session.vault.outbox.waiting(id_of(report))] == [State.TRIED]
    office.refuse = lambda path: None
    writer.post("", Consent(NO, writer.people([X])), report, [A, B, X], [report])
    with office.session(B) as session:
        session.send_now()
        assert session.vault.outbox.waiting(id_of(report)) == []
        assert session.vault.outbox.acknowledged() == []


def test_a_share_that_waits_behind_a_joined_that_was_put_aside_goes_with_it(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A, B])
    with office.session(A) as session:
        session.sync()
        hand_over(session, session.cases()[0], writer.people([X]))
    writer.post("", Consent(NO, writer.people([X])), report, [A, B], [report])
    with office.session(A) as session:
        session.send_now()
        session.sync()
        assert shares(session) == []
        assert [one.message.head.kind for one in put_aside(session.vault, id_of(report))] == ["joined"]


def test_who_has_stepped_back_still_gives_what_they_have(office: Office, writer: LogWriter) -> None:
    """T5: A steps back because X "has a key"; X's new vault has nothing."""
    report = writer.report(SENTINEL, [A, B, X])
    with office.session(A) as session:
        session.sync()
        write(session, session.cases()[0], SteppedBack())
        session.send_now()
    assert office.read(A) == []
    office.rekey(X)
    office.end(X)
    [(person, given)] = owed_by(office, A)
    assert (person, given[id_of(report)][0]) == (writer.person(X), report.message.id)


def test_who_was_put_out_gets_the_message_that_says_so_and_no_other(office: Office, writer: LogWriter) -> None:
    """T38: the denial could not be sealed to X, and X's vault was never locked."""
    report = writer.report(SENTINEL, [A, B])
    join(office, A, id_of(report), writer.people([X]))
    office.end(B)
    assert case_in(office, X, id_of(report))
    denial = writer.post("", Consent(NO, writer.people([X])), report, [A, B], [report])
    writer.post("", Answer("Alleen voor jullie."), report, [A, B], [denial])
    [(person, given)] = owed_by(office, B)
    assert (person, given) == (writer.person(X), {id_of(report): [denial.message.id]})
    office.end(B)
    with office.session(X) as session:
        session.sync()
        assert session.cases() == []
        assert session.vault.reading_ended.all() == {id_of(report): office.today}


def test_the_case_of_who_is_left_out_is_in_no_share_for_them(office: Office, writer: LogWriter) -> None:
    """T19: everybody gets an answer, empty or not: otherwise they could count the cases of two colleagues."""
    report = writer.report(SENTINEL, [A, B], without=[X])
    office.end(A)
    office.rekey(X)
    office.end(X)
    for name in (A, B):
        # They get an answer all the same, and it is empty: what it holds reveals no case.
        assert owed_by(office, name) == [(writer.person(X), {})]
        office.end(name)
    assert office.read(X) == []
    with office.session(X) as session:
        assert session.vault.messages.unknown_since() == {}
        assert session.vault.messages.of_case(id_of(report)) == []


def test_two_vaults_end_with_one_case_whether_it_came_by_the_log_or_by_a_share(
    office: Office, writer: LogWriter
) -> None:
    report = writer.report(SENTINEL, [A, B, X])
    say(office, A, id_of(report), "Een.", "Twee.")
    writer.post("", Answer("Nog iets."), report, [A, B, X], [report])
    say(office, B, id_of(report), "Drie.")
    before = case_in(office, X, id_of(report))
    office.rekey(X)
    office.end(X)
    for name in (A, B):
        office.end(name)
    after = case_in(office, X, id_of(report))
    assert after == case_in(office, A, id_of(report))
    assert kinds(after) == kinds(before) == ["report", "note", "note", "answer", "note"]
    assert (after.missing, after.alarms) == ((), ())


def test_what_the_log_has_no_more_comes_whole_with_its_place_and_day(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A, B, X])
    expected = case_in(office, A, id_of(report))
    store: Store = office.app.extensions["store"]  # type: ignore[attr-defined]
    store.expiry.expire(office.today + 397)
    office.rekey(X)
    office.end(X)
    office.end(A)
    case = case_in(office, X, id_of(report))
    assert case == expected
    assert [message.placed.way for message in case.messages] == [Way.WORD]


def test_all_arrived_of_one_person_get_one_answer(office: Office, writer: LogWriter) -> None:
    """T19: exactly one share."""
    report = writer.report(SENTINEL, [A, B, X])
    office.end(A)
    office.rekey(X)
    office.end(X)
    with office.session(X) as session, session.vault.transaction():
        session.vault.sharing.set_due()
    office.end(X)
    [(person, given)] = owed_by(office, A)
    assert (person, given) == (writer.person(X), {id_of(report): [report.message.id]})
    assert owed_by(office, A) == []


def test_what_was_given_in_an_answer_is_not_given_again(office: Office, writer: LogWriter) -> None:
    report = writer.report(SENTINEL, [A, B])
    join(office, A, id_of(report), writer.people([X]))
    office.rekey(X)
    office.end(X)
    assert [given for _, given in owed_by(office, B)] == [{id_of(report): given_ids(office, B, report)}]


def test_what_comes_after_an_answer_to_an_arrived_is_given_to_its_author_too(office: Office, writer: LogWriter) -> None:
    """T48: sealed to X alone, who loses the vault; A has answered the `arrived` before A's tool gets it by a share."""
    report = writer.report(SENTINEL, [A, X])
    office.end(A)
    answer = writer.post("", Answer("Nog iets."), report, [X], [report])
    office.rekey(X)
    office.end(X)
    office.end(A)
    assert kinds(case_in(office, X, id_of(report))) == ["report"]
    writer.share("", A, [answer.archived], report)
    office.end(A)
    assert kinds(case_in(office, X, id_of(report))) == ["report", "answer"]
    assert owed_by(office, A) == []


def test_who_gave_the_case_to_somebody_who_had_stepped_back_tells_them_so(office: Office, writer: LogWriter) -> None:
    """T49: B steps back and loses the vault; X, who does not know that yet, answers B's `arrived` with the case."""
    report = writer.report(SENTINEL, [A, B])
    joined = writer.post(A, Joined(writer.people([X])), report, [A, B, X], [report])
    office.read(B)
    stepped_back = writer.post(B, SteppedBack(), report, [A, B], [report])
    office.rekey(B)
    office.end(B)
    writer.share(A, X, [report.archived, joined.archived], report)
    office.end(X)
    assert kinds(case_in(office, B, id_of(report))) == ["report", "joined"]
    office.end(A)
    assert owed_by(office, X) == [(writer.person(B), {id_of(report): [stepped_back.message.id]})]
    office.end(X)
    assert office.read(B) == []
    assert owed_by(office, X) == []
    assert owed_by(office, A) == []


def test_who_brings_a_backup_back_from_before_they_stepped_back_is_told_so(
    office: Office, writer: LogWriter, tmp_path: Path
) -> None:
    """T49: they had the case from the backup, nobody shared anything of it, and they would have read on without end."""
    report = writer.report(SENTINEL, [A, B])
    office.end(B)
    back_up(office.folder / B, PASSPHRASE, tmp_path / "backup")
    office.pass_days(63)
    for name in (A, X, B):
        office.end(name)  # with new keys, which the backup does not have
    writer.post(B, SteppedBack(), report, [A, B], [report])
    office.end(A)
    shutil.rmtree(office.folder / B)
    restore(office.folder / B, PASSPHRASE, (tmp_path / "backup").read_bytes())
    for name in (B, A, B):
        office.end(name)
    with office.session(B) as session:
        case = session.load(id_of(report))
        assert case is not None
        assert session.person not in case.readers


def given_ids(office: Office, name: str, report: Posted) -> list[MessageId]:
    return [message.id for message in case_in(office, name, id_of(report)).messages]


def test_the_key_of_a_share_is_forgotten_once_its_archive_was_read(office: Office, writer: LogWriter) -> None:
    """With that key, the log would restore what a vault has destroyed."""
    report = writer.report(SENTINEL, [A, B])
    join(office, A, id_of(report), writer.people([X]))
    office.read(X)
    with office.session(X) as session:
        messages = session.vault.messages
        stored = [*messages.of_case(id_of(report)), *messages.about_all_cases()]
        assert not [one for one in stored if isinstance(one.message.head.body, Share)]
