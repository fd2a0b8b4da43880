"""The last day of a closed case, by its closing and the terms in effect (SPEC 12.7)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keys.cases.last_day import LastDay
from keys.cases.terms import months_after
from keys.policy import date_of
from keys.wire.ids import IdentityKey
from keys.wire.messages import (
    Approval,
    Body,
    Closed,
    Hold,
    Outcome,
    Purge,
    Reopened,
    Retention,
)
from keys.wire.messages.fields import MAX_DAY
from tests.cases.story import DAY, TERMS, Policy, Story


@pytest.fixture
def story() -> Story:
    story = Story("ABMXN")
    story.report("ABM", without="X")
    return story


@pytest.fixture
def closed(story: Story) -> Story:
    """The same case, closed on the day of the report."""
    story.post("A", Closed("Tekst."))
    return story


def last(story: Story) -> int | None:
    made = story.case().last_day
    return made and made.day


def in_months(months: int) -> int:
    return months_after(DAY, months)


def two(story: Story, body: Body, by: str = "A", and_by: str = "B") -> None:
    """Let one person write, and another one approve the next day."""
    wanted = story.post(by, body)
    story.later()
    story.post(and_by, Approval(wanted.id))


# Months.


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2023-10-04", 24, "2025-10-04"),
        ("2024-08-31", 6, "2025-02-28"),
    ],
)
def test_a_month_ends_on_the_same_day_or_the_months_last(day: str, months: int, expected: str) -> None:
    """Choices of model.md."""
    start = next(number for number in range(19_000, 21_000) if str(date_of(number)) == day)
    assert str(date_of(months_after(start, months))) == expected


@pytest.mark.parametrize("day", [MAX_DAY, MAX_DAY - 40, 2**32 - 1])
def test_no_entrys_day_makes_a_day_that_no_calendar_shows(day: int) -> None:
    """M8: one record made a case unreadable for everybody. The server chooses the day of an entry."""
    assert months_after(day, 12) == MAX_DAY


def test_a_case_with_a_day_far_away_is_still_a_case(closed: Story) -> None:
    closed.log[-1] = replace(closed.log[-1], day=2**32 - 1)
    assert last(closed) == MAX_DAY


# Closing and retention.


def test_an_open_case_has_no_last_day(story: Story) -> None:
    """K6: counted from the first `closed`, M destroyed a case that others had reopened."""
    story.post("M", Closed("Tekst."))
    story.post("A", Reopened("Waarom."))
    story.later(3000)
    assert last(story) is None


def test_a_closed_case_is_kept_for_the_policys_months(closed: Story) -> None:
    assert closed.case().last_day == LastDay(in_months(12), (closed.log[-1].id,))


def test_the_policy_is_that_of_the_roster_in_force_on_the_day_of_closing(closed: Story) -> None:
    closed.publish("ABMXN")
    closed.rosters[-1] = replace(closed.rosters[-1], policy=Policy(replace(TERMS, months=6)))
    closed.later(10)
    assert last(closed) == in_months(12)


def test_one_person_prolongs_and_nobody_alone_shortens(closed: Story) -> None:
    """K3: a shorter term needs an approval."""
    closed.post("M", Retention(2))
    assert last(closed) == in_months(12)
    closed.post("A", Retention(24))
    assert last(closed) == in_months(24)
    closed.post("M", Retention(3))
    assert last(closed) == in_months(24)


def test_a_longer_term_from_before_the_closing_counts(story: Story) -> None:
    """K3: A's 24 months were "before the closing" after M closed again."""
    story.post("A", Retention(24))
    story.post("A", Closed("Tekst."))
    story.post("M", Closed("Tekst."))
    assert last(story) == in_months(24)


@pytest.mark.parametrize(("months", "expected"), [(1, 2), (2, 2), (24, 24), (120, 24)])
def test_terms_out_of_bounds_move_to_the_bound(closed: Story, months: int, expected: int) -> None:
    two(closed, Retention(months))
    assert last(closed) == in_months(expected)


def test_two_people_shorten(closed: Story) -> None:
    closed.post("M", Retention(24))
    two(closed, Retention(2))
    assert last(closed) == in_months(2)
    made = closed.case().last_day
    assert made
    assert made.made_by == (closed.log[1].id, closed.log[3].id, closed.log[4].id)


def test_an_approved_term_does_not_outlive_its_closing(closed: Story) -> None:
    """K15: two people agree on 2 months, R writes, the case grows, and is closed again."""
    two(closed, Retention(2))
    closed.answer("R")
    closed.later()
    again = closed.post("A", Closed("Tekst."))
    assert last(closed) == months_after(again.day, 12)


def test_a_term_agreed_on_before_the_closing_shortens_nothing(story: Story) -> None:
    """K15: only a term that names the closing can shorten."""
    two(story, Retention(2))
    closed = story.post("A", Closed("Tekst."))
    assert last(story) == months_after(closed.day, 12)


def test_a_term_of_the_day_of_closing_that_does_not_name_it_shortens_nothing(story: Story) -> None:
    """K15: by the past, not by the place."""
    closed = story.post("M", Closed("Tekst."))
    wanted = story.post("A", Retention(2), unaware=[closed])
    story.post("B", Approval(wanted.id))
    assert last(story) == in_months(12)


def test_a_longer_term_that_crosses_an_approved_shorter_one_is_not_wiped(closed: Story) -> None:
    """K24: B's 24 months cross an approved 2; the server's order removed them."""
    shorter = closed.write("A", Retention(2))
    longer = closed.write("B", Retention(24))
    for order in ((shorter, longer), (longer, shorter)):
        log = list(closed.log)
        for message in order:
            closed.put(message)
        closed.post("M", Approval(shorter.id))
        assert last(closed) == in_months(24)
        closed.log = log


def test_the_approval_knows_more_and_still_does_away_only_with_what_the_term_knew(closed: Story) -> None:
    """K24: M approves after B's 24 months; A, who wrote the 2, had not read them."""
    shorter = closed.post("A", Retention(2))
    closed.post("B", Retention(24), unaware=[shorter])
    closed.post("M", Approval(shorter.id))
    assert last(closed) == in_months(24)


def test_a_longer_term_after_an_approved_shorter_one_counts(closed: Story) -> None:
    two(closed, Retention(2))
    closed.post("M", Retention(18))
    assert last(closed) == in_months(18)


def test_where_one_person_reads_that_person_shortens() -> None:
    story = Story("AX")
    story.report("A", without="X")
    story.post("A", Closed("Tekst."))
    story.post("A", Retention(2))
    assert last(story) == in_months(2)
    story.post("A", Retention(24))
    assert last(story) == in_months(24)


def test_a_term_that_one_reader_lacks_leaves_that_vault_with_the_others(closed: Story) -> None:
    """K11: M's `retention` is sealed to A alone: each vault decides by what it has, without an alarm on B."""
    hidden = closed.post("M", Retention(24), to="AM")
    closed.answer("B", unaware=[hidden])
    lacking = closed.case(lacks=[hidden])
    assert not lacking.alarms
    assert lacking.last_day
    assert lacking.last_day.day == in_months(12)
    assert last(closed) == in_months(24)


# What does not count makes no last day.


@pytest.mark.parametrize("body", [Retention(24), Hold("Waarom.", DAY + 500), Reopened("Waarom."), Closed("Tekst.")])
def test_nobody_who_is_no_reader_changes_the_last_day(closed: Story, body: Body) -> None:
    """H1 (c), H1 (d), D10: with or without the server's help; only readers can end a case."""
    for author in ("X", "N"):
        closed.post(author, body, to="ABM")
    closed.post("A", body, identity=IdentityKey(b"?" * 32), to="ABM")
    assert last(closed) == in_months(12)


def test_no_word_of_one_recipient_makes_a_last_day_earlier(closed: Story) -> None:
    """Property 9, H1: every kind that could, written twice by M alone."""
    before = last(closed)
    assert before
    for _ in range(2):
        wanted = closed.post("M", Purge("Waarom."))
        closed.post("M", Approval(wanted.id))
        term = closed.post("M", Retention(2))
        closed.post("M", Approval(term.id))
        closed.post("M", Closed("Tekst."))
        closed.post("M", Outcome("unfounded"))
        closed.later()
    now = last(closed)
    assert now
    assert now >= before
