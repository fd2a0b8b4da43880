"""Weeks, SPEC 3.5 and 7.3: Mondays, the last day of an envelope, the validity of keys."""

from __future__ import annotations

from keys.errors import MalformedError
from keys.wire.envelope import MOST_UNTIL_DAYS

WEEK = 7
FIRST_MONDAY = 4  # 1970-01-05
SUNDAY = 6  # days after a Monday
UNTIL_DAYS = 27  # an envelope is accepted for four weeks, counted from a Monday
UNTIL_AHEAD = MOST_UNTIL_DAYS  # two days more than a sender sets today: clocks differ
LAST_RESORT_DAYS = 391  # 56 weeks, counted from a Monday to a Sunday
RENEWAL_DAYS = 300  # a last-resort bundle with fewer days left is replaced
AHEAD = 3 * WEEK  # bundles are made for this week and this many days more: made at each session, they would reveal it
DESTROYED_AFTER = 28  # days after the last Monday of a bundle: no envelope for it is accepted any more
CLOCK_DAYS = 2  # if two clocks differ by more, at least one is wrong


def monday(day: int) -> int:
    """Return the Monday on or before `day`, M(d) of SPEC 1."""
    return day - (day - FIRST_MONDAY) % WEEK


def until_of(day: int) -> int:
    """Return the `until` of every envelope that is sealed on `day`.

    It depends on the week alone: if it depended on the bundles that a sender got, a server could mark each visitor by
    it.
    """
    return monday(day) + UNTIL_DAYS


def sealed_in(until: int) -> int:
    """Return the Monday of the week in which an envelope with this `until` was sealed."""
    return until - UNTIL_DAYS


def is_taken(until: int, today: int) -> bool:
    """Say whether a server accepts an envelope with this `until` today; raise MalformedError unless it is a Sunday."""
    if monday(until) != until - SUNDAY:
        raise MalformedError("until")
    return today <= until <= today + UNTIL_AHEAD


def last_day(start: int, *, last: bool) -> int:
    """Return the `to` of a bundle that begins on `start`; raise MalformedError unless that is a Monday."""
    if monday(start) != start:
        raise MalformedError("a bundle begins on a Monday")
    return start + (LAST_RESORT_DAYS if last else SUNDAY)


def is_destroyable(end: int, days: tuple[int, int]) -> bool:
    """Say whether the keys of a bundle that ended on `end` may be destroyed, by the server's day and the local one.

    Both must agree: the server's day may be a lie, and the local clock may have lost its time.
    """
    return min(days) >= monday(end) + DESTROYED_AFTER


def agree(served: int, own: int) -> bool:
    """Say whether the server's day and the local day can both be right."""
    return abs(served - own) <= CLOCK_DAYS
