"""A backup of a key and its vault in one file that the passphrase opens, and its way back; it talks to no server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.ceremony.enrolling import IDENTITY_FILE, VAULT_FILE, open_vault
from keys.errors import BackupError, ExistsError, FormatError, VaultError
from keys.identity import KIND_IDENTITY, Wrapper, make_folder, open_key_file, write_new
from keys.sync.settings import BACKUP_WANTED, COMPLETED, RESTORED
from keys.vault import check_copy
from keys.wire.signed import join_frames, split_frames

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = b"meldbus backup 1"  # SPEC 7.3
PURPOSE = "backup"


def back_up(home: Path, passphrase: str, output: Path) -> None:
    """Write key and vault of `home` into one new file, and read it back.

    Raises PassphraseError, ExistsError when there is such a file, BackupError when what was written does not open.
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
    """Make `home` from a backup; its vault shows nothing before it has been fetched anew.

    Raises PassphraseError, ExistsError when there is a key already, BackupError for anything but a whole backup.
    """
    if (home / IDENTITY_FILE).exists() or (home / VAULT_FILE).exists():
        raise ExistsError(str(home))
    key_file, copy = read_back_up(raw, passphrase)
    make_folder(home)
    write_new(home / VAULT_FILE, copy)
    secret = open_key_file(key_file, KIND_IDENTITY, passphrase)
    with open_vault(home, secret) as vault, vault.transaction():
        # What was decided since, such as a purge, is known to the server and the others: it counts first.
        vault.put_setting(RESTORED, b"1")
        vault.drop_setting(COMPLETED)
        vault.sharing.set_due()
        vault.countdowns.begin_anew()
    # The key file comes last: while it is missing, nothing has been restored and it can be done again.
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
