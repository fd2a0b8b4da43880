"""A recipient's waiting times with 100 and 10,000 live cases: the first sync, later syncs, the inbox, a search."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.bench import filling
from tests.bench.figures import Figure, WrongError
from tests.keys.office import PASSPHRASE, Office
from tests.keys.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FEW, MANY = 100, 10_000
NEW = 10
ROUNDS = 5
STORY = "Er ging iets mis op het werk. " * 40


def measure() -> Iterator[Figure]:
    """Create reports, and sync, open and search them as the secretaris."""
    with tempfile.TemporaryDirectory(prefix="meldbus-bench-") as folder:
        office = Office.open(Path(folder))
        window = Window(office, patience=3600)
        window.enter()
        made = 0
        for count in (FEW, MANY):
            _report(office, range(made, count))
            made = count
            window.holder.unlock(PASSPHRASE)
            window.sync()
            yield from _synced(office, window, count)
            yield from _opened(window, count + ROUNDS * NEW)
            made += ROUNDS * NEW
        office.publish_roster([*office.cards])
        window.holder.unlock(PASSPHRASE)
        yield Figure(f"roster_sync_s_{MANY}", _seconds(window.sync), "after a roster: all cases are looked at")


def _synced(office: Office, window: Window, count: int) -> Iterator[Figure]:
    times = []
    for number in range(ROUNDS):
        _report(office, range(count + number * NEW, count + (number + 1) * NEW))
        times.append(_seconds(window.sync))
    yield Figure(f"later_sync_s_{count}", median(times), f"at most 1.0; {NEW} new messages")


def _opened(window: Window, count: int) -> Iterator[Figure]:
    times = []
    for _ in range(ROUNDS):
        window.lock()
        window.holder.unlock(PASSPHRASE)
        times.append(_seconds(lambda: window.get("")))
    if f"New: {count}" not in window.read(""):
        raise WrongError("inbox: the list does not show every case")
    name = FEW if count < MANY else MANY
    yield Figure(f"inbox_open_s_{name}", median(times), "at most 0.5")
    searches = []
    window.post("search", {"query": "warm"})
    for number in range(ROUNDS):
        query = {"query": f"melding {number * 17:05}."}
        searches.append(_seconds(lambda query=query: window.post("search", query, Accept="text/x-rows")))
    if window.post("search", query).text.count('scope="row"') != 1:
        raise WrongError("inbox: a search finds nothing")
    yield Figure(f"search_ms_{name}", 1000 * median(searches), "at most 50")


def _report(office: Office, numbers: range) -> None:
    filling.file(office, filling.reports(office, (f"Melding {number:05}. {STORY}" for number in numbers)))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
