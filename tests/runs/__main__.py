"""Plays the real tool and server for long, on all processors. Writes build/runs.json.

Usage: python -m tests.runs [--honest RUNS] [--lying RUNS] [--weeks WEEKS] [--cases CASES] [--seed SEED]

Runs are played 20 at a time; each twenty has the seed that is printed beside it. To play one again, as for the honest
runs of the seed 7: --honest 20 --lying 0 --weeks 0 --seed 7
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import sys
import tempfile
import time
import traceback
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.figures import BUILD, Figure, write
from tests.building import pages_built_here
from tests.runs.machines import HonestRun, LyingRun, play
from tests.runs.years import Years

if TYPE_CHECKING:
    from collections.abc import Iterator

HONEST, LYING = 2000, 500
WEEKS, CASES = 104, 300
TOGETHER = 20  # runs of one seed: after one that fails, the rest are not played
KINDS = {"honest": HonestRun, "lying": LyingRun}


@dataclass(frozen=True)
class Task:
    """Runs of one seed, or the play over years: `number` counts runs, or cases."""

    kind: str
    number: int
    seed: int
    weeks: int = 0

    def line(self) -> str:
        """Return the task as printed."""
        return f"{self.kind:<6} {self.number:>4}, seed {self.seed}"


def main(arguments: list[str]) -> int:
    """Play, print and write the figures; a failure is printed with the steps that led to it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--honest", type=int, default=HONEST)
    parser.add_argument("--lying", type=int, default=LYING)
    parser.add_argument("--weeks", type=int, default=WEEKS)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    given = parser.parse_args(arguments)
    tasks = [
        *([Task("years", given.cases, given.seed, given.weeks)] if given.weeks else []),  # the longest begins first
        *_in_turn([*_tasks_of("honest", given.honest, given.seed)], [*_tasks_of("lying", given.lying, given.seed)]),
    ]
    seconds: dict[Task, float] = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        playing = {pool.submit(carry_out, task): task for task in tasks}
        for number, done in enumerate(as_completed(playing), 1):
            task, error = playing[done], done.exception()
            if error is None:
                seconds[task] = done.result()
            else:
                traceback.print_exception(error)
            shown = "wrong" if error else f"{seconds[task]:,.0f} s"
            print(f"{number:>3} of {len(tasks)}: {task.line()}: {shown}", flush=True)
    figures = [figure for kind in (*KINDS, "years") for figure in _figures(kind, seconds)]
    for figure in figures:
        print(figure.line())
    write(BUILD / "runs.json", figures)
    return 0 if len(seconds) == len(tasks) else 1


def carry_out(task: Task) -> float:
    """Carry out a task; return the processor time that it took, in seconds."""
    begun = time.process_time()
    with pages_built_here():
        if task.kind in KINDS:
            play(KINDS[task.kind], task.number, task.seed)
        else:
            _play_years(task)
    return time.process_time() - begun


def _play_years(task: Task) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        years = Years.begin(folder / "office", task.seed)
        years.play(task.weeks, task.number)
        years.check()
    finally:
        shutil.rmtree(folder)


def _tasks_of(kind: str, runs: int, seed: int) -> Iterator[Task]:
    for first in range(0, runs, TOGETHER):
        yield Task(kind, min(TOGETHER, runs - first), seed + first // TOGETHER)


def _in_turn(*kinds: list[Task]) -> list[Task]:
    """Return the tasks in an order in which all kinds progress at the same rate."""
    placed = [((at + 1) / len(tasks), task) for tasks in kinds for at, task in enumerate(tasks)]
    return [task for _, task in sorted(placed, key=lambda one: one[0])]


def _figures(kind: str, seconds: dict[Task, float]) -> Iterator[Figure]:
    taken = {task: taken for task, taken in seconds.items() if task.kind == kind}
    number, total = sum(task.number for task in taken), sum(taken.values())
    if taken and kind == "years":
        yield Figure("years_cases", number, "all open that should, and nothing else")
        yield Figure("years_minutes", total / 60)
    elif taken:
        yield Figure(f"{kind}_runs", number, "of 60 steps over the real tool, as they should end")
        yield Figure(f"{kind}_run_seconds", total / number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
