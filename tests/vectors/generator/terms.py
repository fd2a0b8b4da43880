"""What is due when, SPEC 12.8: the ends of months, leap years, weekends, holidays, and other terms."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from keys.policy import day_number
from keys.wire.canonical import encode
from tests.policies import SMALL
from tests.vectors.generator.scenario import ACCEPTED, Made, Subject

if TYPE_CHECKING:
    from keys.policy import Policy

DEADLINES = Subject("deadlines")


def deadlines(
    title: str,
    received: str,
    due: tuple[str, str, str],
    comment: str,
    acknowledged: str = "",
    policy: Policy = SMALL,
) -> None:
    """List a scenario; `due` are the personal answer, the acknowledgement and the feedback, all as dates."""

    def made() -> Made:
        raw = encode(
            {
                "acknowledged": _day(acknowledged) if acknowledged else None,
                "policy": policy.signed_members(),
                "received": _day(received),
            }
        )
        names = ("answer", "acknowledgement", "feedback")
        return raw, {name: str(_day(day)) for name, day in zip(names, due, strict=True)}

    DEADLINES.add(title, ACCEPTED, comment, made)


def _day(date: str) -> int:
    return day_number(dt.date.fromisoformat(date))


deadlines("monday", "2026-06-01", ("2026-06-04", "2026-06-08", "2026-09-08"), "the plain case")
deadlines(
    "acknowledged at once",
    "2026-06-01",
    ("2026-06-04", "2026-06-08", "2026-09-02"),
    "feedback counts from then",
    "2026-06-02",
)
deadlines(
    "acknowledged late",
    "2026-06-01",
    ("2026-06-04", "2026-06-08", "2026-09-20"),
    "feedback counts from then",
    "2026-06-20",
)
deadlines("friday", "2026-06-05", ("2026-06-10", "2026-06-12", "2026-09-12"), "weekends are no working days")
deadlines("saturday", "2026-06-06", ("2026-06-10", "2026-06-13", "2026-09-13"), "nor is the day of receipt")
deadlines("before a holiday", "2026-12-23", ("2026-12-29", "2026-12-30", "2027-03-30"), "Christmas and a weekend")
deadlines(
    "end of november",
    "2026-11-20",
    ("2026-11-25", "2026-11-27", "2027-02-28"),
    "30 November and three months is the last of February",
    "2026-11-30",
)
deadlines(
    "end of november before a leap year",
    "2027-11-20",
    ("2027-11-24", "2027-11-27", "2028-02-29"),
    "29 February",
    "2027-11-30",
)
deadlines(
    "end of the calendar",
    "9999-12-29",
    ("9999-12-31", "9999-12-31", "9999-12-31"),
    "a server says any day up to the last; nothing is due later, and no program stops there",
)
deadlines("over new year", "2026-10-31", ("2026-11-04", "2026-11-07", "2027-02-07"), "months go on in the next year")
deadlines(
    "end of summer time",
    "2026-10-22",
    ("2026-10-27", "2026-10-29", "2027-01-29"),
    "a day is a calendar day of any length",
)
deadlines(
    "leap day",
    "2028-02-29",
    ("2028-03-03", "2028-03-07", "2028-05-29"),
    "29 February is a day like others",
    "2028-02-29",
)
deadlines(
    "other terms",
    "2026-06-01",
    ("2026-06-02", "2026-06-15", "2026-07-15"),
    "the terms are the policy's",
    policy=replace(SMALL, terms=replace(SMALL.terms, answer_days=1, acknowledgement_days=14, feedback_months=1)),
)
