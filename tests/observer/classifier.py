"""Classifier: the best guess of a left-out observer whether there was a case about them.

Its features, over the whole time and in the half year with the highest value: the number of sessions, how many posted
more than `cover`, the likelihood of their entries' classes if real messages are among them (by the true distributions
of both), the same for first and last entries, and the numbers of single entries. Fisher's linear discriminant weighs
them by examples of both kinds, of which the observer has as many as they want.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from keys.sync.cover import CHANCES, CLASSES
from tests.observer.office import DAYS, REAL_CHANCES, REAL_CLASSES, two_years

if TYPE_CHECKING:
    import random
    from collections.abc import Container, Sequence

    from tests.observer.office import Log, Rules

SESSIONS, LONG = "sessions", "long"  # what a log reveals by design
MOST = " in half a year"
HALF_YEAR = 182
STEP = 26  # days between the starts of two windows
_SCORES = {
    size: math.log(chance / dict(zip(CLASSES, CHANCES, strict=True))[size])
    for size, chance in zip(REAL_CLASSES, REAL_CHANCES, strict=True)
}
_RIDGE = 1e-6


def features(log: Log, cover: int) -> dict[str, float]:
    """Return the features, by name."""
    series: dict[str, list[float]] = {name: [0.0] * DAYS for name in (SESSIONS, LONG, "all", "first", "last")}
    for session in log.sessions:
        unopened = [size for size in session.entries if size is not None]
        series[SESSIONS][session.day] += 1
        series[LONG][session.day] += len(session.entries) > cover
        series["all"][session.day] += sum(_SCORES[size] for size in unopened)
        for name, size in (("first", session.entries[0]), ("last", session.entries[-1])):
            series[name][session.day] += 0 if size is None else _SCORES[size]
    for size in REAL_CLASSES:
        series[f"single {size}"] = [0.0] * DAYS
    for day, size in log.singles:
        if size in REAL_CLASSES:
            series[f"single {size}"][day] += 1
    found = {}
    for name, values in series.items():
        found[name] = sum(values)
        windows = (sum(values[at : at + HALF_YEAR]) for at in range(0, DAYS - HALF_YEAR + 1, STEP))
        found[f"{name}{MOST}"] = max(windows)
    return found


def guess(rng: random.Random, rules: Rules, examples: int, *, told: Container[str] = ()) -> float:
    """Return how well the observer tells offices with a case from those without, given `examples` of each kind.

    It learns from as many others. Features that are `told` by design are left out, so that the result measures only
    what goes beyond them.
    """

    def draw(*, has_case: bool) -> list[list[float]]:
        logs = (two_years(rng, rules, has_case=has_case) for _ in range(examples))
        return [
            [value for name, value in features(log, rules.cover).items() if name.removesuffix(MOST) not in told]
            for log in logs
        ]

    weights = discriminant(draw(has_case=False), draw(has_case=True))
    without, with_case = draw(has_case=False), draw(has_case=True)
    return area([score(weights, row) for row in without], [score(weights, row) for row in with_case])


def discriminant(without: Sequence[Sequence[float]], with_case: Sequence[Sequence[float]]) -> list[float]:
    """Return Fisher's weights: the direction that best separates two kinds of examples, relative to their spread."""
    size = len(without[0])
    means = [[sum(row[at] for row in rows) / len(rows) for at in range(size)] for rows in (without, with_case)]
    spread = [[0.0] * size for _ in range(size)]
    for rows, mean in zip((without, with_case), means, strict=True):
        for row in rows:
            away = [value - middle for value, middle in zip(row, mean, strict=True)]
            for first in range(size):
                for second in range(size):
                    spread[first][second] += away[first] * away[second]
    for at in range(size):
        spread[at][at] += _RIDGE + _RIDGE * spread[at][at]
    return _solve(spread, [second - first for first, second in zip(*means, strict=True)])


def score(weights: Sequence[float], row: Sequence[float]) -> float:
    """Return the score of a log: higher if it looks more like one with a case."""
    return sum(weight * value for weight, value in zip(weights, row, strict=True))


def area(without: Sequence[float], with_case: Sequence[float]) -> float:
    """Return the chance that a log with a case scores higher than one without: 0.5 is guessing, 1 is knowing."""
    ranked = sorted([(value, 0) for value in without] + [(value, 1) for value in with_case])
    ranks = sum(rank for rank, (_, kind) in enumerate(ranked, 1) if kind)
    return (ranks - len(with_case) * (len(with_case) + 1) / 2) / (len(without) * len(with_case))


def _solve(matrix: list[list[float]], values: list[float]) -> list[float]:
    """Return x of `matrix` x = `values`, by elimination."""
    rows = [[*row, value] for row, value in zip(matrix, values, strict=True)]
    for at in range(len(rows)):
        pivot = max(range(at, len(rows)), key=lambda row: abs(rows[row][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        for other in range(len(rows)):
            if other != at:
                factor = rows[other][at] / rows[at][at]
                rows[other] = [one - factor * two for one, two in zip(rows[other], rows[at], strict=True)]
    return [row[-1] / row[at] for at, row in enumerate(rows)]
