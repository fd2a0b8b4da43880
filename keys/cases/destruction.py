"""When a vault destroys a case: a date that each vault computes, and no message brings about (SPEC 12.7).

1. *Complete.* The sync is complete, no log that differs waits to be accepted, and the case has a last day.
2. *Since.* The vault remembers the day of the first such sync that found a last day, or an earlier one than before. A
   later last day leaves it. A restored vault, and one that accepts a log that differs, remember nothing and begin anew.
3. *Past.* The last day is before the server's day and the own one.
4. *Own words.* No own message of the case waits in the outbox, or is put aside and not yet decided on.
5. *Waiting.* Both days are seven days or more after *since*, or thirty.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from keys.cases.place import Way

if TYPE_CHECKING:
    from keys.cases.case import Case

WAIT_DAYS = 7  # SPEC 12.7
LONG_WAIT_DAYS = 30  # SPEC 12.7
LOCKED_DAYS = 90  # SPEC 12.3


@dataclass(frozen=True, slots=True)
class SyncDays:
    """The days of a sync that is complete, and for which no log that differs waits to be accepted.

    One clock alone destroys nothing: the server's may lie, and a battery may be empty.
    """

    server: int
    own: int


@dataclass(frozen=True, slots=True)
class Countdown:
    """What a vault remembers from one complete sync to the next: a last day, and since when it waits.

    `waits_long` says that something of the case is missing, or that what makes its last day came by a share.
    """

    last_day: int
    since: int
    waits_long: bool = False

    @classmethod
    def at_sync(cls, before: Countdown | None, case: Case, days: SyncDays) -> Countdown | None:
        """Return what is to be remembered after a complete sync; None where the case has no last day (step 2)."""
        if case.last_day is None:  # SPEC 12.7 step 1
            return None
        # SPEC 12.7 step 2: one that falls back to an earlier day is news, however long ago that was first computed.
        is_news = before is None or case.last_day.day < before.last_day
        now = max(days.server, days.own)
        # A wait that began on a day still to come began with a clock that was wrong, and would keep the case for ever.
        since = now if before is None or is_news else min(before.since, now)
        return cls(case.last_day.day, since, _waits_long(case))

    def destroyed_on(self, arrived: int | None, day: int) -> int:
        """Return the first day on which the case can be destroyed, as its first page says on `day` (steps 3, 5)."""
        has_just_arrived = arrived is not None and day < arrived + LONG_WAIT_DAYS
        wait = LONG_WAIT_DAYS if self.waits_long or has_just_arrived else WAIT_DAYS
        return max(self.last_day + 1, self.since + wait)

    def is_due(self, days: SyncDays, arrived: int | None, *, has_own_words: bool) -> bool:
        """Say whether the vault destroys the case at this sync (steps 3 to 5).

        `arrived` is the day of this vault's own `arrived`, if it has posted one. `has_own_words` says that an own
        message of the case waits in the outbox, or was put aside and is undecided: it can be an objection.
        """
        day = min(days.server, days.own)  # SPEC 12.7 step 3
        # SPEC 12.7 steps 4 and 5.
        return not has_own_words and day >= self.destroyed_on(arrived, day)


def _waits_long(case: Case) -> bool:
    """Say whether the vault says for thirty days that it will destroy the case (SPEC 12.7 step 5)."""
    made_by = {case.id, *(case.last_day.made_by if case.last_day else ())}
    came_by_share = any(
        message.id in made_by and message.placed.way in (Way.SHARE, Way.WORD) for message in case.messages
    )
    return bool(case.missing) or came_by_share


def reading_ended(before: int | None, own_day: int, *, reads: bool) -> int | None:
    """Return the own day since which the owner reads the case no more, to be remembered; None while they read it."""
    if reads:
        return None
    # A day still to come was the word of a clock that was wrong.
    return own_day if before is None else min(before, own_day)


def is_lock_over(ended: int, own_day: int) -> bool:
    """Say whether a vault destroys a case that its owner does not read any more.

    By the own clock, and without a sync: who is off the roster has none.
    """
    return own_day >= ended + LOCKED_DAYS


class Ended(Enum):
    """Why a vault has destroyed a case."""

    LAST_DAY = "last-day"
    READING = "reading"  # 90 days after its owner's reading ended
    BY_HAND = "by-hand"


def is_taken_again(ended: Ended, *, agreed: bool, named: bool) -> bool:
    """Say whether a message of a case that was destroyed is taken again (SPEC 12.7 step 7).

    `agreed` says that the owner agrees: nobody alone makes a vault take back what it has destroyed. `named` says that a
    "yes" or a `joined` names the owner anew.
    """
    return agreed or (ended is Ended.READING and named)
