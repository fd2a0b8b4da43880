"""Terms in months (SPEC 1)."""

from __future__ import annotations

import calendar

from keys.policy import date_of, day_number
from keys.wire.sizes import MAX_DAY

MONTHS_A_YEAR = 12


def months_after(day: int, months: int) -> int:
    """Return the same day of a later month, or its last one; never a day past the calendar."""
    date = date_of(min(day, MAX_DAY))
    years, month = divmod(date.month - 1 + months, MONTHS_A_YEAR)
    year, month = date.year + years, month + 1
    if year > date_of(MAX_DAY).year:
        return MAX_DAY
    last = calendar.monthrange(year, month)[1]
    return day_number(date.replace(year=year, month=month, day=min(date.day, last)))
