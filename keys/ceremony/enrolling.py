"""Enrolling: a recipient's identity and vault, and the card by which the board lists them; it talks to no server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import ExistsError, MalformedError, NoKeyError
from keys.identity import (
    KIND_IDENTITY,
    KeyFile,
    Profile,
    Wrapper,
    make_folder,
    unlock_key_file,
    write_key_file,
    write_new,
)
from keys.roster import ROLES, Bundle
from keys.sync import renew_bundles
from keys.vault import Vault
from keys.wire.canonical import encode, parse_object
from keys.wire.signed import Signed, join_frames, split_frames

if TYPE_CHECKING:
    from pathlib import Path

IDENTITY_FILE = "identity.key"
VAULT_FILE = "vault.sqlite"
MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class Card:
    """What a recipient hands to the board: name, role, and the last-resort bundle that proves the identity."""

    name: str
    role: str
    signed: Signed
    bundle: Bundle

    @classmethod
    def parse(cls, raw: bytes) -> Card:
        """Read an enrolment card and verify its bundle; raise MalformedError or TamperedError."""
        frames = split_frames(raw)
        if len(frames) != 2:
            raise MalformedError("enrolment card")
        members = parse_object(frames[0])
        name, role = members.get("name"), members.get("role")
        if set(members) != {"name", "role"} or not isinstance(name, str) or not isinstance(role, str):
            raise MalformedError("enrolment card")
        if role not in ROLES or not 1 <= len(name) <= MAX_NAME:
            raise MalformedError("name or role")
        signed = Signed.parse(frames[1])
        return cls(name, role, signed, Bundle.verify(signed))

    def file_name(self) -> str:
        """Return the name of its file, from the person's name, so that cards do not collide on one stick."""
        return f"{re.sub(r'[^a-z0-9]+', '-', self.name.lower()).strip('-') or self.role}.card"

    def encode(self) -> bytes:
        """Return the bytes of the card."""
        return join_frames([encode({"name": self.name, "role": self.role}), self.signed.encode()])


def enrol(home: Path, name: str, role: str, passphrase: str, today: int, profile: Profile) -> Card:
    """Make an identity and an empty vault in `home`, and the card to hand to the board beside them.

    Raises ExistsError when there is an identity already, MalformedError for a role or name that no roster takes.
    """
    if role not in ROLES or not 1 <= len(name) <= MAX_NAME:
        raise MalformedError("name or role")
    make_folder(home)
    if (home / IDENTITY_FILE).exists():
        raise ExistsError(str(home / IDENTITY_FILE))
    secret = KeyFile.generate(KIND_IDENTITY)
    with Vault.create(home / VAULT_FILE, Wrapper(secret.vault_key)) as vault:
        card = make_card(vault, secret, name, role, today)
    write_new(home / card.file_name(), card.encode())
    # The key file comes last: while it is missing, nothing of this has begun and it can be done again.
    write_key_file(home / IDENTITY_FILE, secret, passphrase, profile)
    return card


def make_card(vault: Vault, secret: KeyFile, name: str, role: str, today: int) -> Card:
    """Return a card with the newest last-resort bundle of a vault, made anew when the old one gets short."""
    renew_bundles(vault, secret.signer(), today, 0)
    last = [own for own in vault.own_bundles() if own.bundle.last][-1]
    return Card(name, role, last.signed, last.bundle)


def key_file(home: Path) -> Path:
    """Return where the key of `home` is; raise NoKeyError where none is."""
    path = home / IDENTITY_FILE
    if not path.exists():
        raise NoKeyError(str(path))
    return path


def unlock(home: Path, passphrase: str) -> KeyFile:
    """Return the identity of `home`; raise NoKeyError, PassphraseError or KeyFileError."""
    return unlock_key_file(key_file(home), KIND_IDENTITY, passphrase)


def open_vault(home: Path, secret: KeyFile) -> Vault:
    """Open the vault of an unlocked identity; raise VaultError when another process has it."""
    return Vault.open(home / VAULT_FILE, Wrapper(secret.vault_key))
