"""Filters and orders of a list of cases: the same in the inbox and at the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.deadlines import OVERDUE
from keys.cases.states import CLOSED, LOCKED, NEW, OURS, THEIRS

if TYPE_CHECKING:
    from collections.abc import Callable

    from keys.cases.deadlines import Deadlines
    from keys.cases.summary import Summary

ALL = "all"
_NEVER = 2**32  # later than any day

FILTERS: dict[str, Callable[[Summary, Deadlines], bool]] = {
    ALL: lambda _summary, _deadlines: True,
    NEW: lambda summary, _deadlines: summary.state == NEW,
    OURS: lambda summary, _deadlines: summary.state == OURS,
    THEIRS: lambda summary, _deadlines: summary.state == THEIRS,
    OVERDUE: lambda _summary, deadlines: deadlines.is_overdue,
    CLOSED: lambda summary, _deadlines: summary.state in (CLOSED, LOCKED),
}
# By the earliest deadline, then cases with a duty on no day; then by the latest message.
SORTS: dict[str, Callable[[Summary, Deadlines], tuple[object, ...]]] = {
    "due": lambda summary, deadlines: (
        deadlines.next_day or _NEVER,
        not deadlines.due,
        -summary.latest,
        summary.number,
    ),
    "latest": lambda summary, _deadlines: (-summary.latest, summary.number),
    "received": lambda summary, _deadlines: (-summary.happened.received, summary.number),
}


def stands_in(query: str, words: str) -> bool:
    """Say whether each word of a query occurs in the words of a case, as `words_of` gives them."""
    return all(word in words for word in query.casefold().split())
