"""The destruction of a case: each vault computes its date, and no message triggers it (SPEC 12.7).

1. *Complete.* The sync is complete, no log that differs waits to be accepted, and the case has a last day.
2. *Since.* The vault remembers the day of the first such sync that found a last day, or an earlier one than before. A
   later last day does not change it. A restored vault, and one that accepts a log that differs, forget it and start
   again.
3. *Past.* The last day is before the server's day and the local day.
4. *Own words.* No own message of the case waits in the outbox, or is put aside and undecided.
5. *Waiting.* Both days are seven days or more after *since*, or thirty.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from keys.cases.place import Way

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.cases.case import Case
    from keys.wire.ids import PersonId

WAIT_DAYS = 7  # SPEC 12.7
LONG_WAIT_DAYS = 30  # SPEC 12.7
LOCKED_DAYS = 90  # SPEC 12.3


@dataclass(frozen=True, slots=True)
class SyncDays:
    """The days of a sync that is complete, while no log that differs waits to be accepted.

    Both must agree: the server's day may be a lie, and the local clock may have lost its time.
    """

    server: int
    own: int


class Wait(Enum):
    """The reason why a vault destroys a case later than on the day after its last day."""

    KNOWN = "known"  # it has known this last day for less than seven days
    INCOMPLETE = "incomplete"  # a message of the case is missing, or one that sets its last day came by a share
    ARRIVED = "arrived"  # the vault is new or restored: the others first give it what it lacks
    DIFFERS = "differs"  # a log that differs waits to be accepted
    PUT_ASIDE = "put-aside"  # an own message of the case was put aside, and is undecided
    LOCKED = "locked"  # its owner no longer reads it, and its keys stay for ninety days
    SYNC = "sync"  # the day has come: the next complete sync destroys it


@dataclass(frozen=True, slots=True)
class Destruction:
    """The first day on which a vault can destroy a case, and why it is later than the day after its last day."""

    day: int
    waits: tuple[Wait, ...] = ()


@dataclass(frozen=True, slots=True)
class Countdown:
    """What a vault remembers between complete syncs: a last day, and since when it waits.

    `waits_long` says that a message of the case is missing, or that one that sets its last day came by a share.
    """

    last_day: int
    since: int
    waits_long: bool = False

    @classmethod
    def at_sync(cls, before: Countdown | None, case: Case, days: SyncDays) -> Countdown | None:
        """Return the countdown to remember after a complete sync; None if the case has no last day (step 2)."""
        if case.last_day is None:  # SPEC 12.7 step 1
            return None
        return cls.after(before, case.last_day.day, days, waits_long=waits_long(case))

    @classmethod
    def after(cls, before: Countdown | None, last_day: int, days: SyncDays, *, waits_long: bool) -> Countdown:
        """Return the countdown after a complete sync of a case with this last day (step 2)."""
        # SPEC 12.7 step 2: falling back to an earlier day is news, even if that day was computed once long ago.
        is_news = before is None or last_day < before.last_day
        now = max(days.server, days.own)
        # A wait that starts in the future comes from a wrong clock, and would keep the case forever.
        since = now if before is None or is_news else min(before.since, now)
        return cls(last_day, since, waits_long)

    def destroyed_on(self, arrived: int | None) -> Destruction:
        """Return the first day on which the vault can destroy the case (steps 3 and 5); `arrived` as for `is_due`."""
        wait, end = Wait.KNOWN, self.since + WAIT_DAYS
        if self.waits_long:
            wait, end = Wait.INCOMPLETE, self.since + LONG_WAIT_DAYS
        # The long wait caused by an `arrived` ends with its thirtieth day.
        elif arrived is not None and (longer := min(self.since, arrived) + LONG_WAIT_DAYS) > end:
            wait, end = Wait.ARRIVED, longer
        next_day = self.last_day + 1
        return Destruction(end, (wait,)) if end > next_day else Destruction(next_day)

    def is_due(self, days: SyncDays, arrived: int | None, *, has_own_words: bool) -> bool:
        """Say whether the vault destroys the case at this sync (steps 3 to 5).

        `arrived` is the day of this vault's own `arrived`, if it has posted one. `has_own_words` says that an own
        message of the case waits in the outbox, or was put aside and is undecided: it can be an objection.
        """
        day = min(days.server, days.own)  # SPEC 12.7 step 3
        # SPEC 12.7 steps 4 and 5.
        return not has_own_words and day >= self.destroyed_on(arrived).day


def waits_long(case: Case) -> bool:
    """Say whether the vault announces for thirty days that it will destroy the case (SPEC 12.7 step 5)."""
    made_by = {case.id, *(case.last_day.made_by if case.last_day else ())}
    came_by_share = any(
        message.id in made_by and message.placed.way in (Way.SHARE, Way.WORD) for message in case.messages
    )
    return bool(case.missing) or came_by_share


def destruction(
    countdown: Countdown | None, arrived: int | None, locked: int | None, today: int, *, also: Sequence[Wait] = ()
) -> Destruction | None:
    """Return the earliest destruction of a case, as the vault's state of today implies; None if it has no date.

    `countdown` is None for a case without a last day. `locked` is the local day since which its owner no longer reads
    it, None for a reader. `also` are waits that end by its owner's decision, on no fixed day.
    """
    found = None if countdown is None else countdown.destroyed_on(arrived)
    if found is not None:
        waits = (*(wait for wait in found.waits if found.day >= today), *also)
        is_late = found.day < today
        found = Destruction(max(found.day, today), waits or ((Wait.SYNC,) if is_late else ()))
    if locked is not None and (found is None or locked + LOCKED_DAYS < found.day):
        found = Destruction(max(locked + LOCKED_DAYS, today), (Wait.LOCKED,))
    return found


def reading_ended(before: int | None, own_day: int, *, reads: bool) -> int | None:
    """Return the local day to remember, since which the owner no longer reads the case; None while they read it."""
    if reads:
        return None
    # A day in the future comes from a wrong clock.
    return own_day if before is None else min(before, own_day)


def is_lock_over(ended: int, own_day: int) -> bool:
    """Say whether a vault destroys a case that its owner no longer reads.

    By the local clock, and without a sync: a person off the roster cannot sync.
    """
    return own_day >= ended + LOCKED_DAYS


class Ended(Enum):
    """The reason why a vault has destroyed a case."""

    LAST_DAY = "last-day"
    READING = "reading"  # 90 days after its owner stepped back or was left out
    OFF_ROSTER = "off-roster"  # 90 days after the roster stopped listing its owner
    BY_HAND = "by-hand"


def why_reading_ended(case: Case | None, person: PersonId) -> Ended:
    """Return whether a message or only the roster prevents a person from reading a case."""
    for message in reversed(() if case is None else case.messages):
        if person in message.ended:
            return Ended.READING
        if person in message.readers:
            return Ended.OFF_ROSTER
    return Ended.READING


def is_taken_again(ended: Ended, *, agreed: bool, named: bool, reads: bool) -> bool:
    """Say whether the vault takes a message of a destroyed case again (SPEC 12.7 step 7).

    `agreed` says that the owner agrees: no other person alone can make a vault take back a destroyed case. `named` says
    that a "yes" or a `joined` names the owner again, and `reads` that the owner reads the case by the messages that
    came.
    """
    if ended is Ended.OFF_ROSTER:
        return agreed or named or reads
    return agreed or (ended is Ended.READING and named)
