"""The published numbers: none of them reveals a person, however often they are requested (SPEC 12.8)."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import replace
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.cases.overview import LEAST_CASES, STEP, overview, rounded
from keys.cases.register import Line
from keys.cases.states import LOCKED
from keys.cases.summary import Summary, summarise
from keys.errors import RunningYearError
from keys.policy import day_number
from tests.cases.story import Story, person
from tests.policies import SMALL

YEAR = 2026
DRAW = b"d" * 32
RECEIVED = day_number(dt.date(YEAR, 3, 2))
TODAY = day_number(dt.date(YEAR + 1, 1, 1))
LINE = Line(received=RECEIVED, topic="anders", way="online", day=RECEIVED)


def summary(**changes: object) -> Summary:
    story = Story(day=RECEIVED)
    story.report()
    return replace(summarise(story.case(), person("A")), **changes)  # type: ignore[arg-type]


def test_a_year_is_published_once_it_has_ended() -> None:
    """M10: the difference of two overviews of one year reveals the cases in between."""
    with pytest.raises(RunningYearError):
        overview(YEAR, [], [], SMALL, TODAY - 1, DRAW)


def test_of_a_year_with_few_cases_only_that_is_published() -> None:
    """M10: with `anders: 6` published, somebody who counted 5 knew of the one case that they could not see."""
    few = overview(YEAR, [], [LINE] * (LEAST_CASES - 1), SMALL, TODAY, DRAW)
    assert (few.counts, few.others, few.total) == (None, 0, 0)
    assert overview(YEAR, [], [LINE] * LEAST_CASES, SMALL, TODAY, DRAW).counts is not None


def test_it_counts_what_its_maker_reads_and_what_was_destroyed_of_that_year() -> None:
    other_year = replace(LINE, received=TODAY)
    old_topic = replace(LINE, topic="een-oud-onderwerp")
    cases = [summary()] * 20
    found = overview(YEAR, cases, [LINE] * 20 + [other_year] * 50 + [old_topic] * 30, SMALL, TODAY, DRAW)
    assert found.counts == {"anders": 40, "fraude": 0}
    assert (found.others, found.total) == (30, 70)
    assert overview(YEAR, [summary(state=LOCKED)] * 20, [], SMALL, TODAY, DRAW).counts is None


def test_an_exercise_is_in_no_published_number() -> None:
    drills = [replace(LINE, is_exercise=True)] * 50
    assert overview(YEAR, [], drills, SMALL, TODAY, DRAW).counts is None
    assert overview(YEAR, [], [*drills, *[LINE] * 20], SMALL, TODAY, DRAW).total == 20


@given(count=st.integers(0, 500), draw=st.binary(min_size=32, max_size=32), year=st.integers(2000, 2100))
def test_a_number_is_a_multiple_of_five_next_to_the_count(count: int, draw: bytes, year: int) -> None:
    """M10: the published count minus the own count was the number of cases from which somebody was left out."""
    shown = rounded(count, draw, year, "anders")
    assert shown % STEP == 0
    assert abs(shown - count) < STEP


@given(count=st.integers(0, 500), draw=st.binary(min_size=32, max_size=32))
def test_asking_again_tells_nothing(count: int, draw: bytes) -> None:
    """M10: neither does any number of published overviews."""
    assert rounded(count, draw, YEAR, "anders") == rounded(count, draw, YEAR, "anders")


def test_on_average_a_number_is_the_count() -> None:
    for count in (20, 21, 22, 23, 24):
        shown = [rounded(count, secrets.token_bytes(32), YEAR, "anders") for _ in range(4000)]
        assert abs(mean(shown) - count) < 0.3
