"""Honest people and an honest server never cause an alarm, and all have the same case at the end (property 12)."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cases.simulation import Simulation

ACTIONS = [
    "read",
    "write",
    "write",
    "write",
    "post",
    "post",
    "share",
    "look",
    "say",
    "send",
    "send",
    "day",
    "board",
    "lose",
]
STEPS = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 2**16)), max_size=60)


@pytest.mark.slow
@settings(max_examples=100)
@given(STEPS, st.sampled_from([("ABC", "X"), ("AB", "CX"), ("A", "X"), ("ABC", "")]))
def test_honest_people_cause_no_alarm_and_end_with_one_case(
    steps: list[tuple[str, int]], start: tuple[str, str]
) -> None:
    simulation = Simulation(*start)
    for action, seed in steps:
        simulation.actions[action](random.Random(seed))
    simulation.check_settled()
