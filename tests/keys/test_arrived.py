"""A vault that lacks what others hold says `arrived`, once a reason, and asks for what others name (SPEC 12.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.ceremony import back_up, restore
from keys.wire.messages import Answer, Arrived, Lacking, Note, Opened, Share
from tests.keys.hand import id_of, kinds
from tests.keys.log_writer import LogWriter
from tests.keys.office import PASSPHRASE
from tests.keys.traces import traces

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.log_writer import Posted
    from tests.keys.office import Office

A, B, X = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"
SENTINEL = "SENTINEL-42 het gaat over de kluis"


@pytest.fixture
def office(office: Office) -> Office:
    """An office whose vaults have all said `arrived` and been answered."""
    for name in (A, B, X, A, B, X):
        office.end(name)
    return office


@pytest.fixture
def writer(office: Office, tmp_path: Path) -> LogWriter:
    return LogWriter(office, tmp_path)


def waiting(office: Office, name: str, kind: type = Arrived) -> int:
    """Sync, send nothing, and return how many messages of a kind wait."""
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


def test_a_vault_whose_owner_is_back_on_the_roster_says_arrived(office: Office) -> None:
    office.publish_roster([A, B])
    office.pass_days(3)
    office.publish_roster([A, B, X])
    assert waiting(office, A) == 0
    assert waiting(office, X) == 1


def test_a_vault_whose_keys_had_run_out_says_arrived(office: Office) -> None:
    with office.session(X) as session, session.vault.transaction():
        for own in session.vault.bundles.all():
            session.vault.bundles.destroy(own.bundle.start, last=own.bundle.last)
    assert waiting(office, X) == 1


def test_a_vault_that_was_away_longer_than_the_log_reaches_says_arrived(office: Office, writer: LogWriter) -> None:
    writer.report(SENTINEL, [A, B])
    office.pass_thirteen_months(A, B)
    writer.report(SENTINEL, [A, B])
    with office.session(X) as session:
        assert session.sync().never_seen
        assert [one.message.head.kind for one in session.vault.outbox.waiting(None)] == ["arrived"]


def test_what_belongs_to_an_unknown_case_is_asked_for_after_seven_days_and_once(
    office: Office, writer: LogWriter
) -> None:
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
    # B has it, and gives it only at the second asking: the first is for whoever named it.
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


def test_what_is_said_about_a_case_to_who_is_left_out_leaves_no_trace(office: Office, writer: LogWriter) -> None:
    """A reader who cheats seals to them what names the case."""
    report = writer.report(SENTINEL, [A, B], without=[X])
    writer.post(A, Lacking((report.message.id,)), report, [A, B, X])
    writer.share(A, X, [report.archived], report)
    writer.post(A, Note("Voor X."), report, [A, B, X], [report])
    office.read(X)
    with office.session(X) as session:
        assert traces(session.vault, report.message.id) == set()
        assert session.vault.messages.words([report.message.mac]) == {}


def test_a_left_out_vault_gets_nothing_by_asking(office: Office, writer: LogWriter) -> None:
    """A recipient can know the id of a case that leaves them out: from somebody who tells."""
    report = writer.report(SENTINEL, [A, B], without=[X])
    writer.post("", Answer("Meer."), report, [A, B], [report])
    writer.post(A, Opened(), report, [A, B], [report])
    writer.post(X, Lacking((report.message.id,)), report, [A, B, X])
    for name in (A, B):
        assert waiting(office, name, Share) == 0
    assert office.read(X) == []
