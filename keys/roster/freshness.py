"""Freshness of the roster, SPEC 7.7, shown by the bundles that recipients sign each week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.roster.bundle import highest
from keys.roster.weeks import AHEAD, monday

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from keys.roster.bundle import Bundle
    from keys.roster.history import RosterHistory

WITNESSES = 2  # with this many witnesses no word is needed


@dataclass(frozen=True, slots=True)
class Freshness:
    """The recipients who, as the server shows, signed in this week or the three before, each with their last week.

    A server that hides a new roster must also hide every bundle that names it: then there is no recent witness.
    """

    looked: frozenset[bytes]
    weeks: dict[bytes, int]
    wanted: int
    differing: frozenset[bytes]  # whose bundles name different logs at one place (SPEC 7.6 step 9)

    @classmethod
    def of(
        cls, history: RosterHistory, bundles: Iterable[Bundle], today: int, documents: Collection[bytes]
    ) -> Freshness:
        """Judge the bundles of the recipients of today (SPEC 7.6 step 10).

        Raises ExpiredError if no roster is valid today.
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
