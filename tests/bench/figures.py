"""The figures of a bench: name, number, and target."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BUILD = Path(__file__).parent.parent.parent / "build"


class WrongError(Exception):
    """The measured operation gave a wrong result: its speed is meaningless."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measurement; `aim` is its target in words, "" if it has none."""

    name: str
    value: float
    aim: str = ""

    def line(self) -> str:
        """Return the figure as printed."""
        shown = f"{self.value:,}" if isinstance(self.value, int) else f"{self.value:,.3f}"
        return f"{self.name:<28} {shown:>14}  {self.aim}".rstrip()


def write(path: Path, figures: Iterable[Figure]) -> None:
    """Write a flat JSON object of names and values."""
    values = {figure.name: round(figure.value, 4) for figure in figures}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(values, indent=2) + "\n", "utf-8")
