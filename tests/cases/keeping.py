"""Cases from report to destruction, in the vaults of three readers who sync at different intervals (SPEC 12.7).

Each simulated vault reads the whole log at its syncs, stores a countdown between them, and destroys by it. The acts are
random: messages of the reporter, closings, terms, holds, purges, objections, reopenings.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from keys.cases.destruction import WAIT_DAYS, Countdown, SyncDays
from keys.wire.messages import (
    Approval,
    Closed,
    Hold,
    Objection,
    Purge,
    Question,
    Reopened,
    Retention,
)
from tests.cases.story import DAY, Story, person

LOOKS = {"A": 7, "B": 21, "C": 182}  # interval in days: weekly, every three weeks, twice a year
ACTIVE_DAYS = 365  # people act for this long; after that they only close open cases
MOST_DAYS = 6 * 365  # a case that still exists after this would be kept without end
CHANCES = {
    "say": 0.06,
    "ask": 0.06,
    "close": 0.12,
    "term": 0.06,
    "hold": 0.02,
    "purge": 0.03,
    "approve": 0.15,
    "object": 0.01,
    "reopen": 0.02,
}


@dataclass
class Keeper:
    """A simulated vault: its record of one case from sync to sync."""

    name: str
    first_look: int
    countdown: Countdown | None = None
    destroyed: int | None = None  # the day
    last_day: int | None = None  # the last day by which it was destroyed
    last_word: int | None = None  # the day of its last message at that time: any message can move the last day

    def looks_on(self, day: int) -> bool:
        return day >= self.first_look and (day - self.first_look) % LOOKS[self.name] == 0


@dataclass
class Delays:
    """The number of days after its last day on which each vault destroyed each case, by the interval of its syncs."""

    found: dict[str, Counter[int]] = field(default_factory=lambda: {name: Counter() for name in LOOKS})
    early: int = 0
    late: int = 0  # more than two syncs and the wait after the last day, and after the last message
    kept: int = 0

    def add(self, keepers: list[Keeper]) -> None:
        for keeper in keepers:
            if keeper.destroyed is None or keeper.last_day is None:
                self.kept += 1
                continue
            delay = keeper.destroyed - keeper.last_day
            assert keeper.last_word is not None
            settled = max(keeper.last_day, keeper.last_word)
            self.early += delay < 1
            self.late += keeper.destroyed - settled > 2 * LOOKS[keeper.name] + WAIT_DAYS
            self.found[keeper.name][delay] += 1

    def most(self, name: str) -> int:
        return max(self.found[name], default=0)

    def median(self, name: str) -> int:
        delays = sorted(self.found[name].elements())
        return delays[len(delays) // 2]


def keep(rng: random.Random) -> list[Keeper]:
    """Simulate one case to its end, and return each vault's record."""
    story = Story("ABC", day=DAY + rng.randrange(ACTIVE_DAYS))
    story.report("ABC", without="")
    first = story.day
    keepers = [Keeper(name, first + rng.randrange(interval)) for name, interval in LOOKS.items()]
    while story.day < first + MOST_DAYS:
        story.later()
        is_active = story.day < first + ACTIVE_DAYS
        holding = [keeper for keeper in keepers if keeper.destroyed is None]
        if not holding:
            break
        if is_active and rng.random() < CHANCES["say"]:
            story.answer("R")
        for keeper in holding:
            if keeper.looks_on(story.day):
                _look(story, keeper, rng, is_active=is_active)
    return keepers


def _look(story: Story, keeper: Keeper, rng: random.Random, *, is_active: bool) -> None:
    case = story.case()
    keeper.countdown = Countdown.at_sync(keeper.countdown, case, SyncDays(story.day, story.day))
    days = SyncDays(story.day, story.day)
    if keeper.countdown and keeper.countdown.is_due(days, None, has_own_words=False):
        keeper.destroyed, keeper.last_day = story.day, keeper.countdown.last_day
        keeper.last_word = case.messages[-1].placed.day
        return
    if is_active:
        _act(story, keeper.name, rng)
    elif not case.is_closed:
        story.post(keeper.name, Closed("Klaar."))


def _act(story: Story, name: str, rng: random.Random) -> None:
    case = story.case()
    wanted = {act for act, chance in CHANCES.items() if rng.random() < chance}
    if "ask" in wanted:
        story.post(name, Question("Wat nog?"))
    if "close" in wanted and not case.is_closed:
        story.post(name, Closed("Klaar."))
        story.post(name, Retention(rng.choice([2, 6, 12, 24])))
    if "term" in wanted:
        story.post(name, Retention(rng.choice([1, 2, 3, 18, 24, 60])))
    if "hold" in wanted:
        story.post(name, Hold("Er loopt een zaak.", story.day + rng.randrange(400)))
    if "purge" in wanted:
        story.post(name, Purge("Niets te bewaren."))
    asked = [one for one in case.messages if isinstance(one.body, Purge | Retention | Hold | Reopened)]
    if asked and "approve" in wanted and asked[-1].person != person(name):
        story.post(name, Approval(asked[-1].id))
    if asked and "object" in wanted and isinstance(asked[-1].body, Purge):
        story.post(name, Objection(asked[-1].id))
    if "reopen" in wanted and case.is_closed:
        story.post(name, Reopened("Toch nog iets."))


def simulate(cases: int, seed: int) -> Delays:
    """Simulate this many cases, and return all of their delays."""
    rng, delays = random.Random(seed), Delays()
    for _ in range(cases):
        delays.add(keep(rng))
    return delays
