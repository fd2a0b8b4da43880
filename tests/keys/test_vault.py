"""A vault stores nothing in clear, serves one process at a time, and destroys without a trace."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from keys.errors import ExistsError, VaultError
from keys.identity import OwnBundle, Wrapper, draw_seed, sign_bundle
from keys.roster import LogHead, Witness
from keys.roster.weeks import monday
from keys.sealing import Signer
from keys.sync import actions
from keys.vault import Vault, tables
from keys.wire.messages import Question

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.office import Office

SENTINEL = "SENTINEL-vergaderzaal-twaalf"


def test_nothing_of_a_case_stands_in_the_vaults_folder_in_clear(office: Office) -> None:
    receipt = office.report(SENTINEL)
    with office.session("Secretaris") as session:
        session.sync()
        [case] = session.cases()
        actions.write(session, case, Question(f"Antwoord op {SENTINEL}"))
        session.summaries()
    office.answer(receipt, f"Ja, {SENTINEL}")
    [case] = office.read("Secretaris")
    assert len(case.messages) == 3
    with office.session("Secretaris") as session:
        stored = session.vault.messages.by_id(case.report.id)
        assert stored
        secrets = [stored.message.content_key, receipt.capability(), receipt.symbols.encode()]
    files = [path for path in (office.folder / "Secretaris").rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"vault.sqlite", "identity.key", "secretaris.card"}
    for path in files:
        raw = path.read_bytes()
        for encoding in ("utf-8", "utf-16-le"):
            assert SENTINEL.encode(encoding) not in raw, path.name
        assert not [secret for secret in secrets if secret in raw], path.name


def test_a_vault_is_for_its_owner_alone(office: Office) -> None:
    home = office.folder / "Secretaris"
    assert home.stat().st_mode & 0o777 == 0o700
    for path in home.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_two_processes_do_not_open_one_vault(office: Office) -> None:
    with office.session("Secretaris"), pytest.raises(VaultError), office.session("Secretaris"):
        pass
    with office.session("Secretaris") as session:
        assert session.cases() == []


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    with Vault.create(tmp_path / "vault.sqlite", Wrapper(bytes(32))) as vault, vault.transaction():
        vault.put_setting("server", b"https://meld.example")
    with Vault.open(tmp_path / "vault.sqlite", Wrapper(b"x" * 32)) as vault, pytest.raises(VaultError):
        vault.setting("server")


def test_a_vault_is_never_made_over_another(tmp_path: Path) -> None:
    Vault.create(tmp_path / "vault.sqlite", Wrapper(bytes(32))).close()
    with pytest.raises(ExistsError):
        Vault.create(tmp_path / "vault.sqlite", Wrapper(bytes(32)))


def test_a_file_that_is_no_vault_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vault.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(VaultError):
        Vault.open(tmp_path / "vault.sqlite", Wrapper(bytes(32)))
    with pytest.raises(VaultError):
        Vault.open(tmp_path / "absent.sqlite", Wrapper(bytes(32)))


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with Vault.create(tmp_path / "vault.sqlite", Wrapper(bytes(32))) as vault:
        with pytest.raises(VaultError), vault.transaction():
            vault.put_setting("server", vault._wrapper.unwrap("server", b"spoilt"))
        assert vault.setting("server") is None


def weekly(serial: int = 1) -> OwnBundle:
    seen = Witness(bytes(32), bytes(32), LogHead(0, bytes(32)))
    start = monday(20000)
    return sign_bundle(Signer.generate(), draw_seed(), serial=serial, start=start, last=False, week=start, seen=seen)


def test_a_destroyed_key_is_overwritten_in_the_vault_and_in_its_journal(tmp_path: Path) -> None:
    """audit L3: the rollback journal contained the whole key and was only unlinked."""
    path = tmp_path / "vault.sqlite"
    journal = tmp_path / "vault.sqlite-journal"
    with Vault.create(path, Wrapper(bytes(32))) as vault:
        own = weekly()
        with vault.transaction():
            vault.bundles.put(own)
        wrapped = vault._connection.exec_driver_sql("SELECT wrapped_seed FROM bundle").scalar()
        vault._connection.rollback()
        assert wrapped in path.read_bytes()
        with vault.transaction():
            vault.bundles.mark_published()
        assert wrapped in journal.read_bytes()
        with vault.destruction():
            vault.bundles.destroy(own.bundle.start, last=False)
        assert vault.bundles.all() == []
        assert not [entry for entry in tmp_path.iterdir() if wrapped in entry.read_bytes()]


def test_what_a_killed_process_left_in_the_journal_is_overwritten_by_the_next(tmp_path: Path) -> None:
    path, journal = tmp_path / "vault.sqlite", tmp_path / "vault.sqlite-journal"
    with Vault.create(path, Wrapper(bytes(32))) as vault:
        own = weekly()
        with vault.transaction():
            vault.bundles.put(own)
        wrapped = vault._connection.exec_driver_sql("SELECT wrapped_seed FROM bundle").scalar()
        vault._connection.rollback()
        with vault.transaction():
            vault.bundles.destroy(own.bundle.start, last=False)
    assert wrapped in journal.read_bytes()
    with Vault.open(path, Wrapper(bytes(32))):
        assert wrapped not in journal.read_bytes()


def test_a_weekly_and_a_last_resort_bundle_of_one_monday_are_two(tmp_path: Path) -> None:
    """L15: also in the own vault."""
    with Vault.create(tmp_path / "vault.sqlite", Wrapper(bytes(32))) as vault:
        one = weekly()
        seen, start = one.bundle.seen, one.bundle.start
        other = sign_bundle(Signer.generate(), draw_seed(), serial=2, start=start, last=True, week=start, seen=seen)
        with vault.transaction():
            vault.bundles.put(one)
            vault.bundles.put(other)
        assert vault.bundles.find(start, last=False) == one
        assert vault.bundles.find(start, last=True) == other


@pytest.mark.parametrize("other", [-1, 1])
def test_a_vault_of_another_version_is_not_touched(office: Office, other: int) -> None:
    path = office.folder / "Secretaris" / "vault.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {tables.SCHEMA_VERSION + other}")
    with pytest.raises(VaultError, match="another version"), office.session("Secretaris"):
        pass


def test_where_a_file_was_saved_is_not_in_clear_and_the_last_place_counts(tmp_path: Path) -> None:
    path = tmp_path / "vault.sqlite"
    with Vault.create(path, Wrapper(bytes(32))) as vault:
        for place in (b"/SENTINEL-een", b"/SENTINEL-twee"):
            with vault.transaction():
                vault.note_saved(b"m" * 32, 3, place)
        assert vault.saved(b"m" * 32) == {3: b"/SENTINEL-twee"}
        assert vault.saved(b"n" * 32) == {}
    assert b"SENTINEL" not in path.read_bytes()
