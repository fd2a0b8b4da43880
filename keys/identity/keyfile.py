"""Key files: a secret under a passphrase by Argon2id, SPEC 7.3. It never writes a secret in clear."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from argon2.low_level import ARGON2_VERSION, Type, hash_secret_raw
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.utils import random

from keys.atomic_files import replace, write_new
from keys.errors import FormatError, KeyFileError, PassphraseError
from keys.identity.passphrase import passphrase_bytes
from keys.sealing import Signer
from keys.wire.canonical import Json, b64, encode, parse_object, unb64
from keys.wire.sizes import KEY_SIZE, SEED_SIZE

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "meldbus key 1"
KIND_ROOT = "root"
KIND_IDENTITY = "identity"
SALT_SIZE = 16
# A hostile key file could otherwise ask for all of a machine's memory, or a day of its time.
MAX_MEMORY_KIB = 4 * 1024 * 1024
MAX_TIME = 16
MAX_LANES = 16


@dataclass(frozen=True, slots=True)
class Profile:
    """The cost of one try of a passphrase: passes, memory in KiB, and lanes of Argon2id (RFC 9106)."""

    time: int
    memory_kib: int
    lanes: int


# crypto_pwhash_OPSLIMIT_MODERATE and crypto_pwhash_MEMLIMIT_MODERATE of libsodium: 3 passes, 256 MiB.
MODERATE = Profile(time=3, memory_kib=256 * 1024, lanes=1)


@dataclass(frozen=True, slots=True)
class KeyFile:
    """An unlocked key file: `seed` is the seed of its Ed25519 key; only an identity has a `vault_key`."""

    kind: str
    seed: bytes = field(repr=False)
    vault_key: bytes = field(repr=False)

    @classmethod
    def generate(cls, kind: str) -> KeyFile:
        """Return a new random secret of this kind."""
        return cls(kind, random(SEED_SIZE), random(KEY_SIZE) if kind == KIND_IDENTITY else b"")

    def signer(self) -> Signer:
        """Return the signing key."""
        return Signer.from_seed(self.seed)

    def lock(self, passphrase: str, profile: Profile) -> bytes:
        """Return the bytes of a key file under this passphrase, with a fresh salt and nonce."""
        salt = random(SALT_SIZE)
        box = SecretBox(_stretch(passphrase, salt, profile)).encrypt(self.seed + self.vault_key)
        cost: dict[str, Json] = {
            "lanes": profile.lanes,
            "memory_kib": profile.memory_kib,
            "time": profile.time,
        }
        return encode(
            {
                "argon2id": {**cost, "salt": b64(salt)},
                "box": b64(bytes(box)),
                "format": FORMAT,
                "kind": self.kind,
                "public": b64(self.signer().public),
            }
        )


def write_key_file(path: Path, secret: KeyFile, passphrase: str, profile: Profile) -> None:
    """Write a new key file of mode 0600; raise ExistsError if the file exists."""
    write_new(path, secret.lock(passphrase, profile))


def relock_key_file(path: Path, secret: KeyFile, passphrase: str, profile: Profile) -> None:
    """Replace a key file by one under another passphrase.

    Earlier copies and backups still open with the passphrase that they were made with.
    """
    replace(path, secret.lock(passphrase, profile))


def unlock_key_file(path: Path, kind: str, passphrase: str) -> KeyFile:
    """Return the secret of a key file.

    Raises PassphraseError for a wrong passphrase, KeyFileError if this is not a key file of this kind.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from None
    return open_key_file(raw, kind, passphrase)


def open_key_file(raw: bytes, kind: str, passphrase: str) -> KeyFile:
    """Return the secret in the bytes of a key file; raise what `unlock_key_file` raises."""
    members = _parse(raw)
    if members["kind"] != kind:
        raise KeyFileError(f"this is not a key file of kind {kind}")
    try:
        salt, profile = _cost(members["argon2id"])
        box = unb64(members["box"])
        public = unb64(members["public"], KEY_SIZE)
    except FormatError:
        raise KeyFileError("not a key file") from None
    try:
        opened = SecretBox(_stretch(passphrase, salt, profile)).decrypt(box)
    except CryptoError:
        raise PassphraseError from None
    secret = KeyFile(kind, opened[:SEED_SIZE], opened[SEED_SIZE:])
    if secret.signer().public != public:
        raise KeyFileError("the public key in the file is another's")
    return secret


def _stretch(passphrase: str, salt: bytes, profile: Profile) -> bytes:
    return hash_secret_raw(
        secret=passphrase_bytes(passphrase),
        salt=salt,
        time_cost=profile.time,
        memory_cost=profile.memory_kib,
        parallelism=profile.lanes,
        hash_len=KEY_SIZE,
        type=Type.ID,
        version=ARGON2_VERSION,
    )


def _cost(value: Json) -> tuple[bytes, Profile]:
    if not isinstance(value, dict) or set(value) != {"lanes", "memory_kib", "salt", "time"}:
        raise KeyFileError("argon2id")
    time, memory, lanes = value["time"], value["memory_kib"], value["lanes"]
    if not isinstance(time, int) or not isinstance(memory, int) or not isinstance(lanes, int):
        raise KeyFileError("argon2id")
    within = 1 <= time <= MAX_TIME and 8 * lanes <= memory <= MAX_MEMORY_KIB and 1 <= lanes <= MAX_LANES
    if not within:
        raise KeyFileError("argon2id costs out of range")
    return unb64(value["salt"], SALT_SIZE), Profile(time, memory, lanes)


def _parse(raw: bytes) -> dict[str, Json]:
    try:
        members = parse_object(raw)
    except FormatError:
        raise KeyFileError("not a key file") from None
    if set(members) != {"argon2id", "box", "format", "kind", "public"} or members["format"] != FORMAT:
        raise KeyFileError("not a key file of this version")
    return members
