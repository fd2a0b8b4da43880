"""Decoys: entries that nobody can open, so that the feed's growth tells nothing; they need no key."""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING

from keys.sealing import seal_decoy
from keys.sync.desk import addressees_of
from keys.sync.post import post_entry
from keys.wire.envelope import LARGEST_POWER, SMALLEST_CLASS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keys.courier import Courier
    from keys.roster import Roster


def classes() -> Iterator[int]:
    """Yield the classes that decoys come in, in bytes."""
    padded = SMALLEST_CLASS
    while padded <= LARGEST_POWER:
        yield padded
        padded *= 2


def post_decoy(courier: Courier, roster: Roster) -> int:
    """Post one decoy of a random class and return that class.

    Half are of the first class and so on: most reports are short, and a feed of rare sizes would stand out.
    """
    day, work, bundles = courier.bundles()
    until = addressees_of(roster, bundles, day).until
    sizes = list(classes())
    padded = SystemRandom().choices(sizes, weights=[2.0**-at for at in range(len(sizes))])[0]
    post_entry(courier, seal_decoy(slots=roster.slots(), until=until, padded=padded), work)
    return padded
