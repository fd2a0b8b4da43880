"""The people who can be sealed to on a day, by the roster in force and the server's bundles (SPEC 7.3, 7.6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from keys.errors import NotEnrolledError, RolledBackError
from keys.roster.bundle import highest
from keys.sealing import PublicPair

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from keys.roster import Bundle, Roster, RosterHistory
    from keys.wire.ids import PersonId


@dataclass(frozen=True, slots=True)
class Addressees:
    """The people who can be sealed to on a day, with the key pair of each.

    `away` are people who are away according to themselves or the policy. `unknown` are the owners of bundles that name
    a root or roster that is not here, `unusable` the owners of bundles with invalid keys. No bundle prevents sealing to
    others.
    """

    roster: Roster
    day: int
    pairs: Mapping[PersonId, PublicPair] = field(repr=False)
    away: frozenset[PersonId] = frozenset()
    unknown: frozenset[PersonId] = frozenset()
    unusable: frozenset[PersonId] = frozenset()

    @classmethod
    def on(
        cls,
        history: RosterHistory,
        bundles: Iterable[Bundle],
        day: int,
        documents: Collection[bytes],
        *,
        last_resort_only: bool = False,
    ) -> Self:
        """Return the people to whom `bundles`, each signed by its identity, allow sealing.

        `last_resort_only` is for sealing without a network. A bundle that names a root or roster not among the ids in
        `documents` does not count. Raises ExpiredError if no roster is valid on that day.
        """
        roster = history.in_force(day)
        # SPEC 7.6 step 6: once its revocation is published, nobody seals to a stolen key.
        people = {one.identity: one for one in roster.receiving(day) if roster.revoked_on(one.identity) is None}
        shown = [one for one in highest(one for one in bundles if one.covers(day)) if one.identity in people]
        known = [one for one in shown if one.names_known(documents)]
        usable = [one for one in known if one.is_readable() and one.can_be_sealed_to()]
        # The weekly bundle of each comes last, and overwrites the other.
        in_order = sorted(usable, key=lambda one: not one.last)
        said = {one.identity: one.away for one in sorted(known, key=lambda one: one.serial)}

        def owners(of: Iterable[Bundle]) -> frozenset[PersonId]:
            return frozenset(people[one.identity].person for one in of)

        return cls(
            roster,
            day,
            {
                people[one.identity].person: PublicPair(one.box, one.kem)
                for one in in_order
                if one.last or not last_resort_only
            },
            away=frozenset(
                one.person
                for one in people.values()
                if roster.policy.is_away(one.name, day) or (said.get(one.identity) or 0) >= day
            ),
            unknown=owners(one for one in shown if one not in known),
            unusable=owners(one for one in known if one not in usable),
        )

    def split(self, people: Collection[PersonId]) -> tuple[tuple[PersonId, ...], tuple[PersonId, ...]]:
        """Return those of these people who can be sealed to, and those who are `missing`."""
        ordered = sorted({*people})
        to = tuple(person for person in ordered if person in self.pairs)
        return to, tuple(person for person in ordered if person not in self.pairs)

    def pairs_of(self, people: Collection[PersonId]) -> list[PublicPair]:
        """Return the pairs of people who can be sealed to; raise NotEnrolledError if there are none."""
        if not people:
            raise NotEnrolledError("nobody to seal to")
        return [self.pairs[person] for person in sorted(people)]

    def check_current(self) -> Self:
        """Return these addressees, or raise RolledBackError if an old roster leaves nobody to seal to.

        If all recipients know a roster that is not here, the server shows an old one.
        """
        if not self.pairs and self.unknown:
            raise RolledBackError("the recipients know another roster")
        return self
