"""A quarter of the random honest runs: test processes share the work by file."""

from __future__ import annotations

import pytest

from tests.runs.machines import HONEST_QUARTER, HonestRun, play


@pytest.mark.slow
@pytest.mark.timeout(3600)  # hundreds of sessions, one after another
def test_honest_people_raise_no_alarm_and_end_with_one_case() -> None:
    """With newcomers, new keys, people off the roster, lost vaults, weeks offline, a restored server."""
    play(HonestRun, HONEST_QUARTER, seed=3)
