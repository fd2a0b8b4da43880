"""Who has looked of late, SPEC 7.7, by what recipients sign each week; it asks nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.roster.bundle import highest
from keys.roster.weeks import AHEAD, monday

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from keys.roster.bundle import Bundle
    from keys.roster.history import RosterHistory

WITNESSES = 2  # so many who have looked need no word


@dataclass(frozen=True, slots=True)
class Freshness:
    """Of whom the server shows today that they looked in this week or the three before, and each one's last week.

    A server that hides a new roster has to hide every bundle that names it too: then nobody has looked.
    """

    looked: frozenset[bytes]
    weeks: dict[bytes, int]
    wanted: int
    differing: frozenset[bytes]  # whose bundles name different logs at one place (SPEC 7.6 step 9)

    @classmethod
    def of(
        cls, history: RosterHistory, bundles: Iterable[Bundle], today: int, documents: Collection[bytes]
    ) -> Freshness:
        """Judge the bundles of those who receive today (SPEC 7.6 step 10).

        Raises ExpiredError when no roster is valid then.
        """
        roster = history.in_force(today)
        people = {person.identity for person in roster.receiving(today) if roster.revoked_on(person.identity) is None}
        current = {roster.previous, *(one.id for one in history.rosters if one.version >= roster.version)}
        shown = [
            bundle
            for bundle in highest(one for one in bundles if one.covers(today))
            if bundle.identity in people
            and bundle.seen is not None
            and bundle.names_known(documents)
            and bundle.week <= today
        ]
        weeks: dict[bytes, int] = {}
        for bundle in shown:
            weeks[bundle.identity] = max(bundle.week, weeks.get(bundle.identity, 0))
        heads = {(bundle.identity, bundle.seen.log) for bundle in shown if bundle.seen is not None}
        differing = frozenset(
            identity
            for identity, log in heads
            if any(other.place == log.place and other.digest != log.digest for _, other in heads)
        )
        looked = frozenset(
            bundle.identity
            for bundle in shown
            if not bundle.last
            and bundle.identity not in differing
            and bundle.week >= monday(today) - AHEAD
            and bundle.seen is not None
            and bundle.seen.roster in current
        )
        return cls(looked, weeks, min(WITNESSES, len(people)), differing)

    @property
    def is_stale(self) -> bool:
        """Whether nobody has looked: a page stops before its form."""
        return not self.looked

    @property
    def is_thin(self) -> bool:
        """Whether fewer have looked than there should be, and somebody has: a page says so."""
        return 0 < len(self.looked) < self.wanted
