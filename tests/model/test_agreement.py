"""Model and code were written apart from each other, from one design: about each random run they say the same."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from random import Random

import pytest

from tests.model.runs import THREAD, Run, run
from tests.model.search import module_with, worlds
from tests.model.switches import SCENARIOS
from tests.model.translation import by_code, by_model, run_of


@pytest.mark.parametrize("most", [5, 9, 14])
def test_model_and_code_make_the_same_of_a_random_run(most: int) -> None:
    for seed in range(60):
        drawn = run(Random(f"{most} {seed}"), most)
        assert by_model(drawn) == by_code(drawn), f"seed {most} {seed}"


def test_model_and_code_make_the_same_of_the_thread_alone() -> None:
    for seed in range(60):
        drawn = _on_the_page(run(Random(seed)))
        assert by_model(drawn) == by_code(drawn), f"seed {seed}"


@pytest.mark.parametrize("name", [name for name, scenario in SCENARIOS.items() if scenario.module == "WORLDS"])
def test_model_and_code_make_the_same_of_the_worlds_that_a_search_meets(name: str) -> None:
    met = {run_of(world) for world in islice(worlds(module_with("WORLDS"), f"{name}-world", 300), 0, 300, 12)}
    runs = [one for one in met if one is not None]
    assert runs
    for one in runs:
        assert by_model(one) == by_code(one), one


def test_random_runs_are_not_vacuous() -> None:
    outcomes = [outcome for seed in range(120) if (outcome := by_model(run(Random(seed))))]
    verdicts = [verdict for outcome in outcomes for _, verdict in outcome.verdicts]
    assert {"counts", "late", "unclear", "forbidden"} == set(verdicts)
    assert verdicts.count("counts") > 200
    assert sum(outcome.is_closed for outcome in outcomes) > 10
    assert sum(bool(outcome.waiting) for outcome in outcomes) > 10
    assert sum(bool(outcome.missing) for outcome in outcomes) > 10


def _on_the_page(drawn: Run) -> Run:
    return replace(drawn, log=tuple(said for said in drawn.log if said.kind in THREAD))
