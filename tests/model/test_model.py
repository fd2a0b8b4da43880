"""The rules hold in every world that a small search reaches, and each draft rule reproduces its attack."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.model.search import Bounds, explore, module_with, wander
from tests.model.switches import LIMITS, SCENARIOS, SWITCHES, Scenario, Switch

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda s: s.name)
def test_the_rules_hold_in_every_world_within_bounds(scenario: Scenario) -> None:
    result = explore(module_with(scenario.module), f"{scenario.name}-world", scenario.bounds)
    assert result.broken is None, "\n".join(result.trace)
    assert set(scenario.goals) <= result.reached, "the search is vacuous"
    assert result.states >= scenario.least, "the search is vacuous"


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda s: s.finding)
def test_the_draft_rule_brings_its_attack_back(switch: Switch) -> None:
    scenario = SCENARIOS[switch.scenario]
    result = explore(
        module_with(scenario.module, switch.on), f"{scenario.name}-world", scenario.attack_bounds, stop_at=switch.breaks
    )
    if switch.loses:
        assert result.complete
        assert switch.loses in scenario.goals
        assert switch.loses not in result.reached
    else:
        assert result.broken is not None
        assert result.broken[0] == switch.breaks
        assert result.trace, "the first world is broken already: nothing was found"


@pytest.mark.parametrize("limit", LIMITS, ids=lambda s: s.finding)
def test_the_search_finds_each_limit_that_is_stated(limit: Switch) -> None:
    result = explore(module_with("WORLDS"), f"{limit.scenario}-world", Bounds(14, 5000), stop_at=limit.breaks)
    assert result.broken is not None
    assert result.broken[0] == limit.breaks


def test_honest_people_come_to_rest_without_an_alarm() -> None:
    """Answers, closings, joins, consents, a new key and long pauses, in random order, to the end."""
    result, _ = wander(module_with("WORLDS"), "everybody-world", "honest")
    assert result.broken is None, "\n".join(result.trace)
    assert result.states > 50


def test_each_switch_stands_in_the_table_once() -> None:
    findings = [switch.finding for switch in SWITCHES]
    assert len(findings) == len(set(findings))


def test_maude_reads_the_model_without_a_warning() -> None:
    program = "from tests.model.search import module_with\nfor name in {names}: module_with(name).parseTerm('0')"
    names = sorted({scenario.module for scenario in SCENARIOS.values()})
    shown = subprocess.run(
        [sys.executable, "-c", program.format(names=names)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert shown.stderr == ""
    assert shown.stdout == ""


def test_each_scenario_has_a_larger_world_for_long_searches() -> None:
    for scenario in SCENARIOS.values():
        result = explore(module_with(scenario.module), f"larger({scenario.name}-world)", Bounds(1, 3))
        assert result.broken is None


def test_each_file_of_the_model_is_loaded() -> None:
    here = Path(__file__).parent
    assert sorted((here / "order.txt").read_text().split()) == sorted(
        path.relative_to(here).as_posix() for path in here.rglob("*.maude")
    )
