"""Plays the real tool and server for long. Writes build/runs.json.

Usage: python -m tests.runs [--honest RUNS] [--lying RUNS] [--weeks WEEKS] [--cases CASES] [--seed SEED]
"""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.figures import BUILD, Figure, write
from tests.runs.machines import HonestRun, LyingRun, play
from tests.runs.years import Years

HONEST, LYING = 2000, 500
WEEKS, CASES = 104, 300


def main(arguments: list[str]) -> int:
    """Play, print and write the figures; what is wrong ends it with the steps that led there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--honest", type=int, default=HONEST)
    parser.add_argument("--lying", type=int, default=LYING)
    parser.add_argument("--weeks", type=int, default=WEEKS)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    given = parser.parse_args(arguments)
    print(f"seed of the years {given.seed}")
    figures = []
    for kind, runs, name in ((HonestRun, given.honest, "honest_runs"), (LyingRun, given.lying, "lying_runs")):
        try:
            play(kind, runs)
        finally:
            kind.clean_up()
        figures.append(Figure(name, runs, "of 60 steps over the real tool, as they should end"))
    folder, begun = Path(tempfile.mkdtemp()), time.monotonic()
    try:
        years = Years.begin(folder / "office", given.seed)
        years.play(given.weeks, given.cases)
        years.check()
    finally:
        shutil.rmtree(folder)
    figures += [
        Figure("years_cases", len(years.told), "all open that should, and nothing else"),
        Figure("years_minutes", (time.monotonic() - begun) / 60),
    ]
    for figure in figures:
        print(figure.line())
    write(BUILD / "runs.json", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
