"""Runs as state machines: somebody acts at each step, what must hold after it, and everybody settled in the end."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.runs.checks import check_cheated, check_settled, check_settled_after_lies, check_step
from tests.runs.lies import LyingWorld
from tests.runs.servers import office_in
from tests.runs.world import PEOPLE, World

STEPS = 60
SEEDS = st.integers(0, 2**32)
_IN_MEMORY = Path("/dev/shm")


class Run(RuleBasedStateMachine):
    """What both kinds of runs share: a copy of one office, in a folder that goes with it."""

    World: ClassVar[type[World]] = World
    template: ClassVar[object] = None
    folder: ClassVar[Path | None] = None

    def __init__(self) -> None:
        """Begin with a report that nobody has read."""
        super().__init__()
        kind = type(self)
        if kind.folder is None:
            kind.folder = Path(tempfile.mkdtemp(dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None))
            kind.template = office_in(kind.folder / "template", PEOPLE)
        self.run_folder = Path(tempfile.mkdtemp(dir=kind.folder))
        self.world = self.World.begin(kind.template, self.run_folder / "office")  # type: ignore[arg-type]
        self.is_broken = False

    def do(self, act: str, seed: int) -> None:
        """Do an act."""
        self.is_broken = True
        self.world.act(act, random.Random(seed))
        self.check()
        self.is_broken = False

    def check(self) -> None:
        """Check what holds after each step."""
        raise NotImplementedError

    def settle(self) -> None:
        """Let everybody read and post, and check what holds then."""
        raise NotImplementedError

    def teardown(self) -> None:
        """Settle a run in which nothing was wrong, and leave nothing behind."""
        try:
            if not self.is_broken:
                self.settle()
        finally:
            self.world.close()
            shutil.rmtree(self.run_folder)

    @classmethod
    def clean_up(cls) -> None:
        """Remove the office that the runs were copied from."""
        if cls.folder is not None:
            shutil.rmtree(cls.folder)
            cls.folder = None


class HonestRun(Run):
    """Honest people and an honest server, which may be restored from a backup."""

    @rule(act=st.sampled_from(World.ACTS), seed=SEEDS)
    def step(self, act: str, seed: int) -> None:
        """Do something."""
        self.do(act, seed)

    def check(self) -> None:
        """No alarm, and no trace for who is left out."""
        check_step(self.world)

    def settle(self) -> None:
        """One case for all."""
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
        """Nobody honest is accused, nothing is destroyed early, and no trace for who is left out."""
        check_cheated(self.world)

    def settle(self) -> None:
        """The server is honest from now on: what it did is mended, or it shows."""
        assert isinstance(self.world, LyingWorld)
        self.world.tell_the_truth()
        self.world.settle()
        check_settled_after_lies(self.world)


def play(kind: type[Run], runs: int, *, is_fixed: bool = False) -> None:
    """Play runs of 60 steps, the same choices each time if `is_fixed`; what fails is printed as the steps to it."""
    run_state_machine_as_test(
        kind,
        settings=settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=[*HealthCheck],
            phases=[Phase.generate],
            database=None,
            derandomize=is_fixed,
        ),
    )
