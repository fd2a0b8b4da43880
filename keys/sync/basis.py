"""The basis for sealing: the server's day and the bundles that came with it (SPEC 3.5, 7.3).

The vault stores that of the last sync, to write messages without a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.roster import Bundle
from keys.roster.weeks import agree
from keys.sync.addressees import Addressees
from keys.sync.served import Served
from keys.wire.canonical import encode, parse_object
from keys.wire.signed import join_frames, split_frames

if TYPE_CHECKING:
    from keys.sync.trust import Trust
    from keys.vault import Vault

SERVED = "served"


@dataclass(frozen=True, slots=True)
class Basis:
    """The server's answer at a moment, and the local day of that moment."""

    served: Served
    own_day: int

    @property
    def is_trusted(self) -> bool:
        """Say whether the server's day and the local day of that moment can both be right."""
        return agree(self.served.day, self.own_day)

    def addressees(self, trust: Trust, own_day: int) -> Addressees:
        """Return the people who can be sealed to on the local day, or on the server's day while that can be right.

        Longer without a network, the local day counts, with the last-resort bundles only. Raises ClockError if the
        clocks did not agree, ExpiredError if no roster is valid on that day.
        """
        self.served.check_day(self.own_day)
        is_of_today = agree(self.served.day, own_day)
        day = self.served.day if is_of_today else own_day
        return Addressees.on(trust.history, self.served.bundles, day, trust.documents, last_resort_only=not is_of_today)


def keep_basis(vault: Vault, basis: Basis) -> None:
    """Store the server's answer."""
    served = basis.served
    first = encode({"day": served.day, "own": basis.own_day, "work": served.work})
    with vault.transaction():
        vault.put_setting(SERVED, join_frames([first, *(encode(bundle.members()) for bundle in served.bundles)]))


def load_basis(vault: Vault) -> Basis | None:
    """Return the server's answer of the last sync, or None before the first one."""
    raw = vault.setting(SERVED)
    if raw is None:
        return None
    first, *documents = split_frames(raw)
    members = parse_object(first)
    day, own, work = (members[name] for name in ("day", "own", "work"))
    assert isinstance(day, int)
    assert isinstance(own, int)
    assert isinstance(work, int)
    return Basis(Served(day, work, tuple(map(Bundle.read_kept, documents))), own)
