"""Backup of a key and its vault in one file that the passphrase opens, and its restoration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.ceremony.enrolling import IDENTITY_FILE, VAULT_FILE, open_vault
from keys.errors import BackupError, ExistsError, FormatError, VaultError
from keys.identity import KIND_IDENTITY, Wrapper, make_folder, open_key_file, write_new
from keys.sync.restored import hold_outbox
from keys.sync.settings import BACKUP_WANTED, COMPLETED, RESTORED
from keys.vault import check_copy
from keys.wire.signed import join_frames, split_frames

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = b"meldbus backup 1"  # SPEC 7.3
PURPOSE = "backup"


def back_up(home: Path, passphrase: str, output: Path) -> None:
    """Write the key and vault of `home` into one new file, and read it back.

    Raises PassphraseError, ExistsError if the file exists, BackupError if the written file does not open.
    """
    key_file = (home / IDENTITY_FILE).read_bytes()
    secret = open_key_file(key_file, KIND_IDENTITY, passphrase)
    with open_vault(home, secret) as vault:
        wrapped = Wrapper(secret.vault_key).wrap(PURPOSE, vault.copy())
        write_new(output, join_frames([MAGIC, key_file, wrapped]))
        read_back_up(output.read_bytes(), passphrase)
        with vault.transaction():
            vault.drop_setting(BACKUP_WANTED)


def restore(home: Path, passphrase: str, raw: bytes) -> None:
    """Make `home` from a backup; its vault shows nothing before it has fetched the log again.

    Raises PassphraseError, ExistsError if there is a key already, BackupError for anything but a complete backup.
    """
    if (home / IDENTITY_FILE).exists() or (home / VAULT_FILE).exists():
        raise ExistsError(str(home))
    key_file, copy = read_back_up(raw, passphrase)
    make_folder(home)
    write_new(home / VAULT_FILE, copy)
    secret = open_key_file(key_file, KIND_IDENTITY, passphrase)
    with open_vault(home, secret) as vault, vault.transaction():
        # Decisions since the backup, such as a purge, are on the server and in other vaults: they must count first.
        vault.put_setting(RESTORED, b"1")
        vault.drop_setting(COMPLETED)
        vault.sharing.set_due()
        vault.countdowns.begin_anew()
        hold_outbox(vault)
    # The key file comes last: without it nothing is restored, and the command can be repeated.
    write_new(home / IDENTITY_FILE, key_file)


def read_back_up(raw: bytes, passphrase: str) -> tuple[bytes, bytes]:
    """Return the key file and the vault of a backup; raise PassphraseError or BackupError."""
    try:
        frames = split_frames(raw)
    except FormatError:
        raise BackupError from None
    if len(frames) != 3 or frames[0] != MAGIC:
        raise BackupError
    secret = open_key_file(frames[1], KIND_IDENTITY, passphrase)
    try:
        copy = Wrapper(secret.vault_key).unwrap(PURPOSE, frames[2])
        check_copy(copy)
    except VaultError:
        raise BackupError from None
    return frames[1], copy
