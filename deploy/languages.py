"""Compiles the languages of the pages, so a server reads neither catalogues nor locale data into memory.

Usage: python -m deploy.languages FOLDER, as `make build` does: a `.mo` file for each catalogue, and languages.json.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from dropbox.i18n import INDEX, SOURCE_LANGUAGE

CATALOGUES = Path(__file__).parents[1] / "templates" / "locale"
NEVER = dt.datetime.fromtimestamp(0, dt.UTC)
# In the head of a catalogue that no native speaker has read yet.
NOT_YET_READ = "X-Not-Yet-Read: yes"


def compiled(catalogues: Path, folder: Path) -> None:
    """Compile every catalogue below `catalogues` into `folder`; doubtful sentences ("fuzzy") are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = {SOURCE_LANGUAGE: _facts(SOURCE_LANGUAGE, "")}
    for catalogue in sorted(catalogues.glob("*/LC_MESSAGES/meldbus.po")):
        language, text = catalogue.parts[-3], catalogue.read_text("utf-8")
        facts[language] = _facts(language, text)
        read = read_po(io.BytesIO(text.encode()), locale=language)
        read.creation_date = NEVER  # otherwise it is now, and two builds would differ
        with (folder / f"{language}.mo").open("wb") as file:
            write_mo(file, read)
    # Last: its presence means that the folder is complete.
    (folder / INDEX).write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _facts(language: str, catalogue: str) -> dict[str, str | bool]:
    """Return a language's own name, which its speakers look for, and how it is written."""
    locale = Locale.parse(language)
    return {
        "name": str(locale.get_display_name(language)).capitalize(),
        "direction": str(locale.text_direction),
        "unread": NOT_YET_READ in catalogue,
    }


if __name__ == "__main__":
    compiled(CATALOGUES, Path(sys.argv[1]))
