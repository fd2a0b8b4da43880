"""The days of the steps of a case, from which its deadlines count (SPEC 12.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.wire.messages import Acknowledgement, Answer, Closed, Feedback, Question

if TYPE_CHECKING:
    from keys.cases.case import Case
    from keys.wire.messages import Body


@dataclass(frozen=True, slots=True)
class Happened:
    """The day of each step, None if it was not taken; `closed` is None while the case is open."""

    received: int
    answered: int | None = None  # the first personal answer
    acknowledged: int | None = None
    informed: int | None = None  # the reporter was informed of what is done
    closed: int | None = None


def happened_in(case: Case) -> Happened:
    """Return the days of a case's steps, from the messages that count."""

    def first(*bodies: type[Body]) -> int | None:
        days = (one.day for one in case.thread if one.counts and not one.by_reporter and isinstance(one.body, bodies))
        return min(days, default=None)

    closing = None if case.closed_by is None else case.find(case.closed_by)
    return Happened(
        received=case.report.day,
        answered=first(Acknowledgement, Question, Answer, Feedback, Closed),
        acknowledged=first(Acknowledgement),
        informed=first(Feedback, Closed),
        closed=None if closing is None else closing.day,
    )
