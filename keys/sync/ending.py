"""Cases that are destroyed: what everybody's vault does with a tombstone, and how one is made; it shows nothing."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases import Keeping, check_tombstone, closing_of, read_statement
from keys.errors import EarlyError, UnknownCapabilityError
from keys.sync.shelf import read_case
from keys.wire import kinds

if TYPE_CHECKING:
    from pathlib import Path

    from keys.courier import Courier
    from keys.policy import Policy
    from keys.sync.trust import Trust
    from keys.vault import Grave, Vault

BACKUP_WANTED = "backup wanted"  # a case was destroyed, and the backups still hold it
ENTRY_DAYS = 396  # SPEC.md 10: so long an entry of the feed lives, with what a share gives away in it


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What stays of a destroyed case: the words of whoever destroyed it, with the days of the server.

    `gone` is the first day on which nothing can open it any more, once every recipient has fetched since; `paths` are
    files made of it that may lie on this disk.
    """

    case: bytes
    body: kinds.Tombstone
    author: bytes
    day: int
    paths: tuple[Path, ...]

    @property
    def gone(self) -> int:
        """The first day on which nothing can open the case any more: no entry of the feed can be left of it then."""
        return self.day + ENTRY_DAYS + 1


def tombstones(vault: Vault) -> list[Tombstone]:
    """Return what stays of the cases that were destroyed here, by day; each case once."""
    found = {}
    for grave in vault.graves.all():
        if grave.done and grave.case not in found:
            _, head = read_statement(grave.statement)
            if isinstance(head.body, kinds.Tombstone):
                found[grave.case] = Tombstone(grave.case, head.body, head.author, grave.day, grave.paths)
    return list(found.values())


def obey_tombstones(vault: Vault, courier: Courier, trust: Trust, own: bytes) -> None:
    """Destroy the cases whose tombstone may be obeyed, and let the server's copies end; the others are kept.

    To be called when the channels have been read: they may hold what allows it.
    """
    policy = trust.roster.policy
    for grave in vault.graves.all():
        if not grave.done:
            with contextlib.suppress(EarlyError):
                _check(vault, trust, own, grave, policy)
                bury(vault, courier, grave)
    with vault.transaction():
        vault.graves.forget_missing()


def bury(vault: Vault, courier: Courier, grave: Grave) -> None:
    """Destroy a case, after the server was asked to let its channels end; it may have done so before."""
    for channel in vault.channels(grave.case):
        with contextlib.suppress(UnknownCapabilityError):
            courier.apart().end(channel.capability)
    with vault.transaction():
        vault.graves.destroy(grave.case, grave.mac)
        vault.put_setting(BACKUP_WANTED, b"1")


def _check(vault: Vault, trust: Trust, own: bytes, grave: Grave, policy: Policy) -> None:
    """Raise EarlyError unless this tombstone may be obeyed by what is here."""
    _, head = read_statement(grave.statement)
    channels = vault.channels(grave.case)
    case, _ = read_case(vault, grave.case, trust.people, own) if channels else (None, ())
    closed = closing_of(case) if case else None
    check_tombstone(
        head,
        grave.day,
        case,
        trust.people,
        keeping=Keeping.of(policy, closed.day) if closed else None,
        is_gone=all(channel.gone for channel in channels),
    )
