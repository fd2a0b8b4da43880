"""The board's root keys: founding them, and rotating to new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.errors import BelowThresholdError, ForbiddenError, MalformedError
from keys.identity import KIND_ROOT, KeyFile, Profile, unlock_key_file, write_key_file, write_new
from keys.roster import Root, root_document
from keys.wire.canonical import encode
from keys.wire.signed import LABEL_ROOT, Signed, join_frames, split_frames

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from keys.sealing import Signer

ROOT_DAYS = 3653  # ten years: rare enough to be no burden, frequent enough that somebody checks the key holders
ROOT_FILE = "root.signed"


def root_key_name(number: int) -> str:
    """Return the file name of the n-th root key, counted from 1."""
    return f"root-{number}.key"


def found(folder: Path, k: int, passphrases: Sequence[str], today: int, profile: Profile) -> Root:
    """Make one root key file for each passphrase, and the root that all of them sign, in `folder`.

    Raises MalformedError unless 1 <= k <= number of passphrases <= 16, ExistsError if a file exists.
    """
    secrets = [KeyFile.generate(KIND_ROOT) for _ in passphrases]
    signers = [secret.signer() for secret in secrets]
    document = encode(root_document(1, None, (signer.public for signer in signers), k, today + ROOT_DAYS))
    signed = Signed(document, ())
    for signer in signers:
        signed = signed.with_signer(signer.public, signer.sign(LABEL_ROOT + document))
    if not signers:
        raise MalformedError("no keys")
    root = Root.verify_chain([signed], signed.id(LABEL_ROOT))
    for number, (secret, passphrase) in enumerate(zip(secrets, passphrases, strict=True), 1):
        write_key_file(folder / root_key_name(number), secret, passphrase, profile)
    write_new(folder / ROOT_FILE, join_frames([signed.encode()]))
    return root


def rotate(
    roots: Sequence[Signed],
    old: Sequence[tuple[Path, str]],
    folder: Path,
    k: int,
    passphrases: Sequence[str],
    today: int,
    profile: Profile,
) -> Root:
    """Make new root keys, one for each passphrase, and the root that k of the old and all of the new ones sign.

    `old` are key files of the current root with their passphrases; the files are not changed. Raises
    BelowThresholdError for fewer than k of them, ForbiddenError for another key, and what `found` raises.
    """
    present = Root.verify_chain(roots, roots[0].id(LABEL_ROOT))
    signers = {signer.public: signer for path, asked in old for signer in [_old_signer(path, asked, present)]}
    if len(signers) < present.k:
        raise BelowThresholdError
    secrets = [KeyFile.generate(KIND_ROOT) for _ in passphrases]
    keys = [secret.signer() for secret in secrets]
    members = root_document(present.version + 1, present.id, (key.public for key in keys), k, today + ROOT_DAYS)
    document = encode(members)
    signed = Signed(document, ())
    for signer in (*signers.values(), *keys):
        signed = signed.with_signer(signer.public, signer.sign(LABEL_ROOT + document))
    root = Root.verify_chain([*roots, signed], present.id)
    for number, (secret, passphrase) in enumerate(zip(secrets, passphrases, strict=True), 1):
        write_key_file(folder / root_key_name(number), secret, passphrase, profile)
    write_new(folder / ROOT_FILE, join_frames(one.encode() for one in (*roots, signed)))
    return root


def _old_signer(path: Path, passphrase: str, present: Root) -> Signer:
    signer = unlock_key_file(path, KIND_ROOT, passphrase).signer()
    if signer.public not in present.keys:
        raise ForbiddenError("this key is not one of the root's")
    return signer


def parse_roots(raw: bytes) -> tuple[Signed, ...]:
    """Return every root of a file, oldest first, unverified."""
    return tuple(Signed.parse(frame) for frame in split_frames(raw))
