"""A server restored from a backup, and vaults that were restored too, or have read the messages that it lost."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from keys.ceremony import back_up, restore
from keys.sync import actions
from keys.sync.notices import NoticeKind
from keys.wire.messages import Answer, Consent, Note
from keys.wire.messages.reporter import NO, WITHDRAWN, YES
from tests.keys.hand import id_of, kinds
from tests.keys.log_writer import LogWriter
from tests.keys.office import PASSPHRASE, Office
from tests.keys.restoring import ALL, A, B, Backup, C

if TYPE_CHECKING:
    from pathlib import Path


def test_what_a_restored_vault_gives_back_of_its_owner_is_no_message_by_a_stolen_key(
    office: Office, tmp_path: Path
) -> None:
    """It was posted after the backup, and reported as such; then the server lost it, and the vault posted it again."""
    writer = LogWriter(office, tmp_path)
    report = writer.report("Over de kluis.", ALL)
    back_up(office.folder / A, PASSPHRASE, tmp_path / "backup")
    server = Backup(office, writer)
    with office.session(A) as session:
        session.sync()
        actions.write(session, session.cases()[0], Note("Gebeld."))
        session.end()
    shutil.rmtree(office.folder / A)
    restore(office.folder / A, PASSPHRASE, (tmp_path / "backup").read_bytes())
    with office.session(A) as session:
        session.sync()
        assert NoticeKind.SINCE_BACKUP in {notice.kind for notice in session.notices()}
        server.restore()
        session.courier = office.courier()
        session.sync()
        assert actions.accept_log(session).posted >= 1
        session.end()
        session.sync()
        assert [notice for notice in session.notices() if notice.is_alarm] == []
        assert kinds(session.load(id_of(report))).count("note") == 1


def test_who_had_read_a_case_keeps_it_where_the_new_log_has_their_denial_before_they_were_let_in(
    tmp_path: Path,
) -> None:
    """The `yes` is posted again, the denial, which did not know it, is not: as if C had never read the case.

    If the case were dropped like that of a left-out person, only C would lose it: for the others, who never saw the
    denial, C is a reader.
    """
    office = Office.settled(tmp_path)
    writer = LogWriter(office, tmp_path)
    report = writer.report("Over de kluis.", [A, B])
    office.end(B)
    backup = Backup(office, writer)
    writer.post("", Consent(YES, writer.people([C])), report, [A, B, C], [report])
    office.end(B)
    office.end(C)
    writer.post("", Consent(WITHDRAWN, writer.people([C])), report, [A], [report])
    office.end(A)
    with office.session(C) as session:
        session.sync()
        held = {one.message.id for one in session.vault.messages.of_case(id_of(report))}
        assert len(held) == 3
    backup.restore()
    writer.cover()  # so that its old place is taken
    for name in (B, C):
        with office.session(name) as session:
            session.sync()
            actions.accept_log(session)
            session.end()
    answer = writer.post("", Answer("Dinsdag."), report, [A, B, C], [report])
    with office.session(C) as session:
        session.sync()
        found = {one.message.id for one in session.vault.messages.of_case(id_of(report))}
        assert found == {*held, answer.message.id}
        assert session.cases() == []  # locked, as for everybody whose reading has ended
        assert id_of(report) in session.vault.reading_ended.all()


def test_who_was_given_a_case_without_being_let_in_keeps_nothing_of_it_after_a_denial(tmp_path: Path) -> None:
    """A share gives keys and no right: no "yes" and no `joined` ever named C."""
    office = Office.settled(tmp_path)
    writer = LogWriter(office, tmp_path)
    report = writer.report("Over de kluis.", [A, B])
    writer.share(A, C, [report.archived], report)
    with office.session(C) as session:
        session.sync()
        assert session.cases() == []
        assert session.vault.messages.of_case(id_of(report)) != []
    writer.post("", Consent(NO, writer.people([C])), report, [A, B, C], [report])
    with office.session(C) as session:
        session.sync()
        assert session.vault.messages.of_case(id_of(report)) == []


def test_what_a_server_gets_back_reaches_who_has_a_new_key_since(tmp_path: Path) -> None:
    """C's note was sealed to B's old key. B's new vault said `arrived` when the log did not have it, and C was away."""
    office = Office.settled(tmp_path)
    writer = LogWriter(office, tmp_path)
    report = writer.report("Over de kluis.", ALL)
    for name in ALL:
        office.end(name)
    server = Backup(office, writer)
    with office.session(C) as session:
        session.sync()
        actions.write(session, session.cases()[0], Note("Gebeld."))
        session.end()
    office.pass_days(1)
    server.restore()
    office.publish_roster([A, B])
    office.pass_days(1)
    office.rekey(B)
    for name in (B, A):
        office.end(name)
    office.pass_days(1)
    office.publish_roster(list(ALL))
    with office.session(C) as session:
        session.sync()
        assert actions.accept_log(session).posted == 1
        session.end()
    for name in (A, B, A, C):
        office.end(name)
    with office.session(B) as session:
        session.sync()
        assert kinds(session.load(id_of(report))).count("note") == 1
