"""Day numbers, SPEC 1, and the calendar days that they stand for; it knows no clock."""

from __future__ import annotations

import datetime as dt

from keys.errors import MalformedError

EPOCH = dt.date(1970, 1, 1)


def day_number(date: dt.date) -> int:
    """Return the days from 1970-01-01 to `date`."""
    return (date - EPOCH).days


def date_of(day: int) -> dt.date:
    """Return the calendar day of a day number; raise MalformedError past the year 9999."""
    try:
        return EPOCH + dt.timedelta(days=day)
    except OverflowError:
        raise MalformedError("day") from None
