"""Model and code were written independently from one design: they must agree on each random run."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from keys.cases.destruction import Countdown, SyncDays
from keys.cases.last_day import LastDay
from keys.cases.place import Place, Way
from keys.cases.placing import FirstEntry, IndexedEntry, Word, take
from tests.model.by_code import by_code, composed_by_code, head_of, message_id
from tests.model.by_model import by_model, composed_by_model, run_of
from tests.model.runs import THREAD, Run, next_word, run
from tests.model.search import module_with, wander, worlds
from tests.model.switches import SCENARIOS

if TYPE_CHECKING:
    import maude  # type: ignore[import-untyped]

    from keys.cases.case import Case


@pytest.mark.parametrize("most", [5, 9, 14])
def test_model_and_code_make_the_same_of_a_random_run(most: int) -> None:
    for seed in range(40):
        drawn = run(Random(f"{most} {seed}"), most)
        assert by_model(drawn) == by_code(drawn), f"seed {most} {seed}"


def test_model_and_code_make_the_same_of_the_thread_alone() -> None:
    for seed in range(40):
        drawn = _on_the_page(run(Random(seed)))
        assert by_model(drawn) == by_code(drawn), f"seed {seed}"


# In the model a message still waits for those it names; in the code those move forward (SPEC 12.1 step 3).
WAITS = {"ahead"}


@pytest.mark.parametrize(
    "name", [name for name, scenario in SCENARIOS.items() if scenario.module == "WORLDS" and name not in WAITS]
)
def test_model_and_code_make_the_same_of_the_worlds_that_a_search_meets(name: str) -> None:
    met = {run_of(world) for world in islice(worlds(module_with("WORLDS"), f"{name}-world", 120), 0, 120, 12)}
    runs = [one for one in met if one is not None]
    assert runs
    for one in runs:
        assert by_model(one) == by_code(one), one


def test_an_honest_tool_names_the_same_messages_and_people_in_model_and_code() -> None:
    for seed in range(50):
        random = Random(f"next {seed}")
        drawn = run(random)
        said = next_word(random, drawn)
        assert composed_by_model(drawn, said) == composed_by_code(drawn, said), f"seed {seed}"


def test_model_and_code_make_the_same_of_where_a_long_walk_ends() -> None:
    _, last = wander(module_with("WORLDS"), "everybody-world", "long")
    one = run_of(last)
    assert one is not None
    assert len(one.log) > 10
    assert by_model(one) == by_code(one)


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


@pytest.mark.parametrize("is_indexed", [True, False])
@pytest.mark.parametrize("is_same", [True, False])
@pytest.mark.parametrize("has_report", [True, False])
@pytest.mark.parametrize("first", [1, 3])
@pytest.mark.parametrize("position", [None, 1, 2, 3, 4])
def test_model_and_code_take_the_same_of_a_share(
    is_indexed: bool, is_same: bool, has_report: bool, first: int, position: int | None
) -> None:
    said = run(Random("share")).log[0]
    entry = IndexedEntry(Place(5), said.day, b"content" if is_same else b"another")
    taken = take(
        message_id(1),
        head_of(said),
        Way.SHARE,
        content=b"content",
        entry=entry if is_indexed else None,
        words=[Word(9, 1, position, said.day)],
        until=said.day + 20,
        first=None if has_report else FirstEntry(first, said.day),
    )
    given = ", ".join(str(one).lower() for one in (has_report, is_indexed, is_same))
    words = f"taken({position or 0}, {first}, {given})"
    assert (taken is not None) == (_value(module_with("SHARING", functional=True), words) == "true")


def test_model_and_code_count_down_to_the_same_day() -> None:
    """Complete syncs on random days, with a last day that is set, cleared, and moved in both directions."""
    module, destroyed = module_with("DESTROYING", functional=True), 0
    for seed in range(40):
        random = Random(f"days {seed}")
        remembered: Countdown | None = None
        last, since, day, longer = "none", 0, 100, random.random() < 0.3
        for _ in range(8):
            day += random.choice((1, 3, 7, 21))
            days = SyncDays(server=day, own=day + random.choice((-1, 0, 0, 1)))
            due = random.choice((None, 90, 103, 120, 160))
            waits = random.random() < 0.2
            case = _case_with(due, is_incomplete=longer)
            remembered = Countdown.at_sync(remembered, case, days)
            by_code = remembered is not None and remembered.is_due(days, None, has_own_words=waits)
            now = "none" if due is None else f"last({due})"
            later = max(days.server, days.own)
            since = int(_value(module, f"waitingSince({last}, {since}, {now}, {later})"))
            last = now
            clocks = f"{days.server}, {days.own}, {str(longer).lower()}, {str(waits).lower()}"
            assert (_value(module, f"destroys({now}, {since}, {clocks})") == "true") == by_code, f"seed {seed}"
            destroyed += by_code
    assert destroyed > 10


def _value(module: maude.Module, words: str) -> str:
    term = module.parseTerm(words)
    term.reduce()
    return str(term)


def _case_with(due: int | None, *, is_incomplete: bool) -> Case:
    """Return the part of a case that a countdown reads."""
    last_day = None if due is None else LastDay(due, ())
    missing = ("something",) if is_incomplete else ()
    return cast("Case", SimpleNamespace(id=b"case", last_day=last_day, missing=missing, messages=()))
