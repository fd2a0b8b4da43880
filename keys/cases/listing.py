"""Which cases a list shows, and in what order: the same in the inbox and at the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.standing import OVERDUE
from keys.cases.summary import CLOSED, LOCKED, NEW, OURS, THEIRS

if TYPE_CHECKING:
    from collections.abc import Callable

    from keys.cases.standing import Standing
    from keys.cases.summary import Summary

ALL = "all"
_NEVER = 2**32  # later than any day

FILTERS: dict[str, Callable[[Summary, Standing], bool]] = {
    ALL: lambda _summary, _standing: True,
    NEW: lambda summary, _standing: summary.state == NEW,
    OURS: lambda summary, _standing: summary.state == OURS,
    THEIRS: lambda summary, _standing: summary.state == THEIRS,
    OVERDUE: lambda _summary, standing: standing.is_overdue,
    CLOSED: lambda summary, _standing: summary.state in (CLOSED, LOCKED),
}
# What is due first stands first, what is due on no day next; then what came last.
SORTS: dict[str, Callable[[Summary, Standing], tuple[object, ...]]] = {
    "due": lambda summary, standing: (
        standing.next_day or _NEVER,
        not standing.due,
        -summary.latest,
        summary.number,
    ),
    "latest": lambda summary, _standing: (-summary.latest, summary.number),
    "received": lambda summary, _standing: (-summary.happened.received, summary.number),
}


def stands_in(query: str, words: str) -> bool:
    """Return whether every word of a query stands in the words of a case, as `words_of` gives them."""
    return all(word in words for word in query.casefold().split())
