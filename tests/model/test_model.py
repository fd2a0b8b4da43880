"""The rules hold in every world that a small search reaches, and each draft rule brings its attack back."""

from __future__ import annotations

import pytest

from tests.model.search import explore, module_with
from tests.model.switches import SCENARIOS, SWITCHES, Scenario, Switch


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


def test_each_switch_stands_in_the_table_once() -> None:
    findings = [switch.finding for switch in SWITCHES]
    assert len(findings) == len(set(findings))
