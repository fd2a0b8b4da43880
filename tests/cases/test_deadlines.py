"""The deadlines of a case, at their boundaries (SPEC 12.8)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from keys.cases.deadlines import (
    ACKNOWLEDGEMENT,
    ANSWER,
    BOARD,
    CHECK,
    DETRIMENT,
    FEEDBACK,
    LATER,
    OVERDUE,
    SOON,
    Deadlines,
    board_to_be_informed,
    deadlines,
    is_late,
)
from keys.cases.filters import FILTERS, SORTS, stands_in
from keys.cases.summary import Summary, summarise
from keys.cases.terms import months_after
from keys.policy import Policy, day_number
from keys.wire.messages import (
    Acknowledgement,
    Category,
    Closed,
    Feedback,
    Form,
    Informed,
    Opened,
    Reopened,
    Retention,
    SteppedBack,
)
from keys.wire.sizes import MAX_DAY
from keys.wording.words import day_in_words
from tests.cases.story import Story, people, person
from tests.policies import SMALL, shipped

CHECKED = Form(DETRIMENT, {"gezien": "Gevraagd, en niets gezien."})


def number(day: str) -> int:
    return day_number(dt.date.fromisoformat(day))


def reported(day: str = "2026-03-02") -> Story:
    story = Story(day=number(day))
    story.report()
    story.post("A", Opened())
    return story


def test_a_report_of_the_last_day_of_all_spoils_no_list() -> None:
    """A server can name any day up to MAX_DAY."""
    for day in range(MAX_DAY - 10, MAX_DAY + 1):
        story = Story(day=day)
        story.report()
        for due in deadlines(summary(story), SMALL, day).due:
            assert due.day is None or day_in_words(due.day).endswith("9999")


def summary(story: Story) -> Summary:
    return summarise(story.case(), person("A"))


def found(story: Story, policy: Policy = SMALL) -> Deadlines:
    return deadlines(summary(story), policy, story.day)


def due(story: Story, policy: Policy = SMALL) -> dict[str, tuple[str, str]]:
    """Return the deadlines: the day, and how near it is."""
    epoch = dt.date(1970, 1, 1)
    return {
        one.what: ("" if one.day is None else (epoch + dt.timedelta(one.day)).isoformat(), one.nearness)
        for one in found(story, policy).due
    }


@pytest.mark.parametrize(
    ("received", "answer", "acknowledgement", "feedback"),
    [
        ("2026-03-02", "2026-03-05", "2026-03-09", "2026-06-09"),  # a Monday
        ("2026-03-27", "2026-04-01", "2026-04-03", "2026-07-03"),  # a Friday before daylight saving time begins
        ("2026-12-24", "2026-12-30", "2026-12-31", "2027-03-31"),  # the 25th is a holiday of the policy
        ("2026-11-23", "2026-11-26", "2026-11-30", "2027-02-28"),  # into February
        ("2026-10-23", "2026-10-28", "2026-10-30", "2027-01-30"),  # a Friday before daylight saving time ends
    ],
)
def test_the_terms_count_from_the_day_of_receipt(
    received: str, answer: str, acknowledgement: str, feedback: str
) -> None:
    days = {what: day for what, (day, _) in due(reported(received)).items()}
    assert days == {ANSWER: answer, ACKNOWLEDGEMENT: acknowledgement, FEEDBACK: feedback}


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2027-11-29", 3, "2028-02-29"),  # a leap year
        ("2027-11-30", 3, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-01-31", 3, "2026-04-30"),
    ],
)
def test_a_month_without_that_day_ends_on_its_last_one(day: str, months: int, later: str) -> None:
    assert months_after(number(day), months) == number(later)


def test_each_term_is_later_then_soon_then_overdue() -> None:
    story = reported()  # on Monday, 2 March
    seen = []
    for day in range(2, 12):
        story.day = number(f"2026-03-{day:02}")
        near = due(story)
        seen.append((near[ANSWER][1], near[ACKNOWLEDGEMENT][1]))
    assert [answer for answer, _ in seen] == [LATER] * 3 + [SOON] + [OVERDUE] * 6
    assert [acknowledgement for _, acknowledgement in seen] == [LATER] * 3 + [SOON] * 5 + [OVERDUE] * 2
    assert found(story).is_overdue
    assert [one.what for one in found(story).due] == [ANSWER, ACKNOWLEDGEMENT, FEEDBACK]


def test_feedback_counts_from_the_acknowledgement_and_alerts_after_six_weeks() -> None:
    story = reported()
    story.day = number("2026-03-06")
    story.post("A", Acknowledgement("Ontvangen."))
    assert due(story) == {FEEDBACK: ("2026-06-06", LATER)}
    for day, nearness in (
        ("2026-04-16", LATER),
        ("2026-04-17", SOON),  # six weeks
        ("2026-06-06", SOON),
        ("2026-06-07", OVERDUE),
    ):
        story.day = number(day)
        assert due(story) == {FEEDBACK: ("2026-06-06", nearness)}
    story.post("A", Feedback("Er is gesproken, want het klopte."))
    assert due(story) == {}
    assert found(story).next_day is None


def test_the_word_of_somebody_who_does_not_read_meets_no_deadline() -> None:
    story = reported()
    story.post("X", Acknowledgement("Ontvangen."), to="A")
    assert ACKNOWLEDGEMENT in due(story)


def test_other_terms_of_the_policy_give_other_days() -> None:
    terms = replace(
        SMALL.terms,
        answer_days=1,
        acknowledgement_days=10,
        acknowledgement_alerts=(),
        feedback_months=1,
        feedback_alert_weeks=52,
        feedback_alerts=(2,),
    )
    policy = replace(SMALL, terms=terms)
    story = reported()
    assert due(story, policy) == {
        ANSWER: ("2026-03-03", LATER),
        ACKNOWLEDGEMENT: ("2026-03-12", LATER),
        FEEDBACK: ("2026-04-12", LATER),
    }
    story.day = number("2026-03-12")
    assert due(story, policy)[ACKNOWLEDGEMENT][1] == SOON
    story.day = number("2026-04-10")
    assert due(story, policy)[FEEDBACK][1] == SOON


def test_it_is_asked_whether_the_reporter_is_harmed_at_each_moment_until_the_last_day() -> None:
    """At intake, decision and closing, and 3 and 6 months later; each within the days of an acknowledgement."""
    policy = replace(SMALL, forms=shipped("nl", "en").forms)
    story = reported()
    assert due(story, policy)[CHECK] == ("2026-03-09", SOON)
    story.day = number("2026-03-10")
    assert due(story, policy)[CHECK] == ("2026-03-09", OVERDUE)
    story.post("A", CHECKED)
    assert CHECK not in due(story, policy)
    story.day = number("2026-04-01")
    story.post("A", Feedback("Er is gesproken, want het klopte."))
    assert due(story, policy)[CHECK] == ("2026-04-08", SOON)
    story.post("A", CHECKED)
    story.day = number("2026-04-02")
    story.post("A", Closed("Afgerond."))
    assert due(story, policy)[CHECK] == ("2026-04-09", SOON)
    story.post("A", CHECKED)
    assert due(story, policy)[CHECK] == ("2026-07-09", LATER)
    story.day = number("2026-07-02")
    assert due(story, policy)[CHECK] == ("2026-07-09", SOON)
    story.post("A", CHECKED)
    assert due(story, policy)[CHECK] == ("2026-10-09", LATER)
    story.day = number("2026-10-05")
    story.post("A", CHECKED)
    assert CHECK not in due(story, policy)


def test_nobody_is_asked_after_the_last_day_whether_the_reporter_is_harmed() -> None:
    policy = replace(SMALL, forms=shipped("nl", "en").forms)
    story = Story("A", day=number("2026-03-02"))
    story.report("A", "")
    story.post("A", Opened())
    story.post("A", Closed("Afgerond."))
    story.post("A", Retention(2))
    story.post("A", CHECKED)
    assert summary(story).last_day == number("2026-05-02")
    assert due(story, policy) == {}


def test_a_closed_case_has_no_terms_and_one_that_goes_on_has_them_again() -> None:
    story = reported()
    story.post("A", Closed("Afgerond."))
    assert due(story) == {}
    story.post("A", Reopened("Er is meer."))
    assert set(due(story)) == {ACKNOWLEDGEMENT}


def test_a_category_can_make_it_due_that_the_board_is_told() -> None:
    story = reported()
    assert not board_to_be_informed(summary(story), SMALL)
    story.post("A", Category("fraude"))
    assert summary(story).topic == "fraude"
    assert due(story)[BOARD] == ("", SOON)
    assert board_to_be_informed(summary(story), SMALL)
    story.post("A", Informed(people("B"), story.day, "Gebeld.", "Secretaris", "De aard."))
    assert BOARD not in due(story)


def test_nothing_is_due_in_a_case_that_its_owner_does_not_read() -> None:
    story = reported()
    story.post("A", SteppedBack())
    assert found(story).due == ()


def test_without_an_acknowledgement_a_report_is_late_from_the_day_of_the_policy_on() -> None:
    happened = summary(reported()).happened
    days = SMALL.terms.late_days
    assert [is_late(SMALL, happened, happened.received + day) for day in (days - 1, days)] == [False, True]


def test_a_list_shows_what_is_asked_for_the_earliest_deadline_first() -> None:
    early, late = reported("2026-03-02"), reported("2026-04-02")
    closed = reported("2026-03-03")
    closed.post("A", Closed("Afgerond."))
    day = number("2026-04-03")
    pairs = [(summary(story), deadlines(summary(story), SMALL, day)) for story in (late, closed, early)]
    shown = {name: [one for one, due in pairs if shows(one, due)] for name, shows in FILTERS.items()}
    assert [len(shown[name]) for name in ("all", "ours", "closed", "overdue", "new", "theirs")] == [3, 2, 1, 1, 0, 0]
    received = [one.happened.received for one, _due in sorted(pairs, key=lambda pair: SORTS["due"](*pair))]
    assert received == [number("2026-03-02"), number("2026-04-02"), number("2026-03-03")]


def test_a_search_finds_every_word_in_any_order() -> None:
    assert stands_in("Kas geld", "er verdwijnt geld uit de kas")
    assert not stands_in("kas auto", "er verdwijnt geld uit de kas")
