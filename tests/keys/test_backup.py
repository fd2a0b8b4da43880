"""Backup and restore, the creation of a key file, and a vault whose program is killed at any moment."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from keys.ceremony import back_up, restore
from keys.errors import BackupError, ExistsError, PassphraseError, RestoredError
from keys.identity import Wrapper
from keys.roster import Bundle, words
from keys.sync import NoticeKind, actions
from keys.vault import Vault
from keys.wire.messages import Note
from tests.keys.office import PASSPHRASE, Paging
from tests.keys.window import Window

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.cli import CommandLine
    from tests.keys.office import Office

LOST = "Secretaris"


def lose(office: Office) -> None:
    """Lose a recipient's computer."""
    (office.folder / LOST).rename(office.folder / "lost")


def test_a_backup_opens_with_the_passphrase_and_brings_every_case_back(line: CommandLine, tmp_path: Path) -> None:
    office = line.office
    receipt = office.report("SENTINEL een melding")
    number = line.number()
    file = tmp_path / "reserve"
    assert "read back" in line.done("backup", file).stderr
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"SENTINEL" not in file.read_bytes()
    lose(office)
    line.done("restore", file)
    for command in (("list",), ("read", number)):
        refused = line.run(*command)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "restored from a backup" in refused.stderr
    line.done("sync")
    assert "SENTINEL een melding" in line.done("read", "--not-involved", number).stdout
    line.done("reply", number, text="Welkom terug.\n")
    thread = office.thread(receipt)
    assert thread.case
    assert (thread.case.messages[-1].text, thread.alarms) == ("Welkom terug.", ())


def test_a_restored_vault_publishes_new_bundles_at_once_above_those_it_never_knew(office: Office) -> None:
    file = office.folder / "reserve"
    back_up(office.folder / LOST, PASSPHRASE, file)
    for _ in range(3):
        office.pass_days(7)
        office.read(LOST)  # with keys that the backup does not have
    served = {bundle.serial for bundle in bundles(office)}
    lose(office)
    restore(office.folder / LOST, PASSPHRASE, file.read_bytes())
    office.report("voor de nieuwe sleutel?")
    office.read(LOST)
    renewed = bundles(office)
    assert {bundle.last for bundle in renewed} == {True, False}
    assert min(bundle.serial for bundle in renewed) > max(served)
    office.report("na het herstel")
    assert "na het herstel" in [case.report.text for case in office.read(LOST)]


def bundles(office: Office) -> list[Bundle]:
    """Return the lost recipient's bundles that the server returns."""
    _, _, served = office.courier().bundles()
    return [bundle for bundle in map(Bundle.verify, served) if bundle.identity == office.identity(LOST)]


def test_a_restored_inbox_shows_nothing_before_it_has_fetched(office: Office) -> None:
    office.report("Een melding.")
    office.read(LOST)
    file = office.folder / "reserve"
    back_up(office.folder / LOST, PASSPHRASE, file)
    lose(office)
    restore(office.folder / LOST, PASSPHRASE, file.read_bytes())
    with office.session(LOST) as session:
        for look in (session.cases, session.summaries, lambda: session.case("lusab-babad")):
            with pytest.raises(RestoredError):
                look()
    window = Window(office)
    window.enter()
    window.holder.unlock(PASSPHRASE)
    assert window.cases() == {}
    window.sync()
    assert len(window.cases()) == 1


def test_a_backup_that_is_not_whole_is_refused_and_leaves_nothing(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "reserve"
    back_up(office.folder / LOST, PASSPHRASE, file)
    raw = file.read_bytes()
    home = tmp_path / "new"
    for spoilt in (b"", raw[:-1], raw[:-100] + bytes(100), raw[: len(raw) // 2], b"x" + raw, raw + raw):
        with pytest.raises(BackupError):
            restore(home, PASSPHRASE, spoilt)
        assert not home.exists()
    with pytest.raises(PassphraseError):
        restore(home, "een ander", raw)
    assert not home.exists()
    with pytest.raises(ExistsError):
        restore(office.folder / LOST, PASSPHRASE, raw)
    with pytest.raises(ExistsError):
        back_up(office.folder / LOST, PASSPHRASE, file)
    with pytest.raises(PassphraseError):
        back_up(office.folder / LOST, "een ander", tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_setup_goes_from_nothing_to_an_inbox_and_on_where_it_was(line: CommandLine) -> None:
    office = line.office
    who = "Bestuurslid 3"
    made = line.done("setup", who=who, passphrases=(PASSPHRASE,), text=f"{who}\nbestuur\n\n")
    [card] = made.stdout.splitlines()
    assert card.endswith(".card")
    assert "type `meldbus setup` again" in made.stderr
    again = line.done("setup", who=who, text="\n")
    assert again.stdout == ""
    office.add_card(who)
    answers = f"http://127.0.0.1\n{words(office.root.id)}\n"
    joined = line.done("setup", who=who, text=answers)
    assert "joined: Voorbeeldstichting" in joined.stderr
    assert "You are set up." in joined.stderr
    office.report("Een melding.")
    assert line.number(who)
    assert "You are set up." in line.done("setup", who=who).stderr


def test_setup_refuses_another_fingerprint(line: CommandLine) -> None:
    office = line.office
    who = "Bestuurslid 3"
    line.done("setup", who=who, text=f"{who}\nbestuur\n\n")
    office.add_card(who)
    refused = line.run("setup", "--server", "http://127.0.0.1", who=who, text="lusab babad\n")
    assert refused.exit_code == 1
    assert "another fingerprint" in refused.stderr


KILLED = """
import sys
from pathlib import Path
from keys.identity import Wrapper
from keys.sync import NoticeKind, actions
from keys.vault import Vault

with Vault.open(Path(sys.argv[1]), Wrapper(bytes(32))) as vault:
    print("open", flush=True)
    count = int(vault.setting("count") or 0)
    while True:
        count += 1
        name = count.to_bytes(32, "big")
        with vault.transaction():
            vault.put_setting(name.hex(), bytes(4000))
            vault.note_saved(name, 1, name)
            vault.put_setting("count", str(count).encode())
"""


@pytest.mark.slow
def test_a_program_killed_at_any_moment_leaves_a_whole_vault(tmp_path: Path) -> None:
    path = tmp_path / "vault.sqlite"
    Vault.create(path, Wrapper(bytes(32))).close()
    before = 0
    for turn in range(20):
        with subprocess.Popen([sys.executable, "-c", KILLED, path], stdout=subprocess.PIPE) as program:
            assert program.stdout.readline() == b"open\n"
            time.sleep(0.01 + turn * 0.007)
            program.kill()
        with closing(sqlite3.connect(path)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        with Vault.open(path, Wrapper(bytes(32))) as vault:
            count = int(vault.setting("count") or 0)
            names = [number.to_bytes(32, "big") for number in range(1, count + 2)]
            written = [vault.setting(name.hex()) == bytes(4000) and vault.saved(name) == {1: name} for name in names]
            assert written == [True] * count + [False]
            assert count >= before
        before = count
    assert before > 20


def test_a_case_is_after_the_restore_what_it_was_before(office: Office) -> None:
    office.report("Een melding.")
    with office.session(LOST) as session:
        session.sync()
        actions.write(session, session.cases()[0], Note("Een notitie."))
        session.end()
    [before] = office.read(LOST)
    file = office.folder / "reserve"
    back_up(office.folder / LOST, PASSPHRASE, file)
    lose(office)
    restore(office.folder / LOST, PASSPHRASE, file.read_bytes())
    [after] = office.read(LOST)
    assert after == before


def test_what_its_owner_wrote_after_the_backup_comes_back_and_is_told_once_without_an_alarm(office: Office) -> None:
    office.report("Een melding.")
    office.read(LOST)
    file = office.folder / "reserve"
    back_up(office.folder / LOST, PASSPHRASE, file)
    with office.session(LOST) as session:
        session.sync()
        actions.write(session, session.cases()[0], Note("Na de back-up."))
        session.end()
    lose(office)
    restore(office.folder / LOST, PASSPHRASE, file.read_bytes())
    with office.session(LOST) as session:
        session.sync()
        assert [message.kind for message in session.cases()[0].messages] == ["report", "note"]
        told = {notice.kind: notice.count for notice in session.notices()}
        assert told[NoticeKind.SINCE_BACKUP] == 1
        assert not [notice for notice in session.notices() if notice.is_alarm]
        session.sync()
        assert NoticeKind.SINCE_BACKUP not in {notice.kind for notice in session.notices()}


def test_a_copy_of_the_key_that_is_used_after_the_restore_is_an_alarm(office: Office) -> None:
    office.report("Een melding.")
    office.read(LOST)
    file = office.folder / "reserve"
    back_up(office.folder / LOST, PASSPHRASE, file)
    lose(office)
    restore(office.folder / LOST, PASSPHRASE, file.read_bytes())
    office.read(LOST)
    with office.session("lost") as session:  # somebody who found the lost computer
        session.sync()
        actions.write(session, session.cases()[0], Note("Door een ander."))
        session.end()
    with office.session(LOST) as session:
        session.sync()
        assert NoticeKind.OWN_KEY in {notice.kind for notice in session.notices() if notice.is_alarm}


def test_a_restored_vault_that_has_not_read_to_the_end_shows_and_posts_nothing(office: Office) -> None:
    office.report("Een melding.")
    office.read(LOST)
    file = office.folder / "reserve"
    back_up(office.folder / LOST, PASSPHRASE, file)
    lose(office)
    restore(office.folder / LOST, PASSPHRASE, file.read_bytes())
    for text in ("twee", "drie"):
        office.report(text)
    with office.session(LOST, Paging(office)) as session:
        assert session.sync(most=1).asks_to_go_on
        with pytest.raises(RestoredError):
            session.cases()
        assert (session.end().posted, session.end().covers) == (0, 0)
        assert session.sync().is_complete
        assert len(session.cases()) == 3
