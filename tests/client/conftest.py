"""What the tests of the page's client share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.twin import Twin, running
from tests.keys.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An organisation with its server, to report to."""
    return Office.open(tmp_path)


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    """The page's reading of bytes."""
    with running() as started:
        yield started
