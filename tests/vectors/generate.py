"""Writes the vectors, or those named: `python -m tests.vectors.generate [subject/title ...]`; it checks none."""

from __future__ import annotations

import sys

from tests.vectors.generator import SCENARIOS


def main(names: list[str]) -> None:
    """Write the named vectors, or all of them."""
    unknown = set(names) - {scenario.name for scenario in SCENARIOS}
    if unknown:
        raise SystemExit(f"no such scenario: {', '.join(sorted(unknown))}")
    for scenario in SCENARIOS:
        if not names or scenario.name in names:
            scenario.vector().write()


if __name__ == "__main__":
    main(sys.argv[1:])
