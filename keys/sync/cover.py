"""Cover entries, which nobody can open (SPEC 3.6, 10.5).

Those of a session hide how much it posts, and of which classes; those of the deployment's timer hide when reports come.
"""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING

from keys.roster.weeks import until_of
from keys.sealing import seal_cover
from keys.sync.delivery import post_to
from keys.sync.served import Served
from keys.wire.envelope import LARGEST_POWER, SMALLEST_CLASS
from keys.wire.posting import DOOR_OPEN, random_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.courier import Courier
    from keys.roster import Roster, RosterHistory
    from keys.sync.addressees import Addressees

CLASSES = (SMALLEST_CLASS, 2 * SMALLEST_CLASS, 4 * SMALLEST_CLASS)
CHANCES = (12 / 16, 3 / 16, 1 / 16)
# The classes of reports without long files; half of the timer's entries are of the first class, a quarter of the next.
TIMER_CLASSES = tuple(SMALLEST_CLASS << order for order in range((LARGEST_POWER // SMALLEST_CLASS).bit_length()))
TIMER_WEIGHTS = tuple(2.0**-order for order in range(len(TIMER_CLASSES)))

_RANDOM = SystemRandom()


def number_of_covers(posted: int, cover: int) -> int:
    """Return how many cover entries fill a session up to `cover` entries, or to the next multiple of it."""
    if cover == 0:
        return 0
    return max(cover, -(-posted // cover) * cover) - posted


def goes_next(waiting: Sequence[int], left: int, drawn: int) -> bool:
    """Say whether the next entry of a session is the first waiting own message, not a cover entry of class `drawn`.

    `waiting` are the classes of the messages that can be posted now, in their order; `left` is how many entries the
    session still posts. An own message replaces a cover entry of its class, so it does not change which classes a
    session posts, or in which order. Messages without such a place go last.
    """
    return bool(waiting) and (waiting[0] == drawn or len(waiting) >= left)


def draw_class() -> int:
    """Return the class of a cover entry, in bytes: usually a short one, like most of what recipients write."""
    [drawn] = _RANDOM.choices(CLASSES, CHANCES)
    return drawn


def draw_timer_class() -> int:
    """Return the class of a cover entry of the timer, in bytes; most are short, as most reports are."""
    [drawn] = _RANDOM.choices(TIMER_CLASSES, TIMER_WEIGHTS)
    return drawn


def post_cover(courier: Courier, addressees: Addressees, work: int, padded: int) -> None:
    """Post one cover entry of a session, of a class that `draw_class` gave."""
    _post(courier, addressees.roster, addressees.day, work, padded)


def post_timer_cover(courier: Courier, history: RosterHistory, own_day: int) -> int:
    """Post one cover entry of the timer and return its class, in bytes.

    Raises ClockError if the server's day and `own_day` cannot both be right.
    """
    served = Served.fetch(courier)
    served.check_day(own_day)
    padded = draw_timer_class()
    _post(courier, history.in_force(served.day), served.day, served.work, padded)
    return padded


def _post(courier: Courier, roster: Roster, day: int, work: int, padded: int) -> None:
    sealed = seal_cover(slots=roster.slots(), until=until_of(day), padded=padded)
    post_to(courier, sealed, roster.policy, work, DOOR_OPEN, random_address())
