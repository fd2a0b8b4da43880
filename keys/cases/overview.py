"""A year in one table that can be shown to anyone: how many cases of each topic, no number that points at people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.summary import LOCKED
from keys.errors import RunningYearError
from keys.policy import date_of, day_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from keys.cases.summary import Summary
    from keys.policy import Policy
    from keys.wire import kinds

LEAST = 5  # the smallest number that is shown; "none" would tell as much as "one"


@dataclass(frozen=True, slots=True)
class Overview:
    """The cases received in a year, by topic in the policy's order; `others` are of topics that it no longer has.

    A count below `LEAST` is None, and `total` is None where any is: else it would tell the one that is missing.
    """

    year: int
    counts: Mapping[str, int | None]
    others: int | None
    total: int | None


def overview(
    year: int, cases: Iterable[Summary], destroyed: Iterable[kinds.Tombstone], policy: Policy, today: int
) -> Overview:
    """Return the overview of a year: of the cases that its maker can open, and of those destroyed since.

    Raises RunningYearError before the year has ended.
    """
    first, after = day_number(dt.date(year, 1, 1)), day_number(dt.date(year + 1, 1, 1))
    if today < after:
        raise RunningYearError(date_of(after).isoformat())
    received = [(case.happened.received, case.topic) for case in cases if case.state != LOCKED]
    received += [(stone.received, stone.topic) for stone in destroyed]
    topics = [topic for day, topic in received if first <= day < after]
    known = [topic.id for topic in policy.topics]
    return tabled(year, {name: topics.count(name) for name in known}, sum(topic not in known for topic in topics))


def tabled(year: int, counts: Mapping[str, int], others: int) -> Overview:
    """Return the table of some counts, without what is too small to be shown."""
    shown = {name: _shown(count) for name, count in counts.items()}
    total = None if None in (*shown.values(), _shown(others)) else sum(counts.values()) + others
    return Overview(year, shown, _shown(others), total)


def _shown(count: int) -> int | None:
    return count if count >= LEAST else None
