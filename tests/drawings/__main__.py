"""Write every figure anew: `python -m tests.drawings`, which `make drawings` runs."""

from __future__ import annotations

import sys

from tests.drawings.figures import FIGURES, FOLDER


def main() -> int:
    """Write each figure to its file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, draw in FIGURES.items():
        (FOLDER / name).write_text(draw(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
