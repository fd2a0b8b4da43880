"""A drawing of boxes, words and arrows as SVG; it brings its own ground, so it reads on any page."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LINE_HEIGHT = 19
# A picture in a page cannot ask the page for its colours: it goes by the reader's own setting.
STYLE = """
    svg { --ground: #ffffff; --ink: #1b2328; --soft: #53626a; --line: #0b5d63; --box: #eef5f5; --band: #f5f6f6 }
    @media (prefers-color-scheme: dark) {
      svg { --ground: #12181b; --ink: #eef2f3; --soft: #a9b6bc; --line: #6fc3c9; --box: #1d2b2e; --band: #182023 }
    }
    text { font: 14px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--ink) }
    .title { font-weight: bold; font-size: 15px }
    .soft { font-size: 12px; fill: var(--soft) }
    .middle { text-anchor: middle }
    .end { text-anchor: end }
    .over { paint-order: stroke; stroke: var(--band); stroke-width: 6px }
    .ground { fill: var(--ground) }
    .band { fill: var(--band) }
    .box { fill: var(--box); stroke: var(--line); stroke-width: 1.5 }
    .arrow { fill: none; stroke: var(--line); stroke-width: 1.5 }
    .key { fill: none; stroke: var(--line); stroke-width: 2.5 }
    .head { fill: var(--line) }
"""


@dataclass
class Drawing:
    """What is drawn lies in the order in which it was added; `says` is read aloud in place of the picture."""

    width: int
    height: int
    title: str
    says: str
    _parts: list[str] = field(default_factory=list)

    def band(self, x: float, y: float, width: float, height: float) -> None:
        """Add a ground without an edge."""
        self._parts.append(f'<rect class="band" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="8"/>')

    def box(self, x: float, y: float, width: float, height: float) -> None:
        """Add a box with an edge."""
        self._parts.append(f'<rect class="box" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6"/>')

    def text(self, x: float, y: float, words: str, style: str = "") -> None:
        """Add a line of words whose feet stand on `y`; `style` is of STYLE."""
        shown = f' class="{style}"' if style else ""
        self._parts.append(f'<text{shown} x="{x:g}" y="{y:g}">{escape(words)}</text>')

    def lines(self, x: float, y: float, lines: Sequence[str], style: str = "") -> None:
        """Add lines of words, one below the other."""
        for number, line in enumerate(lines):
            self.text(x, y + number * LINE_HEIGHT, line, style)

    def key(self, x: float, y: float) -> None:
        """Add the sign of a key, 22 wide, beside a line of words whose feet stand on `y`."""
        self._parts.append(f'<path class="key" d="M{x + 8:g} {y - 5:g}H{x + 21:g}v5m-5 -5v4"/>')
        self._parts.append(f'<circle class="key" cx="{x + 4:g}" cy="{y - 5:g}" r="4"/>')

    def arrow(self, path: str) -> None:
        """Add an arrow along an SVG path."""
        self._parts.append(f'<path class="arrow" d="{path}" marker-end="url(#head)"/>')

    def render(self) -> str:
        """Return the file."""
        parts = "\n".join(f"  {part}" for part in self._parts)
        return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" \
width="{self.width}" height="{self.height}" role="img" aria-labelledby="title says">
  <title id="title">{escape(self.title)}</title>
  <desc id="says">{escape(self.says)}</desc>
  <style>{STYLE}  </style>
  <marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse">
    <path class="head" d="M0 0 8 4 0 8z"/>
  </marker>
  <rect class="ground" width="{self.width}" height="{self.height}" rx="10"/>
{parts}
</svg>
"""
