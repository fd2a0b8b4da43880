"""A duty to delete is carried out, and nothing goes before its day, however rarely the readers look."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cases.keeping import LOOKS, WAIT_DAYS, simulate
from tests.soak import rules

if TYPE_CHECKING:
    from pathlib import Path

CASES = 40


@pytest.fixture(scope="module")
def delays():
    """What became of some cases; `make soak` plays 500."""
    return simulate(CASES, seed=1)


def test_nothing_is_destroyed_before_the_day_after_its_last_day(delays) -> None:
    assert delays.early == 0


def test_nothing_is_kept_for_ever(delays) -> None:
    assert delays.kept == 0
    assert all(sum(found.values()) == CASES for found in delays.found.values())


@pytest.mark.parametrize("name", LOOKS)
def test_every_case_goes_at_the_first_look_after_the_wait(delays, name: str) -> None:
    """A look brings the last day, and after the wait the next one destroys: two intervals and the wait at the most."""
    assert delays.most(name) <= 2 * LOOKS[name] + WAIT_DAYS


def test_the_soak_prints_a_histogram_and_writes_its_figures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rules, "BUILD", tmp_path)
    assert rules.main(["--runs", "3", "--cases", "4", "--seed", "1"]) == 0
    figures = json.loads((tmp_path / "rules.json").read_text())
    assert (figures["honest_runs"], figures["destroyed_early"], figures["kept_for_ever"]) == (3, 0, 0)
    assert capsys.readouterr().out.count("One look in") == len(LOOKS)
