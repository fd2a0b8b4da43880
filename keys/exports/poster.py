"""A poster as a drawing: its purpose, the address with the root's fingerprint, and the outside routes."""

from __future__ import annotations

import gettext
import textwrap
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import segno

from keys.roster import address, words
from keys.wording.words import LOCALES

if TYPE_CHECKING:
    from collections.abc import Callable

    from keys.policy import OutsideRoute, Policy

DOMAIN = "poster"
SOURCE_LANGUAGE = "en"
RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}
SIZES = {"a4": (210, 297), "a5": (148, 210)}  # millimetres; one drawing, since both have the same shape

WIDTH, HEIGHT = SIZES["a4"]
MARGIN = 16
BAND = 30
QR_SIDE = 78
QUIET = 4  # modules of white around a QR code (ISO/IEC 18004)
WORDS_A_LINE = 5
# The width of a letter relative to the type size: that of a bold letter, to keep every line short enough.
LETTER = 0.56
ROUTES_A_COLUMN = 16


@dataclass(slots=True)
class _Page:
    """The drawing in progress; texts begin at `start`, which is on the right in languages from right to left."""

    rtl: bool
    lines: list[str] = field(default_factory=list)

    def place(self, x: float) -> float:
        """Return the position `x` millimetres from the side where lines begin."""
        return WIDTH - x if self.rtl else x

    def text(self, x: float, y: float, size: float, text: str, *, style: str = "", width: float = 0) -> float:
        """Write a text, on several lines if it is wider than `width`; return the position of the next line."""
        letters = int(width / size / LETTER) if width else len(text) or 1
        for line in textwrap.wrap(text, letters) or [""]:
            self.lines.append(
                f'<text x="{self.place(x):.1f}" y="{y:.1f}" font-size="{size}" {style}>{escape(line)}</text>'
            )
            y += size * 1.4
        return y


@dataclass(frozen=True, slots=True)
class Poster:
    """The content of a poster in one language; `server` is the origin that reporters know."""

    policy: Policy
    server: str
    root: bytes
    language: str

    def svg(self, size: str) -> str:
        """Return the drawing in a size of SIZES; raise FileNotFoundError if there is no poster in its language."""
        say = _sentences(self.language)
        page = _Page(self.language in RIGHT_TO_LEFT)
        y = self._head(page, say)
        y = self._way_in(page, say, y + 2)
        self._outside(page, say, y)
        width, height = SIZES[size]
        way = "rtl" if page.rtl else "ltr"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm"'
            f' viewBox="0 0 {WIDTH} {HEIGHT}" xml:lang="{self.language}"'
            ' font-family="system-ui, sans-serif" fill="#1c2427">'
        )
        sheet = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
        # Not at the root: a browser would lay out the whole drawing from the other side.
        return "\n".join([head, sheet, f'<g direction="{way}">', *page.lines, "</g>", "</svg>", ""])

    def html(self, size: str) -> str:
        """Return a page that prints as the drawing. It must fetch nothing."""
        width, height = SIZES[size]
        title = escape(self.policy.organisation)
        style = f"@page {{ size: {width}mm {height}mm; margin: 0 }} body {{ margin: 0 }} svg {{ display: block }}"
        head = f'<meta charset="utf-8">\n<title>{title}</title>\n<style>{style}</style>'
        start = f'<!doctype html>\n<html lang="{self.language}">\n<head>\n{head}\n</head>\n<body>\n'
        return f"{start}{self.svg(size)}</body>\n</html>\n"

    def _head(self, page: _Page, say: Callable[[str], str]) -> float:
        colour = self.policy.look.colour
        page.lines.append(f'<rect width="{WIDTH}" height="{BAND}" fill="{colour}"/>')
        page.text(MARGIN, 19, 9, self.policy.organisation, style='fill="#ffffff" font-weight="600"', width=WIDTH - 32)
        y = page.text(MARGIN, 46, 11, say("Is something wrong at work?"), style='font-weight="700"', width=WIDTH - 32)
        return page.text(MARGIN, y - 2, 6.5, say("Tell it safely. You need not say who you are."), width=WIDTH - 32)

    def _way_in(self, page: _Page, say: Callable[[str], str], top: float) -> float:
        """Draw the QR code, and beside it how to use it and what to compare."""
        page.lines.append(_qr(address(self.server, self.language, self.root), page.place(MARGIN), top, page.rtl))
        x, width = MARGIN + QR_SIDE + 10, WIDTH - 2 * MARGIN - QR_SIDE - 10
        y = page.text(
            x, top + 6, 5.5, say("Scan this code with your own phone."), style='font-weight="600"', width=width
        )
        y = page.text(x, y + 1, 4.5, say("Not with a phone from work, and not on the network at work."), width=width)
        y = page.text(x, y + 4, 4.5, say("Or type this address:"), width=width)
        shown = f"{self.server}/{self.language}/"
        for line in textwrap.wrap(shown, int(width / 5 / LETTER), break_long_words=True):
            y = page.text(x, y, 5, line, style='font-weight="600" unicode-bidi="isolate" direction="ltr"' + _end(page))
        y = page.text(x, y + 4, 4.5, say("The page then shows ten words. They have to be these:"), width=width)
        listed = words(self.root).split()
        for at in range(0, len(listed), WORDS_A_LINE):
            line = " ".join(listed[at : at + WORDS_A_LINE])
            style = 'font-family="ui-monospace, monospace" direction="ltr"' + _end(page)
            y = page.text(x, y, 4.3, line, style=style)
        y = max(y, top + QR_SIDE)
        return page.text(MARGIN, y + 10, 5, say("Only people whom you choose can read it."), width=WIDTH - 32)

    def _outside(self, page: _Page, say: Callable[[str], str], y: float) -> None:
        y = page.text(MARGIN, y + 6, 6, say("You can also turn to others"), style='font-weight="700"')
        column = (WIDTH - 2 * MARGIN) / 2
        routes = self.policy.outside
        rows = min(-(-len(routes) // 2), ROUTES_A_COLUMN)
        step = min(11.0, (HEIGHT - MARGIN - y) / max(rows, 1))
        size = step / 2.9
        for at, route in enumerate(routes):
            x = MARGIN + (at // max(rows, 1)) * column
            top = y + (at % max(rows, 1)) * step
            page.text(x, top, size, _fitting(route.name, column - 4, size), style='font-weight="600"')
            reached = _fitting(_reached(route), column - 4, size)
            page.text(x, top + size * 1.3, size, reached, style='fill="#505d62" direction="ltr"' + _end(page))


def languages_of(policy: Policy) -> list[str]:
    """Return the policy's languages that have a poster."""
    return [tag for tag in policy.languages if tag == SOURCE_LANGUAGE or gettext.find(DOMAIN, LOCALES, [tag])]


def _sentences(language: str) -> Callable[[str], str]:
    if language == SOURCE_LANGUAGE:
        return lambda text: text
    return gettext.translation(DOMAIN, LOCALES, [language]).gettext


def _end(page: _Page) -> str:
    """Return the alignment that puts the end of a Latin line where other lines begin."""
    return ' text-anchor="end"' if page.rtl else ""


def _fitting(text: str, width: float, size: float) -> str:
    letters = max(int(width / size / LETTER), 8)
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def _reached(route: OutsideRoute) -> str:
    """Return how to reach a route without a link: by telephone, or by the name of its site."""
    return route.phone or urlsplit(route.link).netloc.removeprefix("www.")


def _qr(link: str, x: float, y: float, rtl: bool) -> str:
    """Draw the QR code of an address; in languages from right to left, `x` is its right side."""
    rows = [bytes(row) for row in segno.make(link, error="m", micro=False).matrix]
    module = QR_SIDE / (len(rows) + 2 * QUIET)
    path = "".join(
        f"M{QUIET + at} {QUIET + line}h1v1h-1z" for line, row in enumerate(rows) for at, dark in enumerate(row) if dark
    )
    left = x - QR_SIDE if rtl else x
    return f'<path transform="translate({left:.1f} {y:.1f}) scale({module:.4f})" d="{path}" fill="#000000"/>'
