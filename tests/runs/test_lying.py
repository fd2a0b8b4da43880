"""Random runs with a lying server."""

from __future__ import annotations

import pytest

from tests.runs.machines import LyingRun, play

RUNS = 11  # the first one only reads


@pytest.mark.slow
@pytest.mark.timeout(3600)  # hundreds of sessions, one after another
def test_a_server_that_lies_destroys_nothing_early_accuses_nobody_and_opens_nothing() -> None:
    """It withholds, forks, drops, lies about the day and answers nonsense."""
    play(LyingRun, RUNS, seed=1)
