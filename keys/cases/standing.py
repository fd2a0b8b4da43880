"""Where a case stands on a day: what is due when, what is late; by what is known of it and the policy of that day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.clocks import clocks, months_after
from keys.cases.closing import Keeping
from keys.cases.summary import DETRIMENT, LOCKED

if TYPE_CHECKING:
    from keys.cases.clocks import Happened
    from keys.cases.summary import Summary
    from keys.policy import Policy

# What can be due, in the order in which the law asks for it.
ANSWER = "answer"
ACKNOWLEDGEMENT = "acknowledgement"
BOARD = "board"
FEEDBACK = "feedback"
CHECK = "check"  # ask whether the reporter is harmed for the report
PURGE = "purge"
DUTIES = (ANSWER, ACKNOWLEDGEMENT, BOARD, FEEDBACK, CHECK, PURGE)

# How near the last day is.
LATER = "later"
SOON = "soon"
OVERDUE = "overdue"

DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Due:
    """Something that has to be done up to and with a day; `day` is None where only closing waits for it."""

    what: str
    day: int | None
    nearness: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What a case asks for on a day; `due` begins with what is due first."""

    due: tuple[Due, ...]

    @property
    def is_overdue(self) -> bool:
        """Whether the last day of something has passed."""
        return any(due.nearness == OVERDUE for due in self.due)

    @property
    def is_near(self) -> bool:
        """Whether the last day of something is near or has passed."""
        return any(due.nearness != LATER and due.day is not None for due in self.due)

    @property
    def next_day(self) -> int | None:
        """The next day on which something is due, or None."""
        return next((due.day for due in self.due if due.day is not None), None)


def standing(case: Summary, policy: Policy, today: int) -> Standing:
    """Return where a case stands on a day, by the policy of that day."""
    if case.state == LOCKED:
        return Standing(())
    found = [*_checks(case, policy, today), *(_due(case, policy, today) if case.line.closed is None else ())]
    last = kept_until(case, policy)
    if last is not None:
        found.append(Due(PURGE, last + 1, _nearness(last + 1, today, last + 1)))
    return Standing(tuple(sorted(found, key=lambda due: (due.day is None, due.day or 0, DUTIES.index(due.what)))))


def kept_until(case: Summary, policy: Policy) -> int | None:
    """Return the last day on which a case is kept, or None while it is not closed."""
    line = case.line
    return None if line.closed is None else Keeping.of(policy, line.closed).until(line.until)


def board_to_be_informed(case: Summary, policy: Policy) -> bool:
    """Say whether the board still has to be told before the case is closed."""
    topic = policy.topic(case.topic)
    return topic is not None and topic.board_informed and not case.told


def _due(case: Summary, policy: Policy, today: int) -> list[Due]:
    happened = case.happened
    days = clocks(policy, happened)
    found = []
    if happened.answered is None:
        found.append(Due(ANSWER, days.answer, _nearness(days.answer, today, days.answer)))
    if happened.acknowledged is None:
        alerts = [happened.received + after for after in policy.terms.acknowledgement_alerts]
        last = days.acknowledgement
        found.append(Due(ACKNOWLEDGEMENT, last, _nearness(last, today, min(alerts, default=last))))
    if board_to_be_informed(case, policy):
        found.append(Due(BOARD, None, SOON))
    if happened.informed is None:
        alert = _feedback_alert(policy, happened, days.feedback)
        found.append(Due(FEEDBACK, days.feedback, _nearness(days.feedback, today, alert)))
    return found


def _checks(case: Summary, policy: Policy, today: int) -> list[Due]:
    """Return when somebody has to ask next whether the reporter is harmed: at intake, decision and closing, and later.

    One that was asked counts for every moment before it. Each is due within the days of an acknowledgement.
    """
    if all(form.id != DETRIMENT for form in policy.forms):
        return []
    closed, last = case.line.closed, kept_until(case, policy)
    moments = [case.happened.received]
    if case.happened.informed is not None:
        moments.append(case.happened.informed)
    if closed is not None and last is not None:
        later = [months_after(closed, months) for months in policy.terms.detriment_months]
        moments += [closed, *(day for day in later if day <= last)]
    left = sorted(day for day in moments if day > max(case.checked, default=-1))
    begun = [day for day in left if day <= today]
    if not left:
        return []
    start = begun[-1] if begun else left[0]
    day = start + policy.terms.acknowledgement_days
    return [Due(CHECK, day, _nearness(day, today, start))]


def _feedback_alert(policy: Policy, happened: Happened, last: int) -> int:
    """Return the first day of an alert: some weeks after the term has begun, or some days before its end."""
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
