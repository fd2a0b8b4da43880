"""The chain of rosters, SPEC 7.2, and the roster in force on a day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from keys.errors import ExpiredError, MalformedError
from keys.roster.people import People
from keys.roster.roster import Roster, read_unsigned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.roster.root import Root
    from keys.wire.signed import Signed


@dataclass(frozen=True)
class RosterHistory:
    """Consecutive rosters, oldest first; the last one is verified, and therefore all of them."""

    rosters: tuple[Roster, ...]

    @classmethod
    def verify(cls, documents: Sequence[Signed], root: Root) -> RosterHistory:
        """Return the rosters of `documents`, oldest first, if the newest root's keys signed the last one.

        The others need no signature: the last one commits to them by `before`. Raises what `Roster.verify` and
        `Roster.check_follows` raise.
        """
        if not documents:
            raise MalformedError("no roster")
        return cls((Roster.verify(documents[-1], root),)).preceded_by(documents[:-1])

    def preceded_by(self, documents: Sequence[Signed]) -> RosterHistory:
        """Return this history with earlier rosters, oldest first; raise what `verify` raises."""
        rosters = [*self.rosters]
        for signed in reversed(documents):
            rosters.insert(0, read_unsigned(signed))
            rosters[1].check_follows(rosters[0])
        return RosterHistory(tuple(rosters))

    @property
    def newest(self) -> Roster:
        """The last roster, in force or not yet."""
        return self.rosters[-1]

    def in_force(self, day: int) -> Roster:
        """Return the newest roster whose first day is not after `day`; raise ExpiredError if it is not valid then.

        The revocations of newer rosters apply at once.
        """
        found = self._in_force(day)
        if found is None:
            raise ExpiredError("roster")
        found.check_day(day)
        return found.revoking(self.newest.revoked)

    def by_id(self, roster_id: bytes) -> Roster | None:
        """Return the roster with this id, if there is one."""
        return next((roster for roster in self.rosters if roster.id == roster_id), None)

    @cached_property
    def people(self) -> People:
        """The people of all these rosters."""
        return People(self.rosters)

    def _in_force(self, day: int) -> Roster | None:
        return next((roster for roster in reversed(self.rosters) if roster.start <= day), None)
