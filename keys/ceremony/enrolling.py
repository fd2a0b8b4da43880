"""Enrolling: a recipient's identity and vault, and the card by which the board lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keys.errors import ExistsError, MalformedError, NoKeyError, NotJoinedError
from keys.identity import (
    KIND_IDENTITY,
    KeyFile,
    Profile,
    Wrapper,
    card_box,
    make_folder,
    unlock_key_file,
    write_key_file,
    write_new,
)
from keys.roster import ROLES, Bundle
from keys.roster.root import check_signers
from keys.sync import card_bundle, load_trust
from keys.vault import Vault
from keys.wire.canonical import b64, encode, unb64
from keys.wire.ids import PERSON_SIZE, PersonId
from keys.wire.signed import LABEL_CARD, Signed, join_frames, split_frames
from keys.wire.sizes import BOX_KEY_SIZE, ID_SIZE, MAX_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from keys.sealing import Signer

IDENTITY_FILE = "identity.key"
VAULT_FILE = "vault.sqlite"


@dataclass(frozen=True, slots=True)
class Card:
    """The card that a recipient hands to the board, signed by their identity, with its last-resort bundle.

    `person` is None on a first card. The log's capability is sealed to `box`. A card with a person's new identity is
    also signed by their last one.
    """

    name: str
    role: str
    person: PersonId | None
    box: bytes
    document: Signed
    signed: Signed
    bundle: Bundle

    @classmethod
    def parse(cls, raw: bytes) -> Card:
        """Parse an enrolment card and verify its signatures; raise MalformedError or TamperedError."""
        frames = split_frames(raw)
        if len(frames) != 2:
            raise MalformedError("enrolment card")
        document, signed = Signed.parse(frames[0]), Signed.parse(frames[1])
        members, bundle = document.members(), Bundle.verify(signed)
        if set(members) != {"box", "identity", "name", "person", "role"}:
            raise MalformedError("enrolment card")
        name, role = members["name"], members["role"]
        if not isinstance(name, str) or not 1 <= len(name) <= MAX_NAME or role not in ROLES:
            raise MalformedError("name or role")
        signers = [key for key, _ in document.signers]
        check_signers(document, LABEL_CARD, signers)
        if bundle.identity not in signers or unb64(members["identity"], ID_SIZE) != bundle.identity:
            raise MalformedError("signers of the card")
        person = None if members["person"] is None else PersonId(unb64(members["person"], PERSON_SIZE))
        return cls(name, str(role), person, unb64(members["box"], BOX_KEY_SIZE), document, signed, bundle)

    @property
    def identity(self) -> bytes:
        """The identity key of the card."""
        return self.bundle.identity

    @property
    def vouchers(self) -> tuple[bytes, ...]:
        """The other keys that have signed it."""
        return tuple(key for key, _ in self.document.signers if key != self.identity)

    def vouched_by(self, signer: Signer) -> Card:
        """Return the card with the signature of its person's previous identity."""
        signature = signer.sign(LABEL_CARD + self.document.document)
        return replace(self, document=self.document.with_signer(signer.public, signature))

    def file_name(self) -> str:
        """Return its file name, with the person's name, so several cards fit on one stick."""
        return f"{re.sub(r'[^a-z0-9]+', '-', self.name.lower()).strip('-') or self.role}.card"

    def encode(self) -> bytes:
        """Return the bytes of the card."""
        return join_frames([self.document.encode(), self.signed.encode()])


def enrol(home: Path, name: str, role: str, passphrase: str, today: int, profile: Profile) -> Card:
    """Make an identity, an empty vault and a card for the board in `home`.

    Raises ExistsError if there is an identity already, MalformedError for a role or name that no roster accepts.
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
    # The key file comes last: without it nothing has begun, and the command can be repeated.
    write_key_file(home / IDENTITY_FILE, secret, passphrase, profile)
    return card


def make_card(vault: Vault, secret: KeyFile, name: str, role: str, today: int) -> Card:
    """Return a card with the newest last-resort bundle of a vault, or with a new one if that ends soon.

    It names the person whom the roster lists with this identity, if there is one.
    """
    last = card_bundle(vault, secret.signer(), today)
    signer, person, box = secret.signer(), _person_of(vault, secret.signer().public), card_box(secret).public
    document = encode(
        {
            "box": b64(box),
            "identity": b64(signer.public),
            "name": name,
            "person": None if person is None else b64(person),
            "role": role,
        }
    )
    signed = Signed(document, ((signer.public, signer.sign(LABEL_CARD + document)),))
    return Card(name, role, person, box, signed, last.signed, last.bundle)


def _person_of(vault: Vault, identity: bytes) -> PersonId | None:
    try:
        return load_trust(vault).people.person_of(identity)
    except NotJoinedError:
        return None


def key_file(home: Path) -> Path:
    """Return the path of the key of `home`; raise NoKeyError if it does not exist."""
    path = home / IDENTITY_FILE
    if not path.exists():
        raise NoKeyError(str(path))
    return path


def unlock(home: Path, passphrase: str) -> KeyFile:
    """Return the identity of `home`; raise NoKeyError, PassphraseError or KeyFileError."""
    return unlock_key_file(key_file(home), KIND_IDENTITY, passphrase)


def open_vault(home: Path, secret: KeyFile) -> Vault:
    """Open the vault of an unlocked identity; raise VaultError if another process has it."""
    return Vault.open(home / VAULT_FILE, Wrapper(secret.vault_key))
