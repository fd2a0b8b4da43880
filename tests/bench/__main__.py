"""Runs every bench, prints its figures beside their targets, without judging them, and writes build/bench.json."""

from __future__ import annotations

import sys

from tests.bench import (
    accepting,
    inbox,
    large,
    opening,
    saving,
    sealing,
    stamping,
    syncing,
    trial_opening,
    uploading,
    visiting,
)
from tests.bench.figures import BUILD, Figure, WrongError, write

BENCHES = (visiting, accepting, opening, trial_opening, syncing, stamping, sealing, saving, uploading, inbox, large)


def main() -> int:
    """Return 0 unless a result was wrong: its speed is then meaningless."""
    figures: list[Figure] = []
    try:
        for bench in BENCHES:
            for figure in bench.measure():
                figures.append(figure)
                print(figure.line(), flush=True)
    except WrongError as error:
        print(f"bench: error: {error}", file=sys.stderr)
        return 1
    write(BUILD / "bench.json", figures)
    print(f"Written to {BUILD / 'bench.json'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
