"""The own private keys, and which of them an envelope can have been sealed to (SPEC 7.3, 10.2 step 4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from keys.identity import private_pair
from keys.roster.weeks import CLOCK_DAYS, sealed_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.identity import OwnBundle
    from keys.roster import Bundle
    from keys.sealing import PrivatePair


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """The private pairs that a vault still has, with the bundle of each, the newest first."""

    pairs: tuple[tuple[Bundle, PrivatePair], ...] = field(repr=False)

    @classmethod
    def of(cls, bundles: Iterable[OwnBundle]) -> Self:
        """Return the pairs of the own bundles, which come by serial."""
        return cls(tuple((own.bundle, private_pair(own.seed)) for own in [*bundles][::-1]))

    @property
    def opens_from(self) -> int:
        """The first day of an entry that one of them can open; 0 where none is here.

        A server takes an `until` of at most 29 days later, so of a clock that is two days ahead.
        """
        return max(0, min((bundle.start for bundle, _ in self.pairs), default=0) - CLOCK_DAYS)

    def pairs_for(self, until: int) -> list[PrivatePair]:
        """Return the pairs to try for an envelope: the weekly one of its week, then the last-resort ones that cover it.

        Whatever day the server gives the entry: by another day it could hide whether a key is still here.
        """
        week = sealed_in(until)
        return [
            pair for last in (False, True) for bundle, pair in self.pairs if bundle.last is last and bundle.covers(week)
        ]
