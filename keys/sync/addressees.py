"""Who can be sealed to on a day, by the roster in force and the bundles that the server gives (SPEC 7.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from keys.roster.bundle import highest
from keys.sealing import PublicPair

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from keys.roster import Bundle, Roster, RosterHistory
    from keys.wire.ids import PersonId


@dataclass(frozen=True, slots=True)
class Addressees:
    """The persons who can be sealed to on a day, with the pair of each."""

    roster: Roster
    day: int
    pairs: Mapping[PersonId, PublicPair] = field(repr=False)

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
        """Return whom `bundles`, each signed by its identity, let be sealed to; `last_resort_only` without a network.

        One that names a root or roster that is not among the ids in `documents` does not count. Raises ExpiredError
        where no roster is valid on that day.
        """
        roster = history.in_force(day)
        shown = highest(bundle for bundle in bundles if bundle.covers(day))
        chosen = {(one.identity, one.last): one for one in shown if one.names_known(documents)}
        pairs: dict[PersonId, PublicPair] = {}
        for person in roster.receiving(day):
            # A stolen key is sealed to by nobody from the moment on that its revocation is published.
            if roster.revoked_on(person.identity) is not None:
                continue
            weekly = None if last_resort_only else chosen.get((person.identity, False))
            pair = _pair(weekly) or _pair(chosen.get((person.identity, True)))
            if pair is not None:
                pairs[person.person] = pair
        return cls(roster, day, pairs)

    def split(self, people: Collection[PersonId]) -> tuple[tuple[PersonId, ...], tuple[PersonId, ...]]:
        """Return who of these people is sealed to, and who is `missing`."""
        ordered = sorted({*people})
        to = tuple(person for person in ordered if person in self.pairs)
        return to, tuple(person for person in ordered if person not in self.pairs)


def _pair(bundle: Bundle | None) -> PublicPair | None:
    """Return the pair of a bundle that counts."""
    if bundle is None or not bundle.is_readable() or not bundle.can_be_sealed_to():
        return None
    return PublicPair(bundle.box, bundle.kem)
