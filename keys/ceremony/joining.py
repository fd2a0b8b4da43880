"""Joining: a recipient pins the board's root by its fingerprint. It trusts no server for that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from keys.errors import TamperedError
from keys.identity import KeyFile, open_log_capability
from keys.roster import words
from keys.sync import Served, Trust, first_trust
from keys.wire.canonical import unb64
from keys.wire.signed import LABEL_ROOT, Signed
from keys.wire.sizes import ID_SIZE

if TYPE_CHECKING:
    from keys.courier import Courier
    from keys.vault import Vault

SERVER = "server"
FINGERPRINT_CHARACTERS = 43


class Chained(Protocol):
    """The source of a chain: a server, or a file."""

    def chain(self) -> tuple[list[Signed], list[Signed]]:
        """Return every root, and the roster in force with the newer ones, unverified."""


def fingerprint_of(typed: str, source: Chained) -> bytes:
    """Return the root's id for a typed fingerprint: the 43 characters of an address, or ten words.

    Raises TamperedError if no root of the source's chain has these words.
    """
    text = typed.strip().rpartition("#")[2]
    if len(text) == FINGERPRINT_CHARACTERS and " " not in text:
        return unb64(text, ID_SIZE)
    wanted = " ".join(text.lower().split())
    roots, _ = source.chain()
    for root in roots:
        if words(root.id(LABEL_ROOT)) == wanted:
            return root.id(LABEL_ROOT)
    raise TamperedError("the server's root has another fingerprint")


def join(vault: Vault, secret: KeyFile, courier: Courier, fingerprint: bytes, own_day: int) -> Trust:
    """Pin the root and the rosters that follow; others seal to the card's bundle until the first sync makes more.

    Raises NotEnrolledError if the newest roster does not list this identity, TamperedError if the sealed capability is
    not the log's, ClockError if the server's day and `own_day` cannot both be right.
    """
    served = Served.fetch(courier)
    served.check_day(own_day)
    trust = first_trust(vault, courier, fingerprint, served.day)
    open_log_capability(secret, trust.history.newest)
    with vault.transaction():
        vault.put_setting(SERVER, courier.url.encode("utf-8"))
    return trust
