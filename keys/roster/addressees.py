"""Whom an envelope of today can be sealed to, SPEC.md 7.3, and whose keys do not count; it seals nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import NotEnrolledError, RolledBackError
from keys.roster.bundle import highest
from keys.roster.weeks import until_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from keys.roster.bundle import Bundle
    from keys.roster.history import RosterHistory
    from keys.roster.roster import Roster


@dataclass(frozen=True, slots=True)
class Addressees:
    """The bundle used today for each recipient of a roster that has one, and `until` of every envelope.

    `away` are those who say so, or of whom the policy does. `unknown` are those whose bundle names a root or roster
    that is not here, `unusable` those to whose keys nobody can seal: one bundle of one recipient closes nothing for
    the others, and its owner is named.
    """

    roster: Roster
    bundles: dict[bytes, Bundle]
    away: frozenset[bytes]
    until: int
    unknown: frozenset[bytes] = frozenset()
    unusable: frozenset[bytes] = frozenset()

    @classmethod
    def choose(
        cls,
        history: RosterHistory,
        bundles: Iterable[Bundle],
        today: int,
        documents: Collection[bytes],
        *,
        last_resort_only: bool = False,
    ) -> Addressees:
        """Choose as SPEC.md 7.3 says; `documents` are the ids of all roots and rosters that are here.

        Raises ExpiredError when no roster is valid today, NotEnrolledError when nobody on the roster has a bundle
        to seal to, RolledBackError when all who have one know a root or a roster that is not here.
        """
        roster = history.in_force(today)
        # A stolen key is sealed to by nobody from the moment on that its revocation is published.
        people = {
            person.identity: person for person in roster.receiving(today) if roster.revoked_on(person.identity) is None
        }
        shown = highest(bundle for bundle in bundles if bundle.covers(today) and bundle.identity in people)
        known = [bundle for bundle in shown if bundle.names_known(documents)]
        usable = [bundle for bundle in known if bundle.can_be_sealed_to()]
        in_order = sorted(usable, key=lambda bundle: (not bundle.last, bundle.serial))
        readable = [bundle for bundle in in_order if bundle.is_readable()]
        chosen = {bundle.identity: bundle for bundle in readable if bundle.last or not last_resort_only}
        if not chosen and known != shown:
            # Where all who can be sealed to know another roster, it is the server that shows an old one.
            raise RolledBackError("all recipients know another roster")
        if not chosen:
            raise NotEnrolledError("no recipient has a valid key")
        said = {bundle.identity: bundle.away for bundle in sorted(usable, key=lambda bundle: bundle.serial)}
        away = [
            identity
            for identity, person in people.items()
            if roster.policy.is_away(person.name, today) or (said.get(identity) or 0) >= today
        ]
        return cls(
            roster,
            chosen,
            frozenset(away),
            until_of(today),
            unknown=frozenset(bundle.identity for bundle in shown if bundle not in known),
            unusable=frozenset(bundle.identity for bundle in known if bundle not in usable),
        )
