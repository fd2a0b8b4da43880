"""The own private keys, and those to which an envelope can have been sealed (SPEC 7.3, 10.2 step 4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from keys.identity import private_pair
from keys.roster.weeks import CLOCK_DAYS, sealed_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.identity import OwnBundle
    from keys.sealing import PrivatePair


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """The private pairs that a vault still has, the newest first; each is derived from its seed on first use."""

    bundles: tuple[OwnBundle, ...] = field(repr=False)
    _pairs: dict[int, PrivatePair] = field(default_factory=dict, init=False, repr=False)  # by serial

    @classmethod
    def of(cls, bundles: Iterable[OwnBundle]) -> Self:
        """Return the pairs of the own bundles, which come by serial."""
        return cls(tuple([*bundles][::-1]))

    @property
    def opens_from(self) -> int:
        """The first day of an entry that one of them can open; 0 without pairs.

        A server accepts an `until` at most 29 days ahead, from a clock that is up to two days fast.
        """
        return max(0, min((own.bundle.start for own in self.bundles), default=0) - CLOCK_DAYS)

    def pairs_for(self, until: int) -> list[PrivatePair]:
        """Return the pairs to try for an envelope: the weekly one of its week, then the last-resort ones that cover it.

        The server's day of the entry does not matter: by another day it could hide whether a key is still here.
        """
        week = sealed_in(until)
        covering = [own for own in self.bundles if own.bundle.covers(week)]
        return [self._pair(own) for last in (False, True) for own in covering if own.bundle.last is last]

    def _pair(self, own: OwnBundle) -> PrivatePair:
        serial = own.bundle.serial
        if serial not in self._pairs:
            self._pairs[serial] = private_pair(own.seed)
        return self._pairs[serial]
