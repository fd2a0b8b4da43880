"""A small office over two years, as its log appears to a board member who is left out of one case, or of none.

The observer gets more than the log contains: which entries a session posted, and in which order, and which entries came
from the timer and from reporters. Entries that the observer can open are removed. Files are left out too: an entry
above 1 MiB in a session is real, which the design states.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.sync.cover import CHANCES, CLASSES, goes_next

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

DAYS = 730
WORKING_DAYS = (0, 1, 2, 3, 4)
LOOKS = {"secretaris": 0.4, "bestuur": 0.1}  # the chance of a session on a working day, independent of waiting messages
BUSY_LOOKS = {"secretaris": 0.6, "bestuur": 0.25}  # while somebody has a case about a colleague
DECOYS_A_DAY = 40 / 7
DECOY_CLASSES = tuple(16384 << at for at in range(7))
DECOY_CHANCES = tuple(2.0**-at for at in range(7))
REAL_CLASSES, REAL_CHANCES = (16384, 32768, 65536), (0.94, 0.05, 0.01)  # a text rarely fills the smallest class
OPEN_CASES_A_DAY = 8 / 365  # cases that the observer reads too
CASE_DAYS = 120  # from the report to the closing
WRITES = 0.5  # the chance that a session writes into a case that is open
WORDS_OF_THE_REPORTER = 8


@dataclass(frozen=True, slots=True)
class Session:
    """The entries of a session, in order: the class of each entry, None for those that the observer can open."""

    day: int
    entries: tuple[int | None, ...]


@dataclass
class Log:
    """The observer's data: sessions, and the single entries of the timer and of reporters, as (day, class)."""

    sessions: list[Session] = field(default_factory=list)
    singles: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rules:
    """The posting rules of an office."""

    goes_next: Callable[[Sequence[int], int, int], bool] = goes_next  # an own message, not a cover entry
    cover: int = 4
    is_busy: bool = False  # people look more often while they have a case


def draw_class(rng: random.Random) -> int:
    """Return the class of a cover entry."""
    [drawn] = rng.choices(CLASSES, CHANCES)
    return drawn


def two_years(rng: random.Random, rules: Rules, *, has_case: bool) -> Log:
    """Simulate an office for two years, with or without one case that leaves the observer out."""
    log = Log()
    begin = rng.randrange(DAYS - CASE_DAYS) if has_case else None
    hidden = range(begin, begin + CASE_DAYS) if begin is not None else range(0)
    known: list[range] = []
    for day in range(DAYS):
        if rng.random() < OPEN_CASES_A_DAY:
            known.append(range(day, day + CASE_DAYS))
        for _ in range(_poisson(rng, DECOYS_A_DAY)):
            log.singles.append((day, rng.choices(DECOY_CLASSES, DECOY_CHANCES)[0]))
        if day in hidden and (day == hidden.start or rng.random() < WORDS_OF_THE_REPORTER / CASE_DAYS):
            log.singles.append((day, _real(rng)))
        if day % 7 not in WORKING_DAYS:
            continue
        for who, chance in (BUSY_LOOKS if rules.is_busy and day in hidden else LOOKS).items():
            if rng.random() < chance:
                open_cases = sum(day in case for case in known)
                log.sessions.append(_session(rng, rules, day, day in hidden, open_cases, is_first=who == "secretaris"))
    return log


def _session(
    rng: random.Random, rules: Rules, day: int, has_hidden: bool, open_cases: int, *, is_first: bool
) -> Session:
    waiting: list[tuple[int, bool]] = []  # class, and whether the observer can open it
    if has_hidden and rng.random() < WRITES:
        waiting += [(_real(rng), False) for _ in range(rng.choice([1, 1, 2, 3] if is_first else [1, 1, 2]))]
    for _ in range(open_cases):
        if rng.random() < WRITES / 2:
            waiting += [(_real(rng), True) for _ in range(rng.choice([1, 1, 2]))]
    left = max(rules.cover, -(-len(waiting) // rules.cover) * rules.cover)
    entries: list[int | None] = []
    while left:
        drawn = draw_class(rng)
        if rules.goes_next([size for size, _ in waiting], left, drawn):
            size, is_known = waiting.pop(0)
            entries.append(None if is_known else size)
        else:
            entries.append(drawn)
        left -= 1
    return Session(day, tuple(entries))


def _real(rng: random.Random) -> int:
    [drawn] = rng.choices(REAL_CLASSES, REAL_CHANCES)
    return drawn


def _poisson(rng: random.Random, mean: float) -> int:
    count, at = 0, rng.expovariate(mean)
    while at < 1:
        count, at = count + 1, at + rng.expovariate(mean)
    return count
