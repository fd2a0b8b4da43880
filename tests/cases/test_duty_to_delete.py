"""The duty to delete is carried out, and nothing is destroyed before its day, however rarely the readers sync."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cases.keeping import LOOKS, simulate
from tests.soak import rules

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

CASES = 40


@pytest.fixture(scope="module")
def delays():
    """The delays of several cases; `make soak` plays 500."""
    return simulate(CASES, seed=1)


def test_nothing_is_destroyed_before_the_day_after_its_last_day(delays) -> None:
    assert delays.early == 0


def test_nothing_is_kept_for_ever(delays) -> None:
    assert delays.kept == 0
    assert all(sum(found.values()) == CASES for found in delays.found.values())


def test_every_case_goes_at_the_first_look_after_the_wait(delays) -> None:
    """One sync brings the last day, the next one after the wait destroys: at most two intervals and the wait."""
    assert delays.late == 0
    assert all(delays.most(name) > 0 for name in LOOKS)


def test_the_soak_prints_a_histogram_and_writes_its_figures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rules, "BUILD", tmp_path)
    assert rules.main(["--runs", "3", "--cases", "4", "--seed", "1"]) == 0
    figures = json.loads((tmp_path / "rules.json").read_text())
    assert (figures["honest_runs"], figures["destroyed_early"], figures["kept_for_ever"]) == (3, 0, 0)
    assert capsys.readouterr().out.count("One look in") == len(LOOKS)
