"""Day numbers, SPEC 1, and their calendar dates."""

from __future__ import annotations

import datetime as dt

from keys.wire.sizes import MAX_DAY

EPOCH = dt.date(1970, 1, 1)


def day_number(date: dt.date) -> int:
    """Return the days from 1970-01-01 to `date`."""
    return (date - EPOCH).days


def date_of(day: int) -> dt.date:
    """Return the date of a day number; for a day past the calendar, the last date, 9999-12-31."""
    # Entries may name any day up to MAX_DAY, and deadlines after it are later: a server must not break a list with one.
    return EPOCH + dt.timedelta(days=min(day, MAX_DAY))
