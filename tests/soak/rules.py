"""Plays the rules of cases for long: honest people cause no alarm, vaults carry out the duty to delete.

Writes build/rules.json. Usage: python -m tests.soak.rules [--runs RUNS] [--cases CASES] [--seed SEED]
"""

from __future__ import annotations

import argparse
import random
import secrets
import sys

from tests.bench.figures import BUILD, Figure, WrongError, write
from tests.cases.keeping import LOOKS, Delays, simulate
from tests.cases.simulation import Simulation

RUNS = 2000
STEPS = 60
CASES = 500
STARTS = (("ABC", "X"), ("AB", "CX"), ("A", "X"), ("ABC", ""))
BAR = 60  # the longest bar of a histogram, in characters
ROWS = 12  # of a histogram


def play(runs: int, seed: int) -> int:
    """Let honest people act at random, this many times; raise WrongError with the seed of a run that fails."""
    for number in range(runs):
        rng = random.Random(seed + number)
        simulation = Simulation(*rng.choice(STARTS))
        actions = sorted(simulation.actions)
        try:
            for _ in range(STEPS):
                simulation.actions[rng.choice(actions)](rng)
            simulation.check_settled()
        except AssertionError as error:
            raise WrongError(f"an honest run ends wrongly, seed {seed + number}: {error}") from error
    return runs


def show(delays: Delays) -> None:
    """Print for each interval how many days after its last day a case was destroyed."""
    for name, interval in LOOKS.items():
        found = delays.found[name]
        print(f"\nOne look in {interval} days: days from the last day until the case is destroyed")
        width = max(1, -(-(delays.most(name) + 1) // ROWS))
        most = 1
        rows = []
        for start in range(0, delays.most(name) + 1, width):
            count = sum(found[day] for day in range(start, start + width))
            rows.append((start, count))
            most = max(most, count)
        for start, count in rows:
            print(f"{start:>4} to {start + width - 1:>4} {count:>5} {'#' * round(BAR * count / most)}")


def main(arguments: list[str]) -> int:
    """Play, print and write the figures; return 1 if something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    given = parser.parse_args(arguments)
    print(f"seed {given.seed}")
    figures = [Figure("honest_runs", play(given.runs, given.seed), "without an alarm, equal cases at the end")]
    delays = simulate(given.cases, given.seed)
    show(delays)
    figures += [
        Figure("destroyed_early", delays.early, "0"),
        Figure("destroyed_late", delays.late, "0: two looks and the waiting after the last day and the last message"),
        Figure("kept_for_ever", delays.kept, "0"),
    ]
    for name, interval in LOOKS.items():
        figures += [
            Figure(f"delay_days_median_{interval}", delays.median(name)),
            Figure(f"delay_days_most_{interval}", delays.most(name)),
        ]
    print()
    for figure in figures:
        print(figure.line())
    write(BUILD / "rules.json", figures)
    return 1 if delays.early or delays.late or delays.kept else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
