"""How Hypothesis runs: the same examples each time, nothing kept, no clock; `--hypothesis-profile=long` goes on.

Node keeps what it compiled, and a process of tests the pages that it has built.
"""

from __future__ import annotations

import os
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

os.environ.setdefault("NODE_COMPILE_CACHE", str(Path(__file__).parent.parent / "build" / "node"))


@pytest.fixture(autouse=True, scope="session")
def _pages_built_here() -> Iterator[None]:
    with pages_built_here():
        yield
