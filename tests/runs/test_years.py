"""A long time of reading and answering: everything opens that must, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.runs.years import Years

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_after_months_all_opens_that_should_and_nothing_else(tmp_path: Path) -> None:
    """The long version, 300 cases over two years, is played by `make soak`."""
    years = Years.begin(tmp_path / "office", seed=1)
    years.play(weeks=30, cases=20)
    years.check()
    assert years.purged
    assert any(one.without for one in years.told.values())
