"""How often pages warn about freshness, over a year of a small office."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keys.roster import Bundle, Freshness, Root, RosterHistory
from keys.roster.weeks import AHEAD, WEEK, last_day, monday
from keys.wire.signed import LABEL_ROSTER
from tests.vectors.generator.people import BESTUUR_1, BESTUUR_2, SECRETARIS, TODAY, Person
from tests.vectors.generator.rosters import CURRENT, bundle
from tests.vectors.generator.trust import FIRST, FIRST_ID

HISTORY = RosterHistory.verify([CURRENT], Root.verify_chain([FIRST], FIRST_ID))
DOCUMENTS = {FIRST_ID, CURRENT.id(LABEL_ROSTER)}
YEAR = 300  # days in which the roster is valid


def shown(looks: dict[Person, list[int]], day: int) -> list[Bundle]:
    """Return a server's bundles on a day, given the days on which these people looked."""
    found = []
    for person, days in looks.items():
        before = [look for look in days if look <= day]
        if not before:
            continue
        week = monday(before[-1])
        if monday(day) <= week + AHEAD:
            found.append(bundle(person, start=monday(day), week=week))
        start = monday(before[0])
        last = bundle(person, last=True)
        found.append(replace(last, start=start, end=last_day(start, last=True), week=week))
    return found


def is_stale(grade: Freshness) -> bool:
    """Return whether nobody has looked: a page then stops before its form."""
    return not grade.looked


def is_thin(grade: Freshness) -> bool:
    """Return whether fewer have looked than should, but somebody has: a page says so."""
    return 0 < len(grade.looked) < grade.wanted


def year(looks: dict[Person, list[int]]) -> tuple[int, int]:
    """Return the number of days on which pages stop, and on which they say that only one person has looked."""
    first = min(days[0] for days in looks.values())
    grades = [Freshness.of(HISTORY, shown(looks, day), day, DOCUMENTS) for day in range(first, first + YEAR)]
    return sum(map(is_stale, grades)), sum(map(is_thin, grades))


def test_where_one_looks_each_week_and_two_twice_a_year_pages_never_stop() -> None:
    """L10: stopping on each day with fewer than two would be three days of four, and nobody heeds such a warning."""
    weekly = [TODAY + at for at in range(0, YEAR, WEEK)]
    rarely = [[TODAY, TODAY + 180], [TODAY + 3, TODAY + 200]]
    stops, lines = year({SECRETARIS: weekly, BESTUUR_1: rarely[0], BESTUUR_2: rarely[1]})
    assert stops == 0
    assert YEAR / 2 < lines < YEAR


def test_where_nobody_looks_pages_stop_after_four_weeks_at_most() -> None:
    for start in range(WEEK):
        looks = {SECRETARIS: [TODAY + start], BESTUUR_1: [TODAY + start]}
        stale = [
            day
            for day in range(TODAY + start, TODAY + 40)
            if is_stale(Freshness.of(HISTORY, shown(looks, day), day, DOCUMENTS))
        ]
        assert stale[0] == monday(TODAY + start) + 28


@pytest.mark.parametrize("others", [0, 1])
def test_one_who_looks_is_enough_only_where_the_roster_has_one(others: int) -> None:
    roster = replace(HISTORY.newest, recipients=HISTORY.newest.recipients[: 1 + others])
    people = RosterHistory((roster,))
    seen = Freshness.of(people, shown({SECRETARIS: [TODAY]}, TODAY), TODAY, DOCUMENTS)
    assert (is_stale(seen), is_thin(seen)) == (False, others > 0)
