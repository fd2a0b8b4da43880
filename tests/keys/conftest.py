"""The office that the tests of the tool share, and its command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.keys.office import Office

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keys.line import Line


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office.open(tmp_path)


@pytest.fixture
def line(office: Office) -> Line:
    from tests.keys.line import Line

    return Line(office)
