"""The words of the pages in one language, from its gettext catalogue; it never shows one language inside another."""

from __future__ import annotations

import gettext
import io
from pathlib import Path
from typing import TYPE_CHECKING, Never

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

if TYPE_CHECKING:
    import datetime as dt

SOURCE_LANGUAGE = "en"  # the templates are written in it, so it needs no catalogue
LOCALES = Path(__file__).parent.parent / "templates" / "locale"

FIRST = ("nl", "en")  # shown before others where no policy says which

# In the head of a catalogue that nobody who grew up with its language has read yet.
_NOT_YET_READ = "X-Not-Yet-Read: yes"


def shipped() -> tuple[str, ...]:
    """Return the languages that there are pages in: a folder of LOCALES each, and that of the templates."""
    found = {folder.name for folder in LOCALES.iterdir()} | {SOURCE_LANGUAGE}
    return (*(tag for tag in FIRST if tag in found), *sorted(found - set(FIRST)))


def name_of(language: str) -> str:
    """Return a language by its own name: that is what somebody who reads no other looks for."""
    return str(Locale.parse(language).get_display_name(language)).capitalize()


def is_unread(language: str) -> bool:
    """Say whether nobody who grew up with the language has read its sentences yet."""
    return language != SOURCE_LANGUAGE and _NOT_YET_READ in catalogue_of(language).read_text("utf-8")


def dated(day: dt.date, language: str) -> str:
    """Return a day in words, as the pages' scripts show it: the pages' English is European."""
    return str(format_date(day, "full", "en_GB" if language == SOURCE_LANGUAGE else language))


def direction(language: str) -> str:
    """Return which way the language is written, as HTML says it: "ltr" or "rtl"."""
    return str(Locale.parse(language).text_direction)


class MissingTextError(LookupError):
    """A sentence of the pages has no translation: add it to the catalogue of that language."""


class _Nothing(gettext.NullTranslations):
    """Refuses what the catalogue lacks, where gettext would show the English sentence."""

    def gettext(self, message: str) -> Never:
        raise MissingTextError(message)


def catalogue_of(language: str) -> Path:
    """Return where the catalogue of `language` lies."""
    return LOCALES / language / "LC_MESSAGES" / "meldbus.po"


def translations(language: str) -> gettext.NullTranslations:
    """Return the sentences of `language`, read from its `.po` file: nothing has to be compiled before.

    Looking one up that has no translation, or a doubtful one ("fuzzy"), raises MissingTextError.
    """
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with catalogue_of(language).open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    found = gettext.GNUTranslations(compiled)
    found.add_fallback(_Nothing())
    return found
