"""The check that a server's memory does not grow with use."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from tests.bench.figures import WrongError

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_GROWTH_MIB = 4


def begin_and_end(samples: Sequence[float]) -> tuple[float, float]:
    """Return the medians of the first and of the last third of samples that were taken at regular intervals.

    A single sample means little: sending a page of the log takes 12 MiB for a moment.
    """
    third = max(1, len(samples) // 3)
    return median(samples[:third]), median(samples[-third:])


def check_flat(samples: Sequence[float]) -> None:
    """Raise WrongError if the memory has grown by more than MOST_GROWTH_MIB; `samples` are MiB."""
    first, last = begin_and_end(samples)
    if last - first > MOST_GROWTH_MIB:
        raise WrongError(f"the server's memory grows: {last - first:.0f} MiB")
