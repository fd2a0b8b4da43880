"""How long a recipient waits, with 100 and 10,000 cases: the first sync, a later one, the inbox, a search."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.bench.figures import Figure, WrongError
from tests.keys.office import PASSPHRASE, Office
from tests.keys.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FEW, MANY = 100, 10_000
ROUNDS = 5
STORY = "Er ging iets mis op het werk. " * 40


def measure() -> Iterator[Figure]:
    """Let reports come, and sync, open and search them as the secretaris."""
    with tempfile.TemporaryDirectory(prefix="meldbus-bench-") as folder:
        office = Office.open(Path(folder))
        window = Window(office, patience=3600)
        made = 0
        for count in (FEW, MANY):
            for number in range(made, count):
                office.report(f"Melding {number:05}. {STORY}", topic="anders")
            window.enter()
            window.holder.unlock(PASSPHRASE)
            took = _seconds(window.sync)
            if count == MANY:
                yield Figure("first_sync_per_s", (count - made) / took)
            made = count
            yield Figure(f"later_sync_s_{count}", _seconds(window.sync), "below 1")
            yield from _opened(window, count)


def _opened(window: Window, count: int) -> Iterator[Figure]:
    times = []
    for _ in range(ROUNDS):
        window.post("lock")
        window.holder.unlock(PASSPHRASE)
        times.append(_seconds(lambda: window.get("")))
    if f"New: {count}" not in window.read(""):
        raise WrongError("inbox: the list does not show every case")
    yield Figure(f"inbox_open_s_{count}", median(times), "below 0.5")
    searches = []
    window.post("search", {"query": "warm"})
    for number in range(ROUNDS):
        query = {"query": f"melding {number * 17:05}."}
        searches.append(_seconds(lambda query=query: window.post("search", query, Accept="text/x-rows")))
    if window.post("search", query).text.count('scope="row"') != 1:
        raise WrongError("inbox: a search finds nothing")
    yield Figure(f"search_ms_{count}", 1000 * median(searches), "below 50")


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
