"""Measures what a left-out observer learns from two years of a log. Writes build/observer.json.

Usage: python -m tests.observer [--examples EXAMPLES] [--seed SEED]
"""

from __future__ import annotations

import argparse
import random
import secrets
import sys

from tests.bench.figures import BUILD, Figure, write
from tests.observer.classifier import LONG, SESSIONS, guess
from tests.observer.office import Rules

EXAMPLES = 1000
TOLD = (SESSIONS, LONG)
AIM = 0.6  # for what the design does not reveal: 0.5 is guessing


def main(arguments: list[str]) -> int:
    """Measure, print and write the figures; return 1 if the observer learns more than the design reveals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    given = parser.parse_args(arguments)
    print(f"seed {given.seed}")

    def measure(rules: Rules, told: tuple[str, ...] = ()) -> float:
        return guess(random.Random(given.seed), rules, given.examples, told=told)

    beyond = measure(Rules(), TOLD)
    figures = [
        Figure("observer_beyond", beyond, f"at most {AIM}; 0.5 is guessing, 1 is knowing"),
        Figure("observer_all", measure(Rules()), "with the sessions that posted more than `cover`"),
        Figure("observer_all_cover_8", measure(Rules(cover=8)), "the same, where `cover` is 8"),
        Figure("observer_busy", measure(Rules(is_busy=True)), "where people look more often while they have a case"),
    ]
    for figure in figures:
        print(figure.line())
    write(BUILD / "observer.json", figures)
    return 1 if beyond > AIM else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
