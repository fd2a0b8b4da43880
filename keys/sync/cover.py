"""Cover entries, which nobody can open: they hide how much a session posts, and of which classes (SPEC 3.6, 10.5)."""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING

from keys.roster.weeks import until_of
from keys.sealing import seal_decoy
from keys.sync.composing import no_mailbox
from keys.sync.post import post_to
from keys.wire.envelope import SMALLEST_CLASS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.courier import Courier
    from keys.sync.addressees import Addressees

CLASSES = (SMALLEST_CLASS, 2 * SMALLEST_CLASS, 4 * SMALLEST_CLASS)
CHANCES = (12 / 16, 3 / 16, 1 / 16)

_RANDOM = SystemRandom()


def number_of_covers(posted: int, cover: int) -> int:
    """Return how many cover entries fill a session up to `cover` entries, or to the next multiple of it."""
    if cover == 0:
        return 0
    return max(cover, -(-posted // cover) * cover) - posted


def goes_next(waiting: Sequence[int], left: int, drawn: int) -> bool:
    """Say whether the next entry of a session is the first own message that waits, not a cover entry of class `drawn`.

    `waiting` are the classes of the messages that can go out now, in their order, and `left` is how many entries the
    session still posts. An own message takes the place of a cover entry of its class: so what people write does not
    change which classes a session posts, or in which order. What finds no such place goes in the last ones.
    """
    return bool(waiting) and (waiting[0] == drawn or len(waiting) >= left)


def draw_class() -> int:
    """Return the class of a cover entry, in bytes: as short as most of what recipients write."""
    [drawn] = _RANDOM.choices(CLASSES, CHANCES)
    return drawn


def post_cover(courier: Courier, addressees: Addressees, work: int) -> None:
    """Post one cover entry."""
    until, way = until_of(addressees.day), no_mailbox()
    sealed = seal_decoy(slots=addressees.roster.slots(), until=until, padded=draw_class())
    post_to(courier, sealed, work, way.door, way.address)
