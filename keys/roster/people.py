"""Who the rosters list, SPEC 7.2: the same person through every change of key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.errors import ForkError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.roster.roster import Recipient, Roster
    from keys.wire.ids import PersonId


class People:
    """Everyone who stood on one of these rosters, which stand oldest first."""

    def __init__(self, rosters: Sequence[Roster]) -> None:
        """Look everyone up; raise ForkError where an identity is listed as two persons."""
        listed = [one for roster in rosters for one in roster.recipients]
        self.recipients_by_id: dict[bytes, Recipient] = {one.identity: one for one in listed}
        if any(self.person_of(one.identity) != one.person for one in listed):
            raise ForkError("an identity of two persons")

    def person_of(self, identity: bytes) -> PersonId | None:
        """Return whose identity this is, or None where no roster has listed it."""
        found = self.recipients_by_id.get(identity)
        return found.person if found else None
