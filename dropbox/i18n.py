"""The texts of the pages in one language, as `make build` compiled them. Languages are never mixed."""

from __future__ import annotations

import gettext
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Never

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

SOURCE_LANGUAGE = "en"  # the templates are written in it, so it needs no catalogue
LOCALES = Path(__file__).parent.parent / "build" / "locale"
INDEX = "languages.json"  # deploy/languages.py writes it, last

FIRST = ("nl", "en")  # shown before others if no policy decides


@dataclass(frozen=True, slots=True)
class Language:
    """A language that has pages.

    `name` is its own name for itself, `direction` "ltr" or "rtl" as in HTML. It is `unread` until a native speaker has
    read its sentences.
    """

    name: str
    direction: str
    unread: bool


class MissingTextError(LookupError):
    """A sentence of the pages has no translation: add it to the catalogue of that language."""


class _Nothing(gettext.NullTranslations):
    """Raises for a sentence that the catalogue lacks; gettext would show the English one."""

    def gettext(self, message: str) -> Never:
        raise MissingTextError(message)


def shipped() -> Mapping[str, Language]:
    """Return the languages that have pages, by tag; raise FileNotFoundError before `make build`."""
    found = json.loads((LOCALES / INDEX).read_text("utf-8"))
    tags = (*(tag for tag in FIRST if tag in found), *sorted(found.keys() - set(FIRST)))
    return {tag: Language(**found[tag]) for tag in tags}


def dated(day: dt.date, language: str) -> str:
    """Return a day in words, as the pages' scripts show it: the pages use European English."""
    # Imported here: what it reads of a language takes megabytes, and only a page that is saved shows a day.
    from babel.dates import format_date

    return str(format_date(day, "full", "en_GB" if language == SOURCE_LANGUAGE else language))


def translations(language: str) -> gettext.NullTranslations:
    """Return the sentences of `language`.

    Looking one up that has no translation, or a doubtful one ("fuzzy"), raises MissingTextError.
    """
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    with (LOCALES / f"{language}.mo").open("rb") as file:
        found = gettext.GNUTranslations(file)
    found.add_fallback(_Nothing())
    return found
