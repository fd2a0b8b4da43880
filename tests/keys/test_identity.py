"""Key files: complete or absent, readable by their owner only, and opened only by their passphrase."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest

from keys.errors import ExistsError, KeyFileError, PassphraseError, ShortPassphraseError, VaultError
from keys.identity import (
    KIND_IDENTITY,
    KIND_ROOT,
    MODERATE,
    KeyFile,
    Wrapper,
    check_new_passphrase,
    relock_key_file,
    unlock_key_file,
    write_key_file,
    write_new,
)
from keys.wire.canonical import b64, encode, parse_object
from tests.keys.office import CHEAP

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def key_file(tmp_path: Path) -> tuple[Path, KeyFile]:
    secret = KeyFile.generate(KIND_IDENTITY)
    write_key_file(tmp_path / "identity.key", secret, "juist", CHEAP)
    return tmp_path / "identity.key", secret


def test_the_profile_is_libsodiums_moderate() -> None:
    assert (MODERATE.time, MODERATE.memory_kib, MODERATE.lanes) == (3, 256 * 1024, 1)


def test_a_key_file_opens_with_its_passphrase(key_file: tuple[Path, KeyFile]) -> None:
    path, secret = key_file
    assert unlock_key_file(path, KIND_IDENTITY, "juist") == secret
    assert parse_object(path.read_bytes())["public"] == b64(secret.signer().public)


def test_a_key_file_opens_with_no_other_passphrase(key_file: tuple[Path, KeyFile]) -> None:
    with pytest.raises(PassphraseError):
        unlock_key_file(key_file[0], KIND_IDENTITY, "juist ")


def test_a_passphrase_opens_however_a_keyboard_writes_its_letters(tmp_path: Path) -> None:
    """audit L9: an accented letter is one character on one keyboard and two on another."""
    secret, composed = KeyFile.generate(KIND_IDENTITY), "één café op het hoekje"
    write_key_file(tmp_path / "identity.key", secret, composed, CHEAP)
    parted = unicodedata.normalize("NFD", composed)
    assert parted.encode() != composed.encode()
    assert unlock_key_file(tmp_path / "identity.key", KIND_IDENTITY, parted) == secret


def test_a_key_file_that_is_locked_again_opens_with_its_new_passphrase_alone(key_file: tuple[Path, KeyFile]) -> None:
    path, secret = key_file
    relock_key_file(path, secret, "een andere wachtzin", CHEAP)
    assert unlock_key_file(path, KIND_IDENTITY, "een andere wachtzin") == secret
    with pytest.raises(PassphraseError):
        unlock_key_file(path, KIND_IDENTITY, "juist")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["identity.key"]


@pytest.mark.parametrize("passphrase", ["", "a", "dertien tekens"[:13], " " * 20, "e\u0301" * 13])
def test_a_new_passphrase_that_is_short_is_refused(passphrase: str) -> None:
    """audit L9: one letter was accepted. Fourteen characters, without surrounding spaces and separate accents."""
    with pytest.raises(ShortPassphraseError):
        check_new_passphrase(passphrase)
    check_new_passphrase("veertien teken")


def test_a_key_file_of_another_kind_is_refused(key_file: tuple[Path, KeyFile]) -> None:
    with pytest.raises(KeyFileError):
        unlock_key_file(key_file[0], KIND_ROOT, "juist")


def test_a_key_file_is_for_its_owner_alone_and_leaves_nothing_beside_it(key_file: tuple[Path, KeyFile]) -> None:
    path, _ = key_file
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["identity.key"]


def test_a_key_file_is_never_overwritten(key_file: tuple[Path, KeyFile]) -> None:
    path, _ = key_file
    before = path.read_bytes()
    with pytest.raises(ExistsError):
        write_key_file(path, KeyFile.generate(KIND_ROOT), "ander", CHEAP)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["identity.key"]


def test_a_name_that_is_a_dangling_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(ExistsError):
        write_new(tmp_path / "link", b"geheim")
    assert not (tmp_path / "target").exists()


def test_no_secret_stands_in_the_file_in_clear(key_file: tuple[Path, KeyFile]) -> None:
    path, secret = key_file
    raw = path.read_bytes()
    assert secret.seed not in raw
    assert secret.vault_key not in raw
    assert "geheim" not in repr(secret)
    assert secret.seed.hex() not in repr(secret)


@pytest.mark.parametrize(
    ("name", "value"), [("memory_kib", 2**32), ("time", 0), ("lanes", 1000), ("memory_kib", "veel"), ("salt", "AA")]
)
def test_costs_that_would_exhaust_the_machine_are_refused(
    key_file: tuple[Path, KeyFile], name: str, value: int | str
) -> None:
    path, _ = key_file
    members = parse_object(path.read_bytes())
    members["argon2id"][name] = value
    changed = path.with_name("changed.key")
    changed.write_bytes(encode(members))
    with pytest.raises(KeyFileError):
        unlock_key_file(changed, KIND_IDENTITY, "juist")


def test_a_public_key_that_was_swapped_in_the_file_is_noticed(key_file: tuple[Path, KeyFile]) -> None:
    path, _ = key_file
    members = parse_object(path.read_bytes())
    other = path.with_name("other.key")
    write_key_file(other, KeyFile.generate(KIND_IDENTITY), "x", CHEAP)
    members["public"] = parse_object(other.read_bytes())["public"]
    changed = path.with_name("changed.key")
    changed.write_bytes(encode(members))
    with pytest.raises(KeyFileError):
        unlock_key_file(changed, KIND_IDENTITY, "juist")


@pytest.mark.parametrize("content", [b"", b"{}", b"not json", b"\xff" * 100])
def test_what_is_no_key_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.key").write_bytes(content)
    with pytest.raises(KeyFileError):
        unlock_key_file(tmp_path / "x.key", KIND_ROOT, "x")


def test_a_wrapped_value_opens_for_its_own_purpose_alone() -> None:
    wrapper = Wrapper(bytes(32))
    wrapped = wrapper.wrap("content key 01", b"geheim")
    assert wrapper.unwrap("content key 01", wrapped) == b"geheim"
    with pytest.raises(VaultError):
        wrapper.unwrap("content key 02", wrapped)
    with pytest.raises(VaultError):
        Wrapper(bytes(31) + b"\1").unwrap("content key 01", wrapped)
