"""The office fixture of the tool's tests, and its command line."""

from __future__ import annotations

import gettext
import io
from typing import TYPE_CHECKING

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from keys.wording import words
from tests.keys.office import Office

if TYPE_CHECKING:
    from pathlib import Path

    from babel.messages.catalog import Catalog

    from tests.keys.cli import CommandLine

CATALOGUE = words.LOCALES / "nl" / "LC_MESSAGES" / "meldbus.po"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office.ready(tmp_path)


@pytest.fixture
def line(office: Office) -> CommandLine:
    from tests.keys.cli import CommandLine

    return CommandLine(office)


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    """The Dutch catalogue of the tool, from the source."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="nl", abort_invalid=True)


@pytest.fixture
def dutch(catalogue: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the tool's language to Dutch."""
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    translations = gettext.GNUTranslations(compiled)
    monkeypatch.setattr(words, "_catalogue", lambda: translations)
