"""A vault holds nothing in clear, serves one process at a time, and forgets what it destroys."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from keys.errors import ExistsError, VaultError
from keys.identity import Wrapper, make_bundle
from keys.sealing import Signer
from keys.vault import Vault, tables
from keys.wire import kinds

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.office import Office

SENTINEL = "SENTINEL-vergaderzaal-twaalf"


def test_nothing_of_a_case_stands_in_the_vaults_folder_in_clear(office: Office) -> None:
    receipt = office.report(SENTINEL)
    [(case, _)] = office.read("Secretaris")
    with office.desk("Secretaris") as desk:
        desk.say(case, kinds.Question(f"Antwoord op {SENTINEL}"))
    office.answer(receipt, f"Ja, {SENTINEL}")
    [(case, _)] = office.read("Secretaris")
    assert len(case.said) == 3
    files = [path for path in (office.folder / "Secretaris").rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"vault.sqlite", "identity.key", "secretaris.card"}
    secrets = [case.report.message.content_key, receipt.capability(), receipt.symbols.encode()]
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
    with office.desk("Secretaris"), pytest.raises(VaultError), office.desk("Secretaris"):
        pass
    with office.desk("Secretaris") as desk:
        assert desk.cases() == []


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


def test_a_destroyed_key_is_overwritten_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "vault.sqlite"
    wrapper = Wrapper(bytes(32))
    with Vault.create(path, wrapper) as vault:
        own = make_bundle(Signer.generate(), serial=1, today=20000, last=False, roster=1)
        with vault.transaction():
            vault.add_bundle(own)
        wrapped = vault._connection.exec_driver_sql("SELECT wrapped_seed FROM bundle").scalar()
        vault._connection.rollback()
        assert wrapped in path.read_bytes()
        with vault.transaction():
            vault.destroy_bundle(1)
        assert vault.own_bundles() == []
        assert vault.last_serial() == 1
    assert not [entry for entry in tmp_path.iterdir() if wrapped in entry.read_bytes()]


def test_a_vault_of_the_first_version_is_upgraded_when_it_is_opened(office: Office) -> None:
    office.report("een")
    [(case, _)] = office.read("Secretaris")
    downgrade(office.folder / "Secretaris" / "vault.sqlite")
    with office.desk("Secretaris") as desk:
        [(again, alarms)] = desk.cases()
        assert (again, alarms) == (case, ())
        [stored] = desk.vault.envelopes(case.id)
        assert stored.size == len(stored.front)
        with desk.vault.transaction():
            desk.vault.note_saved(stored.mac, 0, b"/ergens")
        assert desk.vault.saved(stored.mac) == {0: b"/ergens"}
    assert columns_of(office.folder / "Secretaris" / "vault.sqlite") == columns_of_a_new_vault(office.folder)


@pytest.mark.parametrize("statement", range(3))
def test_an_upgrade_that_is_cut_off_leaves_the_vault_as_it_was(
    office: Office, statement: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.report("een")
    office.read("Secretaris")
    path = office.folder / "Secretaris" / "vault.sqlite"
    downgrade(path)
    before = columns_of(path)
    steps = list(tables.UPGRADES[1])
    steps.insert(statement, "SELECT no_such_thing")
    with monkeypatch.context() as cut:
        cut.setattr(tables, "UPGRADES", tables.UPGRADES | {1: tuple(steps)})
        with pytest.raises(VaultError), office.desk("Secretaris"):
            pass
    assert columns_of(path) == before
    with office.desk("Secretaris") as desk:
        assert [found.report.text for found, _ in desk.cases()] == ["een"]


def test_a_vault_of_a_later_version_is_not_touched(office: Office) -> None:
    path = office.folder / "Secretaris" / "vault.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {tables.SCHEMA_VERSION + 1}")
    with pytest.raises(VaultError, match="another version"), office.desk("Secretaris"):
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


def downgrade(path: Path) -> None:
    """Make a vault what the first version made."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            """
            ALTER TABLE envelope RENAME COLUMN channel TO "case";
            ALTER TABLE channel DROP COLUMN "case";
            ALTER TABLE channel RENAME COLUMN id TO "case";
            ALTER TABLE envelope DROP COLUMN size;
            DROP TABLE saved;
            DROP TABLE remembered;
            DROP TABLE tombstone;
            DROP TABLE export;
            PRAGMA user_version = 1;
            """
        )


def columns_of(path: Path) -> dict[str, set[tuple[object, ...]]]:
    """Return name, type, obligation and key of each column of a vault, by table."""
    with closing(sqlite3.connect(path)) as database:
        named = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: {(row[1], row[2], row[3], row[5]) for row in database.execute(f"PRAGMA table_info({name})")}
            for name in named
        }


def columns_of_a_new_vault(folder: Path) -> dict[str, set[tuple[object, ...]]]:
    path = folder / "new.sqlite"
    Vault.create(path, Wrapper(bytes(32))).close()
    return columns_of(path)


def test_a_full_disk_is_told_in_words_and_leaves_the_vault_as_it_was(office: Office) -> None:
    office.report("SENTINEL een")
    with office.desk("Secretaris") as desk:
        desk.vault._connection.exec_driver_sql("PRAGMA max_page_count = 1")
        with pytest.raises(VaultError) as refused:
            desk.sync()
        assert "the disk is full" in str(refused.value)
        assert refused.value.__cause__ is None
        assert desk.cases() == []
    assert [case.report.text for case, _ in office.read("Secretaris")] == ["SENTINEL een"]
