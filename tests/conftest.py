"""How Hypothesis runs: the same examples each time, nothing kept, no clock; `--hypothesis-profile=long` goes on.

Node keeps what it compiled, and a process of tests the pages that it has built. Temporary files are in memory if there
is room: on a disk, a third of the time of the tool's tests is waiting for commits, and what tests kill is a process.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.building import pages_built_here

if TYPE_CHECKING:
    from collections.abc import Iterator

# A slow machine is not a failure: no deadline, and no complaint about slow examples.
_CALM = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("same", _CALM, derandomize=True)
settings.register_profile("long", _CALM, max_examples=5000)
settings.load_profile("same")

ROOM = 6 * 2**30  # bytes; files of 256 MiB and more are sent, stored and fetched


def _memory() -> Path | None:
    """Return a folder in memory that has room and may hold programs, or None."""
    folder = Path("/dev/shm")
    is_fit = folder.is_dir() and os.access(folder, os.W_OK) and not os.statvfs(folder).f_flag & os.ST_NOEXEC
    return folder if is_fit and shutil.disk_usage(folder).free >= ROOM else None


# What takes longest begins first, or one process is left with it at the end.
FIRST = ("runs", "journeys", "dropbox")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests by folder; within one, as they were found."""
    tests = Path(__file__).parent
    order = {folder: at for at, folder in enumerate(FIRST)}
    items.sort(key=lambda item: order.get(item.path.relative_to(tests).parts[0], len(order)))


if (_folder := _memory()) and "TMPDIR" not in os.environ:
    os.environ["TMPDIR"] = os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.tempdir = str(_folder)

os.environ.setdefault("NODE_COMPILE_CACHE", str(Path(__file__).parent.parent / "build" / "node"))


@pytest.fixture(autouse=True, scope="session")
def _pages_built_here() -> Iterator[None]:
    with pages_built_here():
        yield
