"""A vault that lacks messages posts `arrived`, once per reason, and asks for messages that others name (SPEC 12.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.ceremony import back_up, restore
from keys.sync import actions
from keys.wire.messages import Answer, Arrived, Lacking, Note, Opened, Share
from tests.keys.hand import id_of, kinds
from tests.keys.log_writer import LogWriter
from tests.keys.office import PASSPHRASE, Office
from tests.keys.restoring import Backup
from tests.keys.traces import traces

if TYPE_CHECKING:
    from pathlib import Path

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


def waiting(office: Office, name: str, kind: type = Arrived) -> int:
    """Sync without posting, and return the number of messages of a kind in the outbox."""
    with office.session(name) as session:
        session.sync()
        return sum(isinstance(one.message.head.body, kind) for one in session.vault.outbox.all())


def test_a_vault_that_is_up_to_date_says_nothing(office: Office, writer: LogWriter) -> None:
    writer.report(SENTINEL, [A, B])
    office.read(A)
    assert waiting(office, A) == 0


def test_a_restored_vault_says_arrived_once(office: Office, tmp_path: Path) -> None:
    back_up(office.folder / A, PASSPHRASE, tmp_path / "backup")
    (office.folder / A).rename(office.folder / "lost")
    restore(office.folder / A, PASSPHRASE, (tmp_path / "backup").read_bytes())
    assert waiting(office, A) == 1
    assert waiting(office, A) == 1
    office.end(A)
    office.end(A)
    assert waiting(office, A) == 0


def test_a_share_that_a_restored_server_lost_is_given_again_though_its_weeks_have_passed(
    office: Office, writer: LogWriter, tmp_path: Path
) -> None:
    """The server was restored to the day of the `arrived`: both answers were lost, and nobody shared them again."""
    back_up(office.folder / B, PASSPHRASE, tmp_path / "backup")
    office.pass_days(63)
    for name in (A, B, X):
        office.end(name)  # with new keys, which the backup does not have
    report = writer.report(SENTINEL, [A, B])
    office.read(A)
    (office.folder / B).rename(office.folder / "lost")
    restore(office.folder / B, PASSPHRASE, (tmp_path / "backup").read_bytes())
    office.end(B)
    server = Backup(office, writer)
    office.end(A)
    server.restore()
    for name in (*[B] * 7, A, X, B, A, X, B):  # those who shared are away for seven weeks
        office.pass_days(7)
        with office.session(name) as session:
            session.sync()
            actions.accept_log(session)
            session.end()
    with office.session(B) as session:
        assert session.load(id_of(report)) is not None


def test_a_vault_whose_owner_is_back_on_the_roster_says_arrived(office: Office) -> None:
    """T31: off the roster for a week, they permanently lacked that week."""
    office.publish_roster([A, B])
    office.pass_days(3)
    office.publish_roster([A, B, X])
    assert waiting(office, A) == 0
    assert waiting(office, X) == 1


def test_a_vault_whose_keys_had_run_out_says_arrived(office: Office) -> None:
    """T18: no message ever named the report to them."""
    with office.session(X) as session, session.vault.transaction():
        for own in session.vault.bundles.all():
            session.vault.bundles.destroy(own.bundle.start, last=own.bundle.last)
    assert waiting(office, X) == 1


def test_a_vault_that_was_away_longer_than_the_log_reaches_says_arrived(office: Office, writer: LogWriter) -> None:
    """L17: entries that it never read have ended."""
    writer.report(SENTINEL, [A, B])
    office.pass_thirteen_months(A, B)
    writer.report(SENTINEL, [A, B])
    with office.session(X) as session:
        assert session.sync().never_seen
        assert [one.message.head.kind for one in session.vault.outbox.waiting(None)] == ["arrived"]


def test_what_belongs_to_an_unknown_case_is_asked_for_after_seven_days_and_once(
    office: Office, writer: LogWriter
) -> None:
    """T39: one entry of M's started an endless loop."""
    report = writer.report(SENTINEL, [A, B])
    office.pass_days(1)
    writer.post(A, Note("Voor X, die het verslag niet heeft."), report, [A, B, X], [report])
    assert waiting(office, X) == 0
    office.pass_days(6)
    assert waiting(office, X) == 0
    office.pass_days(1)
    assert waiting(office, X) == 1
    office.end(X)
    office.pass_days(30)
    assert waiting(office, X) == 0


def test_an_arrived_goes_once_more_to_whom_it_could_not_be_sealed(office: Office) -> None:
    with office.session(A) as session:
        session.sync()
        with session.vault.transaction():
            own = session.vault.sharing.own_arrived()
            assert own
            session.vault.sharing.note_arrived(own, [office.person(X)])
    assert waiting(office, A) == 0
    with office.session(X) as session, session.vault.transaction():
        session.vault.sharing.set_due()
    office.end(X)
    with office.session(A) as session:
        session.sync()
        said = [one.message.head for one in session.vault.outbox.all() if isinstance(one.message.head.body, Arrived)]
        assert [head.to for head in said] == [(office.person(X),)]
    office.end(A)
    assert waiting(office, A) == 0


def test_an_arrived_goes_once_more_to_who_was_off_the_roster(office: Office) -> None:
    """X may hold what nobody else has, such as a message of theirs that a restored server has lost."""
    office.publish_roster([A, B])
    with office.session(A) as session, session.vault.transaction():
        session.vault.sharing.set_due()
    office.end(A)
    office.pass_days(1)
    office.publish_roster([A, B, X])
    assert waiting(office, A) == 0
    office.end(X)
    with office.session(A) as session:
        session.sync()
        said = [one.message.head for one in session.vault.outbox.all() if isinstance(one.message.head.body, Arrived)]
        assert [head.to for head in said] == [(office.person(X),)]
    office.end(A)
    assert waiting(office, A) == 0


def lacked(writer: LogWriter) -> tuple[Posted, Posted]:
    """A case of A, B and X in which A has a note that X does not have, and names it."""
    report = writer.report(SENTINEL, [A, B, X])
    note = writer.post(A, Note("Niet aan X verzegeld."), report, [A, B], [report])
    writer.post(A, Note("Die er op volgt."), report, [A, B, X], [note])
    return report, note


def test_what_somebody_names_and_is_not_here_is_asked_for_and_comes(office: Office, writer: LogWriter) -> None:
    report, note = lacked(writer)
    with office.session(X) as session:
        session.sync()
        [asked] = [one.message.head for one in session.vault.outbox.all() if isinstance(one.message.head.body, Lacking)]
        assert asked.body == Lacking((note.message.id,))
        assert set(asked.to) == {*writer.people([A, B, X])}
        session.end()
        session.sync()
        assert session.vault.outbox.waiting(id_of(report)) == []
    office.end(A)
    [case] = office.read(X)
    assert (kinds(case), case.missing) == (["report", "note", "note"], ())


def test_it_is_asked_for_once_more_after_seven_days_and_then_everybody_answers(
    office: Office, writer: LogWriter
) -> None:
    report = writer.report(SENTINEL, [A, B, X])
    # B has it, but shares it only after the second request: the first is for whoever named it.
    note = writer.post(B, Note("Niet aan X verzegeld."), report, [A, B], [report])
    writer.post(A, Note("Die er op volgt."), report, [A, B, X], [note])
    with office.session(B) as session:
        session.sync()
        session.vault.outbox.forget_case(id_of(report))
        session.vault._connection.commit()
    office.end(X)
    assert waiting(office, B, Share) == 0
    office.pass_days(6)
    assert waiting(office, X, Lacking) == 0
    office.pass_days(1)
    office.end(X)
    assert waiting(office, B, Share) == 1
    office.pass_days(60)
    assert waiting(office, X, Lacking) == 0


def test_what_was_asked_for_twice_is_asked_for_again_after_a_restored_server_lost_it(
    office: Office, writer: LogWriter
) -> None:
    lacked(writer)
    server = Backup(office, writer)
    office.end(X)
    office.pass_days(7)
    office.end(X)
    office.pass_days(30)
    assert waiting(office, X, Lacking) == 0
    server.restore()
    office.app.extensions["store"].days.accept(office.today)  # as its operator does
    with office.session(X) as session:
        session.sync()
        actions.accept_log(session)
        session.sync()
        asked = [one for one in session.vault.outbox.all() if isinstance(one.message.head.body, Lacking)]
    assert [one.message.head.day for one in asked] == [office.today]


def test_what_is_said_about_a_case_to_who_is_left_out_leaves_no_trace(office: Office, writer: LogWriter) -> None:
    """A cheating reader seals to them a message that names the case."""
    report = writer.report(SENTINEL, [A, B], without=[X])
    writer.post(A, Lacking((report.message.id,)), report, [A, B, X])
    writer.share(A, X, [report.archived], report)
    writer.post(A, Note("Voor X."), report, [A, B, X], [report])
    office.read(X)
    with office.session(X) as session:
        assert traces(session.vault, report.message.id) == set()
        assert session.vault.messages.words([report.message.mac]) == {}


def test_a_left_out_vault_gets_nothing_by_asking(office: Office, writer: LogWriter) -> None:
    """A recipient can learn from somebody the id of a case that leaves them out."""
    report = writer.report(SENTINEL, [A, B], without=[X])
    writer.post("", Answer("Meer."), report, [A, B], [report])
    writer.post(A, Opened(), report, [A, B], [report])
    writer.post(X, Lacking((report.message.id,)), report, [A, B, X])
    for name in (A, B):
        assert waiting(office, name, Share) == 0
    assert office.read(X) == []


def test_who_is_named_without_a_slot_asks_for_the_message_and_gets_it(office: Office, writer: LogWriter) -> None:
    """T8: M names X in `to` and seals only to the others; X permanently appeared to have read it."""
    report = writer.report(SENTINEL, [A, B, X])
    note = writer.post(A, Note("X zou het hebben."), report, [A, B, X], [report], sealed_to=[A, B])
    writer.post(B, Note("Die er op volgt."), report, [A, B, X], [note])
    with office.session(X) as session:
        session.sync()
        [case] = session.cases()
        assert (case.alarms, [one.id for one in case.missing]) == ((), [note.message.id])
    assert waiting(office, X, Lacking) == 1
    office.end(X)
    office.end(B)
    [case] = office.read(X)
    assert (kinds(case), case.missing, case.alarms) == (["report", "note", "note"], (), ())


def test_who_is_named_in_a_report_without_a_slot_gets_it_from_the_others(office: Office, writer: LogWriter) -> None:
    """audit L12: a malicious reporter names somebody, who then appears to have received the report."""
    report = writer.report(SENTINEL, [A, X], sealed_to=[A])
    writer.post(A, Opened(), report, [A, X], [report])
    assert office.read(X) == []
    office.pass_days(7)
    office.end(X)
    office.end(A)
    [case] = office.read(X)
    assert (kinds(case), case.missing, case.alarms) == (["report", "opened"], (), ())
    assert office.person(X) not in case.opened_by


def test_an_id_of_another_case_is_not_given_in_this_one(office: Office, writer: LogWriter) -> None:
    """T16: M names in one case a message of another, from which X is left out; X's honest tool asks for it."""
    secret = writer.report(SENTINEL, [A, B], without=[X])
    said = writer.post("", Answer("Niet voor X."), secret, [A, B], [secret])
    report = writer.report("van allen", [A, B, X])
    writer.post(B, Note("M's lokmiddel."), report, [A, B, X], [said])
    for days in (0, 7):
        office.pass_days(days)
        office.end(X)
        for name in (A, B):
            assert waiting(office, name, Share) == 0
            office.end(name)
    with office.session(X) as session:
        session.sync()
        assert [case.id for case in session.cases()] == [id_of(report)]
        assert session.vault.messages.by_id(said.message.id) is None
        assert traces(session.vault, secret.message.id) == set()


def test_who_had_no_key_when_a_report_came_gets_it_when_they_are_back(office: Office) -> None:
    """T18: they are in `missing`, their old vault comes back, and no message ever named the report to them."""
    office.pass_thirteen_months(A, B)
    office.report("voor wie er niet was")
    [case] = office.read(A)
    assert case.report.head.missing == (office.person(X),)
    assert office.read(X) == []
    office.end(X)
    office.end(A)
    assert [one.report.text for one in office.read(X)] == ["voor wie er niet was"]


def test_who_was_off_the_roster_for_a_week_has_all_of_it_when_they_are_back(office: Office) -> None:
    """T31: they read again, but permanently lacked that week."""
    receipt = office.report("een")
    office.read(X)
    office.publish_roster([A, B])
    office.answer(receipt, "terwijl X weg was")
    office.pass_days(7)
    office.publish_roster([A, B, X])
    for name in (X, A):
        office.end(name)
    [case] = office.read(X)
    assert ([message.text for message in case.thread], case.missing) == (["een", "terwijl X weg was"], ())
