"""A vault holds nothing in clear, serves one process at a time, and forgets what it destroys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.errors import ExistsError, VaultError
from keys.identity import Wrapper, make_bundle
from keys.sealing import Signer
from keys.vault import Vault
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
