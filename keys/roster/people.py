"""The people on the rosters, SPEC 7.2: a person stays the same through every change of key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.errors import ForkError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.roster.roster import Recipient, Roster
    from keys.wire.ids import PersonId


class People:
    """The people of all these rosters, given oldest first."""

    def __init__(self, rosters: Sequence[Roster]) -> None:
        """Look up every person; raise ForkError if an identity is listed as two persons."""
        listed = [one for roster in rosters for one in roster.recipients]
        self.recipients_by_id: dict[bytes, Recipient] = {one.identity: one for one in listed}
        if any(self.person_of(one.identity) != one.person for one in listed):
            raise ForkError("an identity of two persons")

    def person_of(self, identity: bytes) -> PersonId | None:
        """Return the person with this identity, or None if no roster has listed it."""
        found = self.recipients_by_id.get(identity)
        return found.person if found else None
