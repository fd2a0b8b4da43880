"""What the tests of the page's client share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.client import inspecting
from tests.client.sending import LONG, written
from tests.client.twin import Twin, running
from tests.keys.office import Office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An organisation with its server, to report to."""
    return Office.ready(tmp_path)


@pytest.fixture(scope="session")
def still(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An organisation that many tests share: none of them touches another's thread, or moves its clock."""
    return Office.open(tmp_path_factory.mktemp("still"))


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """A file that goes in parts."""
    return written(tmp_path / "opname.ogg", LONG)


@pytest.fixture(scope="session")
def twin() -> Iterator[Twin]:
    """The page's reading of bytes."""
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def inspect() -> Iterator[inspecting.Inspector]:
    """The page's look into a file."""
    with inspecting.running() as started:
        yield started
