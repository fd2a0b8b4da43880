"""The log's capability, which the roster holds sealed to a key of each recipient's card, SPEC 7.2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.errors import NotEnrolledError, TamperedError
from keys.sealing import BoxKey

if TYPE_CHECKING:
    from keys.identity.keyfile import KeyFile
    from keys.roster import Roster

LABEL_BOX = b"meldbus/1 card box"
BOX_SEED_SIZE = 32


def card_box(secret: KeyFile) -> BoxKey:
    """Return the X25519 key of an identity; its public half is on the card."""
    hkdf = HKDF(algorithm=SHA256(), length=BOX_SEED_SIZE, salt=None, info=LABEL_BOX)
    return BoxKey.from_seed(hkdf.derive(secret.seed))


def open_log_capability(secret: KeyFile, roster: Roster) -> bytes:
    """Return the capability with which this identity reads the log while the roster is in force.

    Raises NotEnrolledError if the roster does not list the identity, TamperedError if the sealed capability is not the
    one that the roster names.
    """
    own = roster.find(secret.signer().public)
    if own is None:
        raise NotEnrolledError
    capability = card_box(secret).open(own.log)
    if not roster.opens_log(capability):
        raise TamperedError("capability of the log")
    return capability
