"""Random runs of the real tool and server: honest people raise no alarm, a lying server destroys and accuses nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.runs.machines import HonestRun, LyingRun, play

if TYPE_CHECKING:
    from collections.abc import Iterator

HONEST_RUNS = 40  # of the same choices each time; `make soak` draws its own
LYING_RUNS = 10
LONG = pytest.mark.timeout(3600)  # hundreds of sessions, one after the other


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    for kind in (HonestRun, LyingRun):
        kind.clean_up()


@LONG
def test_honest_people_raise_no_alarm_and_end_with_one_case() -> None:
    """With newcomers, new keys, people off the roster, lost vaults, weeks offline, a restored server."""
    play(HonestRun, HONEST_RUNS, is_fixed=True)


@LONG
def test_a_server_that_lies_destroys_nothing_early_accuses_nobody_and_opens_nothing() -> None:
    """It withholds, forks, drops, lies about the day and answers nonsense."""
    play(LyingRun, LYING_RUNS, is_fixed=True)
