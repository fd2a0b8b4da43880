"""What a case is, as far as the model and the code both say it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """What a case is, as far as model and code both say it. Messages are numbers of the run."""

    readers: str
    left_out: str
    order: tuple[int, ...]
    verdicts: tuple[tuple[int, str], ...]
    is_closed: bool
    last_day: int | None
    waiting: tuple[int, ...]
    accused: tuple[int, ...]
    missing: tuple[int, ...]
    twice: frozenset[tuple[str, int]]
    approved: tuple[int, ...]
