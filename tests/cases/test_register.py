"""The register: everybody with the same messages of a case gets the same line (SPEC 12.8)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from keys.cases.register import Line, correction, lines_of
from keys.errors import RecordError
from keys.wire.messages import (
    Acknowledgement,
    Approval,
    Category,
    Closed,
    Correction,
    Entered,
    Exercise,
    Informed,
    Note,
    Opened,
    Outcome,
    Reopened,
    Retention,
    SteppedBack,
)
from tests.cases.stories import stories
from tests.cases.story import Story, people, person


def opened(to: str = "ABM", without: str = "X") -> Story:
    story = Story()
    story.report(to, without)
    story.post("A", Opened())
    return story


def lines(story: Story) -> tuple[Line, ...]:
    return lines_of(story.case())


def last(story: Story) -> Line:
    return lines(story)[-1]


def test_a_report_is_a_line_with_its_day_topic_and_way() -> None:
    line = last(opened())
    assert (line.received, line.topic, line.way, line.by) == (opened().day, "anders", "online", None)
    story = Story()
    story.report("AB", "MX", entered=Entered(story.identities["A"], bytes(64), "phone"))
    assert last(story).way == "phone"


def test_what_was_not_known_completes_the_line() -> None:
    story = opened()
    story.later(2)
    story.post("A", Acknowledgement("Ontvangen."))
    story.post("A", Category("fraude", "diefstal"))
    story.post("A", Informed(people("B"), story.day - 1, "Gebeld.", "Secretaris", "De aard."))
    story.post("A", Outcome("order"))
    story.post("A", Closed("Klaar."))
    [line] = lines(story)
    assert (line.acknowledged, line.topic, line.category) == (story.day, "fraude", "diefstal")
    assert (line.informed, line.outcome, line.closed) == (story.day - 1, "order", story.day)
    case_end = story.case().last_day
    assert case_end is not None
    assert line.until == case_end.day


def test_a_correction_is_a_new_line_and_the_old_one_stays() -> None:
    story = opened()
    story.post("A", correction("received", "2024-10-01", "Hij kwam dinsdag al binnen."))
    first, second = lines(story)
    assert (first.date("received"), second.date("received")) == ("2024-10-04", "2024-10-01")
    assert (second.by, second.reason) == (person("A"), "Hij kwam dinsdag al binnen.")
    story.post("B", Correction("een-onbekend-veld", "x", "y"))
    assert len(lines(story)) == 2


@pytest.mark.parametrize(("name", "value"), [("number", "1"), ("received", "27 februari"), ("closed", "2026-02-30")])
def test_only_a_known_field_and_a_day_of_the_calendar_can_be_corrected(name: str, value: str) -> None:
    with pytest.raises(RecordError):
        correction(name, value, "Daarom.")


def test_another_word_about_what_was_known_is_a_new_line() -> None:
    story = opened()
    for body in (Category("fraude"), Category("anders"), Outcome("order"), Outcome("none"), Outcome("none")):
        story.post("A", body)
    assert [(line.topic, line.outcome) for line in lines(story)] == [
        ("fraude", ""),
        ("anders", "order"),
        ("anders", "none"),
    ]


def test_a_second_closing_changes_nothing_and_a_reopening_is_a_new_line() -> None:
    story = opened()
    story.post("A", Closed("Klaar."))
    closed = story.day
    story.later()
    story.post("B", Closed("Ook klaar."))
    assert [line.closed for line in lines(story)] == [closed]
    story.post("A", Reopened("Er is meer."))
    assert [(line.closed, line.reason) for line in lines(story)] == [(closed, ""), (None, "Er is meer.")]
    story.later()
    story.answer("R")
    story.post("A", Closed("Nu klaar."))
    assert [line.closed for line in lines(story)] == [closed, story.day]


def test_a_word_of_the_reporter_opens_a_closed_case_in_the_register_too() -> None:
    story = opened()
    story.post("A", Closed("Klaar."))
    story.answer("R")
    first, second = lines(story)
    assert (first.closed, second.closed, second.by) == (story.day, None, None)


def test_a_closing_that_had_not_read_everything_closes_no_line() -> None:
    story = opened()
    word = story.answer("R")
    story.post("A", Closed("Klaar."), unaware=[word])
    assert [line.closed for line in lines(story)] == [None]


def test_a_reopening_that_waits_for_its_approval_leaves_the_line_closed() -> None:
    story = opened()
    story.post("A", Closed("Klaar."))
    story.later(800)
    asked = story.post("A", Reopened("Er is meer."))
    assert len(lines(story)) == 1
    story.post("B", Approval(asked.id))
    assert [line.closed is None for line in lines(story)] == [False, True]


def test_a_case_is_kept_until_its_last_day_whoever_asked_for_what() -> None:
    story = opened()
    story.post("A", Closed("Klaar."))
    usual = last(story).until
    shorter = story.post("A", Retention(2))
    assert last(story).until == usual
    story.post("B", Approval(shorter.id))
    shown = last(story)
    end = story.case().last_day
    assert end is not None
    assert (shown.until, shown.months) == (end.day, 2)
    assert usual is not None
    assert end.day < usual


def test_an_exercise_stands_in_the_register_as_one_once_a_second_person_has_agreed() -> None:
    story = opened()
    asked = story.post("A", Exercise("Oefening."))
    assert not last(story).is_exercise
    story.post("B", Approval(asked.id))
    assert last(story).is_exercise


def test_only_messages_that_count_change_a_line() -> None:
    story = opened()
    story.post("B", SteppedBack())
    story.post("B", Outcome("order"), to="A")  # late
    story.post("X", Category("fraude"), to="A")  # forbidden
    [line] = lines(story)
    assert (line.outcome, line.topic) == ("", "anders")


def test_a_note_is_in_no_line() -> None:
    story = opened()
    story.post("A", Note("SENTINEL"))
    assert "SENTINEL" not in str(lines(story))


@given(stories())
@settings(max_examples=50, deadline=None)
def test_a_register_agrees_with_its_case_and_comes_back_as_it_was_kept(story: Story) -> None:
    case = story.case()
    found = lines_of(case)
    assert (found[-1].closed is not None) == case.is_closed
    assert tuple(Line.parse(line.members()) for line in found) == found
    assert tuple(Line.of_row(line.row()) for line in found) == found
