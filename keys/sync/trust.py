"""What a vault trusts: the pinned root, and the rosters that follow from it; it takes no server's word for either."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import NotJoinedError, RolledBackError
from keys.roster import Recipient, Root, Roster, linked, walk_back
from keys.wire.signed import Signed, join_frames, split_frames

if TYPE_CHECKING:
    from keys.courier import Courier
    from keys.vault import Vault

PINNED = "pinned root"
ROOTS = "roots"
ROSTERS = "rosters"


@dataclass(frozen=True, slots=True)
class Trust:
    """The newest root and roster that count, every roster that led to it, and all who stood on one, by identity."""

    root: Root
    roster: Roster
    chain: tuple[Roster, ...]
    recipients_by_id: dict[bytes, Recipient]
    roots: tuple[Signed, ...]
    rosters: tuple[Signed, ...]


def load_trust(vault: Vault) -> Trust:
    """Return what the last `refresh_trust` left, verified again from the pinned root.

    Raises NotJoinedError before the first one.
    """
    pinned, roots, rosters = (vault.setting(name) for name in (PINNED, ROOTS, ROSTERS))
    if pinned is None or roots is None or rosters is None:
        raise NotJoinedError
    return _verify(pinned, _split(roots), _split(rosters))


def refresh_trust(vault: Vault, courier: Courier, today: int) -> Trust:
    """Fetch the chain, check that it extends the one known, and keep it.

    Raises TrustError or FormatError and keeps nothing when it does not.
    """
    known = load_trust(vault)
    roots, newest = courier.chain()
    if len(roots) < len(known.roots):
        raise RolledBackError("root")
    root = Root.verify_chain(roots, known.root.id)
    root.check_day(today)
    roster = Roster.verify(newest, root)
    between = [courier.roster(version) for version in range(known.roster.version + 1, roster.version)]
    walk_back(roster, between, known.roster)
    roster.check_day(today)
    rosters = [*known.rosters, *between, *([newest] if roster.version > known.roster.version else [])]
    _keep(vault, root.id, roots, rosters)
    return load_trust(vault)


def first_trust(vault: Vault, courier: Courier, fingerprint: bytes, today: int) -> Trust:
    """Pin a root by its fingerprint and fetch the whole chain from the first roster on."""
    roots, newest = courier.chain()
    root = Root.verify_chain(roots, fingerprint)
    root.check_day(today)
    roster = Roster.verify(newest, root)
    roster.check_day(today)
    rosters = [*(courier.roster(version) for version in range(1, roster.version)), newest]
    _keep(vault, root.id, roots, rosters)
    return load_trust(vault)


def _keep(vault: Vault, pinned: bytes, roots: list[Signed], rosters: list[Signed]) -> None:
    # Verified before it is kept: what is kept is what every later start relies on.
    _verify(pinned, roots, rosters)
    with vault.transaction():
        vault.put_setting(PINNED, pinned)
        vault.put_setting(ROOTS, join_frames(document.encode() for document in roots))
        vault.put_setting(ROSTERS, join_frames(document.encode() for document in rosters))


def _verify(pinned: bytes, roots: list[Signed], rosters: list[Signed]) -> Trust:
    root = Root.verify_chain(roots, pinned)
    newest = Roster.verify(rosters[-1], root)
    chain = linked(newest, rosters[:-1])
    recipients = {person.identity: person for roster in chain for person in roster.recipients}
    return Trust(root, newest, tuple(chain), recipients, tuple(roots), tuple(rosters))


def _split(raw: bytes) -> list[Signed]:
    return [Signed.parse(frame) for frame in split_frames(raw)]
