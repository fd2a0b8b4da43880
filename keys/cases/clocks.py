"""The clocks of a case, SPEC.md 5.4: which day something is due, by the policy's terms; it reads no clock itself."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.policy import date_of, day_number
from keys.wire import kinds

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from keys.cases.review import Case
    from keys.policy import Policy
    from keys.wire.kinds import Body

SATURDAY = 5  # of datetime's weekdays
MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Happened:
    """What has happened in a case, by the server's days; None where it has not."""

    received: int
    answered: int | None = None
    acknowledged: int | None = None
    informed: int | None = None
    closed: int | None = None


@dataclass(frozen=True, slots=True)
class Clocks:
    """The days by which a personal answer is due, the acknowledgement, and what is done."""

    answer: int
    acknowledgement: int
    feedback: int


def clocks(policy: Policy, happened: Happened) -> Clocks:
    """Return what is due when, after what has happened."""
    terms = policy.terms
    acknowledgement = happened.received + terms.acknowledgement_days
    start = acknowledgement if happened.acknowledged is None else happened.acknowledged
    return Clocks(
        working_days(happened.received, terms.answer_days, policy.holidays),
        acknowledgement,
        months_after(start, terms.feedback_months),
    )


def happened_in(case: Case) -> Happened:
    """Return what has happened in a case."""

    def first(*bodies: type[Body]) -> int | None:
        days = (said.day for said in case.said if said.author and isinstance(said.message.head.body, bodies))
        return next(days, None)

    return Happened(
        received=case.report.day,
        answered=first(kinds.Acknowledgement, kinds.Question, kinds.Answer, kinds.Feedback, kinds.Closed),
        acknowledged=first(kinds.Acknowledgement),
        informed=first(kinds.Feedback, kinds.Closed),
        closed=first(kinds.Closed),
    )


def is_late(policy: Policy, happened: Happened, today: int) -> bool:
    """Say whether the acknowledgement is so late that the reporter is offered to send it to others too."""
    return happened.acknowledged is None and today - happened.received >= policy.terms.late_days


def working_days(day: int, count: int, holidays: Collection[dt.date]) -> int:
    """Return the day by which so many working days have passed after `day`."""
    at, left = day, count
    while left > 0:
        at += 1
        date = date_of(at)
        left -= date.weekday() < SATURDAY and date not in holidays
    return at


def months_after(day: int, months: int) -> int:
    """Return the same day of a later month, or its last one."""
    date = date_of(day)
    years, month = divmod(date.month - 1 + months, MONTHS_A_YEAR)
    year, month = date.year + years, month + 1
    last = calendar.monthrange(year, month)[1]
    return day_number(date.replace(year=year, month=month, day=min(date.day, last)))
