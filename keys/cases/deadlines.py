"""Deadlines: the days by which something in a case is due, by the policy in force today (SPEC 12.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.states import LOCKED
from keys.cases.terms import months_after
from keys.policy import date_of
from keys.wire.sizes import MAX_DAY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator

    from keys.cases.happened import Happened
    from keys.cases.summary import Summary
    from keys.policy import Policy

# The duties, in the order in which the law asks for them.
ANSWER = "answer"
ACKNOWLEDGEMENT = "acknowledgement"
BOARD = "board"
FEEDBACK = "feedback"
CHECK = "check"  # ask whether the reporter is harmed for the report
DUTIES = (ANSWER, ACKNOWLEDGEMENT, BOARD, FEEDBACK, CHECK)

# How near a deadline is.
LATER = "later"
SOON = "soon"
OVERDUE = "overdue"

DETRIMENT = "benadeling"  # the form of the policy that asks whether the reporter is harmed (SPEC 7.4)

DAYS_A_WEEK = 7
SATURDAY = 5  # of datetime's weekdays


@dataclass(frozen=True, slots=True)
class DueDays:
    """The days by which a personal answer, the acknowledgement, and what is done are due."""

    answer: int
    acknowledgement: int
    feedback: int


@dataclass(frozen=True, slots=True)
class Due:
    """A duty and its last day; `day` is None if it has no day but must be done before the case is closed."""

    what: str
    day: int | None
    nearness: str


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The duties in a case on a day, the earliest first."""

    due: tuple[Due, ...]

    @property
    def is_overdue(self) -> bool:
        """Say whether the last day of a duty has passed."""
        return any(due.nearness == OVERDUE for due in self.due)

    @property
    def is_near(self) -> bool:
        """Say whether the last day of a duty is near or has passed."""
        return any(due.nearness != LATER and due.day is not None for due in self.due)

    @property
    def next_day(self) -> int | None:
        """The next day on which a duty is due, or None."""
        return next((due.day for due in self.due if due.day is not None), None)


def deadlines(case: Summary, policy: Policy, today: int) -> Deadlines:
    """Return the duties in a case today; none if its owner does not read it."""
    if case.state == LOCKED:
        return Deadlines(())
    found = [*_checks(case, policy, today), *(_terms(case, policy, today) if case.happened.closed is None else ())]
    return Deadlines(tuple(sorted(found, key=_order)))


def due_days(policy: Policy, happened: Happened) -> DueDays:
    """Return the due days that follow from what has happened."""
    terms = policy.terms
    acknowledgement = happened.received + terms.acknowledgement_days
    start = acknowledgement if happened.acknowledged is None else happened.acknowledged
    return DueDays(
        min(working_days(happened.received, terms.answer_days, policy.holidays), MAX_DAY),
        min(acknowledgement, MAX_DAY),
        months_after(start, terms.feedback_months),
    )


def is_late(policy: Policy, happened: Happened, today: int) -> bool:
    """Say whether the acknowledgement is so late that a page offers to let others in (SPEC 12.8)."""
    return happened.acknowledged is None and today - happened.received >= policy.terms.late_days


def board_to_be_informed(case: Summary, policy: Policy) -> bool:
    """Say whether the board must be informed before the case is closed."""
    topic = policy.topic(case.topic)
    return topic is not None and topic.board_informed and not case.told


def working_days(day: int, count: int, holidays: Collection[dt.date]) -> int:
    """Return the day by which `count` working days have passed after `day`."""
    at, left = day, count
    while left > 0:
        at += 1
        date = date_of(at)
        left -= date.weekday() < SATURDAY and date not in holidays
    return at


def _order(due: Due) -> tuple[bool, int, int]:
    return due.day is None, due.day or 0, DUTIES.index(due.what)


def _terms(case: Summary, policy: Policy, today: int) -> Iterator[Due]:
    """Yield the duties in an open case that follow from the day of its report."""
    happened = case.happened
    days = due_days(policy, happened)
    if happened.answered is None:
        yield Due(ANSWER, days.answer, _nearness(days.answer, today, days.answer))
    if happened.acknowledged is None:
        alerts = [happened.received + after for after in policy.terms.acknowledgement_alerts]
        last = days.acknowledgement
        yield Due(ACKNOWLEDGEMENT, last, _nearness(last, today, min(alerts, default=last)))
    if board_to_be_informed(case, policy):
        yield Due(BOARD, None, SOON)
    if happened.informed is None:
        alert = _feedback_alert(policy, happened, days.feedback)
        yield Due(FEEDBACK, days.feedback, _nearness(days.feedback, today, alert))


def _checks(case: Summary, policy: Policy, today: int) -> Iterator[Due]:
    """Yield when to ask next whether the reporter is harmed: at intake, decision and closing, and later.

    One check counts for each moment before it. It is due within the days of an acknowledgement.
    """
    if all(form.id != DETRIMENT for form in policy.forms):
        return
    happened = case.happened
    moments = [happened.received, *([happened.informed] if happened.informed is not None else [])]
    if happened.closed is not None:
        later = [months_after(happened.closed, months) for months in policy.terms.detriment_months]
        moments += [happened.closed, *(day for day in later if case.last_day is None or day <= case.last_day)]
    left = sorted(day for day in moments if day > max(case.checked, default=-1))
    if left:
        start = max((day for day in left if day <= today), default=left[0])
        day = start + policy.terms.acknowledgement_days
        yield Due(CHECK, day, _nearness(day, today, start))


def _feedback_alert(policy: Policy, happened: Happened, last: int) -> int:
    """Return the first day of an alert: some weeks after the start of the term, or some days before its end."""
    terms = policy.terms
    start = happened.acknowledged
    if start is None:
        start = happened.received + terms.acknowledgement_days
    before = [last - days for days in terms.feedback_alerts]
    return min([start + terms.feedback_alert_weeks * DAYS_A_WEEK, *before])


def _nearness(last: int, today: int, alert: int) -> str:
    if today > last:
        return OVERDUE
    return SOON if today >= alert else LATER
