"""Honest people, an honest server: no alarm on the way, one case for all in the end (DESIGN 2.12, SPEC 12)."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.runs.checks import check_settled, check_step
from tests.runs.world import World, office_in

if TYPE_CHECKING:
    from tests.keys.office import Office

RUNS = 100
STEPS = 60


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office_in(tmp_path_factory.mktemp("office") / "template")


@settings(max_examples=RUNS, deadline=None, suppress_health_check=[*HealthCheck], phases=[Phase.generate, Phase.shrink])
@given(st.integers(0, 2**32), st.lists(st.sampled_from(World.ACTS), min_size=STEPS, max_size=STEPS))
def test_honest_people_raise_no_alarm_and_end_with_one_case(
    template: Office, tmp_path_factory: pytest.TempPathFactory, seed: int, acts: list[str]
) -> None:
    rng = random.Random(seed)
    world = World.begin(template, tmp_path_factory.mktemp("run") / "office")
    try:
        for act in acts:
            world.act(act, rng)
            check_step(world)
        world.settle()
        check_settled(world)
    finally:
        world.close()
