"""Decoys: entries that nobody can open, so that the feed's growth tells nothing; they need no key."""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING

from keys.roster.weeks import until_of
from keys.sealing import seal_decoy
from keys.sync.post import post_entry
from keys.sync.served import Served
from keys.wire.envelope import LARGEST_POWER, SMALLEST_CLASS, padded_size
from keys.wire.upload import largest_class

if TYPE_CHECKING:
    from keys.courier import Courier
    from keys.roster import RosterHistory

LARGEST_DECOY = 128 * 1024 * 1024  # bytes; what is larger costs more room than it hides
LONG_SHARE = 0.25  # of all decoys: photos and documents make a report long

_RANDOM = SystemRandom()


def draw_class(file_bytes: int) -> int:
    """Return a random class, in bytes, that a message could have where its files may have so many bytes.

    Of those up to 1 MiB half are of the first class, a quarter of the next, and so on: most reports are short. The long
    ones fall off alike from one order to the next. A feed of rare sizes would stand out.
    """
    largest = min(LARGEST_DECOY, largest_class(file_bytes))
    long = _orders(LARGEST_POWER, largest // 2)
    if long and _RANDOM.random() < LONG_SHARE:
        order = _drawn(long)
        return padded_size(order + 1 + _RANDOM.randrange(order))
    return _drawn(_orders(SMALLEST_CLASS, LARGEST_POWER))


def post_decoy(courier: Courier, history: RosterHistory, own_day: int) -> int:
    """Post one decoy of a random class and return that class.

    Raises ClockError where the server's day and `own_day` cannot both be right.
    """
    served = Served.fetch(courier)
    served.check_day(own_day)
    roster = history.in_force(served.day)
    padded = draw_class(roster.policy.file_bytes)
    decoy = seal_decoy(slots=roster.slots(), until=until_of(served.day), padded=padded)
    post_entry(courier, decoy, served.work)
    return padded


def _orders(first: int, last: int) -> list[int]:
    """Return `first` and its doubles up to `last`."""
    return [first << at for at in range((last // first).bit_length())]


def _drawn(orders: list[int]) -> int:
    """Return one of them, each half as often as the one before."""
    return _RANDOM.choices(orders, weights=[2.0**-at for at in range(len(orders))])[0]
