"""Sentences in the reader's language, and sanitising of a stranger's words for a terminal."""

from __future__ import annotations

import gettext
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from keys.policy import date_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.errors import MeldbusError


def _mark(text: str) -> str:
    return text


LOCALES = Path(__file__).parent.parent / "locale"
DOMAIN = "meldbus"
MONTHS = (
    _mark("January"),
    _mark("February"),
    _mark("March"),
    _mark("April"),
    _mark("May"),
    _mark("June"),
    _mark("July"),
    _mark("August"),
    _mark("September"),
    _mark("October"),
    _mark("November"),
    _mark("December"),
)
# Direction and format characters can make a line look different; control characters can control a terminal.
_HIDDEN_CATEGORIES = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


@cache
def _catalogue() -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALES, fallback=True)


def _(text: str) -> str:
    """Return a sentence in the language of LANGUAGE, LC_ALL, LC_MESSAGES or LANG, else in English."""
    return _catalogue().gettext(text) if text else ""


def language() -> str:
    """Return the language of sentences: "nl" or "en"."""
    return str(_catalogue().info().get("language", "en"))


def explain(error: MeldbusError) -> str:
    """Return an error for people: its message and hint in their language, and the detail."""
    sentence = f"{_(error.message)} {_(error.hint)}"
    detail = "; ".join(str(argument) for argument in error.args)
    return f"{sentence} ({harmless(detail)})" if detail else sentence


def harmless(text: str) -> str:
    """Return a stranger's text with every control and direction character shown as an escape."""
    return "".join(_shown(character) for character in text)


def one_line(text: str) -> str:
    """Return harmless text on a single line."""
    return harmless(text).replace("\n", "\\u000a").replace("\t", "\\u0009")


LANGUAGES = {"nl": _mark("Dutch"), "en": _mark("English"), "tr": _mark("Turkish"), "ar": _mark("Arabic")}


def language_in_words(tag: str) -> str:
    """Return the name of a language, or its tag if it has no name here."""
    return _(LANGUAGES[tag]) if tag in LANGUAGES else one_line(tag)


def date(day: int) -> str:
    """Return a day number as a date, year first."""
    return date_of(day).isoformat()


def day_in_words(day: int) -> str:
    """Return a day number as people write a date."""
    of = date_of(day)
    return f"{of.day} {_(MONTHS[of.month - 1])} {of.year}"


def size_in_words(size: int) -> str:
    """Return a number of bytes as people read it, in units of 1000."""
    for power, unit in ((1000**3, "GB"), (1000**2, "MB"), (1000, "kB")):
        if size >= power:
            return f"{size / power:.1f} {unit}"
    return f"{size} B"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _shown(character: str) -> str:
    if character in "\n\t" or unicodedata.category(character) not in _HIDDEN_CATEGORIES:
        return character
    return f"\\u{ord(character):04x}"
