"""Runs as state machines: an act at each step, the invariants after it, and a settled state at the end."""

from __future__ import annotations

import gc
import random
import shutil
import tempfile
from pathlib import Path
from typing import ClassVar

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.runs.checks import check_cheated, check_settled, check_settled_after_lies, check_step
from tests.runs.lies import LyingWorld
from tests.runs.world import Template, World

STEPS = 60
HONEST_QUARTER = 26  # runs in each of the four files in `make test`: at least 100 in total, including the simplest ones
SEEDS = st.integers(0, 2**32)
_IN_MEMORY = Path("/dev/shm")


class Run(RuleBasedStateMachine):
    """The common part of both kinds of runs: a copy of one office, in a folder that is removed afterwards."""

    World: ClassVar[type[World]] = World
    template: ClassVar[Template | None] = None
    folder: ClassVar[Path | None] = None

    def __init__(self) -> None:
        """Start with a report that nobody has read."""
        super().__init__()
        kind = type(self)
        if kind.folder is None:
            kind.folder = Path(tempfile.mkdtemp(dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None))
            kind.template = Template.make(kind.folder / "template")
            gc.freeze()  # these objects stay: without this, collecting them again and again takes a tenth of the time
        self.run_folder = Path(tempfile.mkdtemp(dir=kind.folder))
        assert kind.template
        self.world = self.World.begin(kind.template, self.run_folder / "office")
        self.is_broken = False

    def do(self, act: str, seed: int) -> None:
        """Do an act."""
        self.is_broken = True
        self.world.act(act, random.Random(seed))
        self.check()
        self.is_broken = False

    def check(self) -> None:
        """Check the invariants after each step."""
        raise NotImplementedError

    def settle(self) -> None:
        """Let everybody read and post, and check the invariants of the end."""
        raise NotImplementedError

    def teardown(self) -> None:
        """Settle a run without failure, and remove its folder."""
        try:
            if not self.is_broken:
                self.settle()
        finally:
            self.world.close()
            shutil.rmtree(self.run_folder)

    @classmethod
    def clean_up(cls) -> None:
        """Remove the office from which the runs were copied."""
        if cls.folder is not None:
            shutil.rmtree(cls.folder)
            cls.folder = None
            gc.unfreeze()


class HonestRun(Run):
    """Honest people and an honest server, which may be restored from a backup."""

    @rule(act=st.sampled_from(World.ACTS), seed=SEEDS)
    def step(self, act: str, seed: int) -> None:
        """Do something."""
        self.do(act, seed)

    def check(self) -> None:
        """No alarm, and nothing of the case for a left-out person."""
        check_step(self.world)

    def settle(self) -> None:
        """Everybody has the same case."""
        self.world.settle()
        check_settled(self.world)


class LyingRun(Run):
    """Honest people and a server that withholds, forks, drops, lies about the day, and answers nonsense."""

    World: ClassVar[type[World]] = LyingWorld

    @rule(act=st.sampled_from(LyingWorld.ACTS), seed=SEEDS)
    def step(self, act: str, seed: int) -> None:
        """Do something, or let the server do it."""
        self.do(act, seed)

    def check(self) -> None:
        """No honest person is accused, nothing is destroyed early, and a left-out person has nothing of the case."""
        check_cheated(self.world)

    def settle(self) -> None:
        """Once the server is honest, its lies are repaired or reported."""
        assert isinstance(self.world, LyingWorld)
        self.world.tell_the_truth()
        self.world.settle()
        check_settled_after_lies(self.world)


def play(kind: type[Run], runs: int, seed: int) -> None:
    """Play runs of 60 steps, the first with the simplest acts; the same seed gives the same choices.

    A failure is printed as the steps that led to it.
    """
    try:
        run_state_machine_as_test(
            hypothesis.seed(seed)(kind),
            settings=settings(
                max_examples=runs,
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=[*HealthCheck],
                phases=[Phase.generate],
                database=None,
                report_multiple_bugs=False,
            ),
        )
    finally:
        kind.clean_up()
