"""The published numbers of a year: cases by topic, rounded to identify nobody (SPEC 12.8)."""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.states import LOCKED
from keys.errors import RunningYearError
from keys.policy import date_of, day_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from keys.cases.register import Line
    from keys.cases.summary import Summary
    from keys.policy import Policy

LEAST_CASES = 20  # SPEC 12.8: for a year with fewer, nothing else is published
STEP = 5  # SPEC 12.8

_LABEL = b"meldbus overview "


@dataclass(frozen=True, slots=True)
class Overview:
    """The cases received in a year by topic, in the policy's order, as multiples of five.

    `others` are cases of topics that the policy no longer has. `counts` is None for a year with fewer than 20 cases.
    """

    year: int
    counts: Mapping[str, int] | None
    others: int = 0

    @property
    def total(self) -> int:
        """The sum of the published counts: a separate total would reveal the rounding."""
        return sum((self.counts or {}).values()) + self.others


def overview(
    year: int, cases: Iterable[Summary], destroyed: Iterable[Line], policy: Policy, today: int, draw: bytes
) -> Overview:
    """Return the overview of a year, from the cases that its author reads and the lines of those destroyed since.

    `draw` is a secret of the vault that determines the rounding: a year is always rounded in the same way, and asking
    again reveals nothing. Raises RunningYearError before the year has ended.
    """
    first, after = day_number(dt.date(year, 1, 1)), day_number(dt.date(year + 1, 1, 1))
    if today < after:
        raise RunningYearError(date_of(after).isoformat())
    lines = [*(case.line for case in cases if case.state != LOCKED), *destroyed]
    topics = [line.topic for line in lines if first <= line.received < after and not line.is_exercise]
    if len(topics) < LEAST_CASES:
        return Overview(year, None)
    known = [topic.id for topic in policy.topics]
    counts = {topic: rounded(topics.count(topic), draw, year, topic) for topic in known}
    return Overview(year, counts, rounded(sum(topic not in known for topic in topics), draw, year, ""))


def rounded(count: int, draw: bytes, year: int, topic: str) -> int:
    """Return a count rounded up or down to a multiple of five, at random and without bias.

    The chance is drawn once for each year and topic, and does not depend on the count.
    """
    drawn = hmac.digest(draw, _LABEL + f"{year} {topic}".encode(), "sha256")
    return (count + int.from_bytes(drawn, "big") % STEP) // STEP * STEP
