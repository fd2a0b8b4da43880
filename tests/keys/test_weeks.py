"""Weeks: every day belongs to one Monday, and envelopes of a week are accepted for as long as its keys exist."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import MalformedError
from keys.policy import date_of
from keys.roster.weeks import (
    LAST_RESORT_DAYS,
    agree,
    is_destroyable,
    is_taken,
    last_day,
    monday,
    sealed_in,
    until_of,
)

DAYS = st.integers(4, 2_932_896)  # from the first Monday to the year 9999
SUNDAY = 6
FIRST_SUNDAY = 3  # 1970-01-04


@given(DAYS)
def test_a_week_begins_on_the_monday_on_or_before_a_day(day: int) -> None:
    assert monday(day) <= day < monday(day) + 7
    assert date_of(monday(day)).weekday() == dt.date(1970, 1, 5).weekday() == 0


@given(DAYS)
def test_every_day_of_a_week_has_one_until_which_is_a_sunday(day: int) -> None:
    """audit L2: an end that followed from the bundles that a sender received was a tag."""
    assert until_of(day) == until_of(monday(day)) == monday(day) + 27
    assert until_of(day) % 7 == FIRST_SUNDAY  # which no calendar shows for the last weeks of the year 9999
    assert date_of(FIRST_SUNDAY).weekday() == SUNDAY
    assert sealed_in(until_of(day)) == monday(day)


@given(DAYS, st.integers(-2, 2))
def test_what_is_sealed_today_is_taken_by_a_clock_two_days_off_and_until_its_last_day(day: int, off: int) -> None:
    assert is_taken(until_of(day), day + off)
    assert is_taken(until_of(day), until_of(day))
    assert not is_taken(until_of(day), until_of(day) + 1)


@given(DAYS)
def test_an_until_that_no_clock_gives_is_not_taken(day: int) -> None:
    assert not is_taken(until_of(day) + 7, monday(day))
    for other in range(1, 7):
        with pytest.raises(MalformedError):
            is_taken(until_of(day) + other, day)


@given(DAYS, st.integers(0, 60))
def test_a_key_is_destroyed_only_when_no_envelope_for_it_is_taken(day: int, later: int) -> None:
    """A weekly key is sealed to from Monday to Sunday; its last envelope is accepted for 27 days from its Monday."""
    today = day + later
    end = last_day(monday(day), last=False)
    if is_destroyable(end, (today, today)):
        assert not is_taken(until_of(end), today)
    else:
        assert today <= until_of(end)


@given(DAYS, st.integers(0, 500))
def test_one_clock_alone_destroys_no_key(end: int, far: int) -> None:
    """A single false day from the server once destroyed the keys of acknowledged reports."""
    on_time = monday(end) + 28
    assert not is_destroyable(end, (on_time + far, on_time - 1))
    assert not is_destroyable(end, (on_time - 1, on_time + far))
    assert is_destroyable(end, (on_time + far, on_time))


def test_a_last_resort_bundle_lasts_56_weeks_and_ends_on_a_sunday() -> None:
    assert last_day(monday(20_000), last=True) == monday(20_000) + LAST_RESORT_DAYS
    assert LAST_RESORT_DAYS == 56 * 7 - 1
    for off in range(1, 7):
        with pytest.raises(MalformedError):
            last_day(monday(20_000) + off, last=True)


@pytest.mark.parametrize(("served", "right"), [(97, False), (98, True), (100, True), (102, True), (103, False)])
def test_two_clocks_agree_that_are_at_most_two_days_apart(served: int, right: bool) -> None:
    assert agree(served, 100) is right
