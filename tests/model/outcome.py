"""The outcome of a case, as far as both model and code define it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """The outcome of a case, as far as both model and code define it. Messages are numbers of the run."""

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
