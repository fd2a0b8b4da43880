"""Acts that need two people: purges, longer holds, legal demands and drills (SPEC 12.6)."""

from __future__ import annotations

import pytest

from keys.cases.place import Place
from keys.cases.terms import months_after
from keys.wire.messages import (
    Answer,
    Approval,
    Body,
    Closed,
    Exercise,
    Form,
    Hold,
    Joined,
    Note,
    Objection,
    Purge,
    Reopened,
    Retention,
    SteppedBack,
)
from tests.cases.story import DAY, Story, people


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


# Approvals.


def test_two_keys_of_one_person_are_not_two_people(closed: Story) -> None:
    """H1 (a): one person with two identities, the old one from a "lost" key."""
    old = closed.identities["M"]
    wanted = closed.post("M", Purge("Waarom."))
    closed.rekey("M")
    closed.later()
    closed.post("M", Approval(wanted.id))
    closed.post("M", Approval(wanted.id), identity=old)
    assert not closed.case().approved
    assert last(closed) == in_months(12)


def test_a_former_recipient_approves_nothing(closed: Story) -> None:
    """H1 (b): one recipient, and one who is no longer on a roster."""
    wanted = closed.post("M", Purge("Waarom."))
    closed.publish("AMXN")
    closed.later()
    closed.post("B", Approval(wanted.id), to="AM")
    assert not closed.case().approved


def test_what_a_person_asked_for_who_reads_no_more_is_not_approved(closed: Story) -> None:
    wanted = closed.post("M", Purge("Waarom."))
    closed.post("M", SteppedBack())
    closed.post("A", Approval(wanted.id))
    assert not closed.case().approved


def test_what_did_not_count_when_it_was_said_is_not_approved(closed: Story) -> None:
    """H5: M asks for a purge while M is not a reader, and is let in again before B approves."""
    closed.post("M", SteppedBack())
    wanted = closed.post("M", Purge("Waarom."), to="AB")
    closed.post("A", Joined(people("M")))
    closed.post("B", Approval(wanted.id))
    assert not closed.case().approved


def test_a_newcomer_who_reads_approves(closed: Story) -> None:
    wanted = closed.post("M", Purge("Waarom."))
    closed.post("M", Joined(people("N")))
    closed.post("N", Approval(wanted.id))
    assert closed.case().approved == {wanted.id: closed.log[-1].id}


@pytest.mark.parametrize(("days", "approves"), [(30, True), (31, False)])
def test_an_approval_stands_within_thirty_days(closed: Story, days: int, *, approves: bool) -> None:
    wanted = closed.post("A", Purge("Waarom."))
    closed.later(days)
    closed.post("B", Approval(wanted.id))
    assert bool(closed.case().approved) is approves


def test_the_first_approval_counts_and_only_behind_what_it_approves(closed: Story) -> None:
    wanted = closed.write("A", Purge("Waarom."))
    early = closed.put(closed.write("B", Approval(wanted.id), seen=[]), place=Place(10))
    closed.put(wanted, place=Place(11))
    assert not closed.case().approved
    first = closed.post("M", Approval(wanted.id))
    closed.post("B", Approval(wanted.id))
    assert closed.case().approved == {wanted.id: first.id}
    assert early.id not in closed.case().approved


def test_an_approval_of_a_note_does_nothing(closed: Story) -> None:
    note = closed.post("A", Note("Tekst."))
    closed.post("B", Approval(note.id))
    closed.post("M", Approval(closed.log[-1].id))
    assert not closed.case().approved


# Purge and objection.


def test_two_people_destroy_a_case_on_the_seventh_day(closed: Story) -> None:
    two(closed, Purge("Waarom."))
    assert last(closed) == DAY + 1 + 7


def test_a_purge_of_an_open_case_needs_two_as_well(story: Story) -> None:
    story.post("M", Purge("Waarom."))
    assert last(story) is None
    story.post("B", Approval(story.log[-1].id))
    assert last(story) == DAY + 7


def test_an_approved_purge_never_prolongs(closed: Story) -> None:
    """K23: on a closed case it extended the last day; an objection then destroyed at once."""
    closed.day = in_months(12) - 2
    two(closed, Purge("Waarom."))
    assert last(closed) == in_months(12)


def test_an_objection_ends_a_purge_whoever_says_it_and_whenever(closed: Story) -> None:
    """K2: whoever objects, within the seven days."""
    wanted = closed.post("A", Purge("Waarom."))
    closed.post("B", Approval(wanted.id))
    closed.later(6)
    closed.post("M", Objection(wanted.id))
    assert last(closed) == in_months(12)


def test_an_own_objection_counts_from_when_it_is_written(closed: Story) -> None:
    """K13: A's objection waits in the outbox; A's own vault destroyed the case."""
    wanted = closed.post("M", Purge("Waarom."))
    closed.post("B", Approval(wanted.id))
    written = closed.write("A", Objection(wanted.id))
    made = closed.case([*closed.log, written]).last_day
    assert made
    assert made.day == in_months(12)


def test_an_objection_to_something_else_or_by_nobody_ends_no_purge(closed: Story) -> None:
    wanted = closed.post("A", Purge("Waarom."))
    closed.post("B", Approval(wanted.id))
    closed.post("M", Objection(closed.log[0].id))
    closed.post("X", Objection(wanted.id), to="ABM")
    assert last(closed) == DAY + 7


def test_a_word_of_the_reporter_outside_its_past_ends_a_purge(closed: Story) -> None:
    """K1: permanently, even if the message is answered; the readers must ask for the purge again."""
    two(closed, Purge("Waarom."))
    closed.answer("R")
    assert last(closed) is None
    closed.answer("A")
    assert not closed.case().waiting
    assert last(closed) is None
    two(closed, Purge("Waarom."))
    assert last(closed) == closed.day + 7


def test_a_word_that_the_purge_has_not_read_ends_it_wherever_it_stands(story: Story) -> None:
    """K1: it is before the purge, unread by its author, and B answers it."""
    asked = story.answer("R")
    wanted = story.post("M", Purge("Waarom."), unaware=[asked])
    story.post("A", Approval(wanted.id))
    story.answer("B")
    assert not story.case().waiting
    assert last(story) is None


def test_nothing_is_purged_while_a_word_waits(story: Story) -> None:
    asked = story.answer("R")
    wanted = story.post("A", Purge("Waarom."))
    story.post("B", Approval(wanted.id))
    assert story.case().waiting == (asked.id,)
    assert last(story) is None


def test_in_an_office_of_one_there_is_no_purge() -> None:
    """Limits of model.md."""
    story = Story("AX")
    story.report("A", without="X")
    wanted = story.post("A", Purge("Waarom."))
    story.post("A", Approval(wanted.id))
    assert last(story) is None


# Holds and legal demands.


def hold(story: Story, by: str, days: int) -> None:
    story.post(by, Hold("Waarom.", story.day + days))


def test_one_person_holds_for_thirty_days_once(closed: Story) -> None:
    """Choices of model.md: only the first hold of each person counts."""
    closed.day = in_months(12) - 1
    hold(closed, "M", 500)
    assert last(closed) == closed.day + 30
    closed.later(29)
    hold(closed, "M", 500)
    assert last(closed) == in_months(12) + 29
    hold(closed, "B", 10)
    assert last(closed) == closed.day + 10


def test_nobody_holds_who_does_not_read(closed: Story) -> None:
    """Property 9: M has stepped back; X is left out."""
    closed.post("M", SteppedBack())
    closed.day = in_months(12) - 1
    for author in ("M", "X"):
        closed.post(author, Hold("Waarom.", closed.day + 20), to="AB")
    assert last(closed) == in_months(12)


def test_two_people_hold_for_half_a_year(closed: Story) -> None:
    closed.day = in_months(12)
    two(closed, Hold("Waarom.", closed.day + 5000))
    assert last(closed) == closed.day + 183
    closed.later(180)
    two(closed, Hold("Waarom.", closed.day + 20))
    assert last(closed) == closed.day + 19


def test_a_legal_demand_holds_for_half_a_year_if_two_want_it(closed: Story) -> None:
    closed.day = in_months(12)
    demand = Form("vordering", {"grond": "Tekst."})
    closed.post("A", demand)
    assert last(closed) == in_months(12)
    two(closed, demand)
    assert last(closed) == closed.day + 183


def test_no_other_form_holds_anything(closed: Story) -> None:
    closed.day = in_months(12)
    two(closed, Form("triage", {"kans": "Tekst."}))
    assert last(closed) == in_months(12)


def test_a_hold_stops_a_purge_and_gives_an_open_case_no_last_day(story: Story) -> None:
    hold(story, "M", 20)
    assert last(story) is None
    two(story, Purge("Waarom."))
    assert last(story) == DAY + 20


def test_a_last_day_that_a_hold_makes_names_what_it_prolongs(closed: Story) -> None:
    closed.day = in_months(12)
    hold(closed, "M", 20)
    made = closed.case().last_day
    assert made
    assert made.made_by == (closed.log[1].id, closed.log[2].id)


def test_one_person_keeps_a_closed_case_for_at_most_twice_the_longest_term_and_thirty_days(closed: Story) -> None:
    """Limits of model.md: reopened on the last day, closed, kept as long again, and held."""
    longest = in_months(24)
    closed.post("M", Retention(24))
    closed.day = longest - 1
    closed.post("M", Reopened("Waarom."))
    closed.post("M", Closed("Tekst."))
    closed.day = months_after(closed.day, 24)
    hold(closed, "M", 500)
    closed.later(30)
    closed.post("M", Reopened("Waarom."))
    closed.post("M", Hold("Waarom.", closed.day + 100))
    assert last(closed) == months_after(longest - 1, 24) + 30


# Exercise.


def test_a_drill_is_one_by_the_word_of_two(story: Story) -> None:
    """Section 7 of the design: otherwise one person could remove a case from the published numbers."""
    story.post("M", Exercise("Oefening."))
    assert not story.case().is_exercise
    two(story, Exercise("Oefening."), "M", "A")
    assert story.case().is_exercise


def test_a_drill_in_an_office_of_one_is_one() -> None:
    story = Story("AX")
    story.report("A", without="X")
    story.post("A", Exercise("Oefening."))
    assert story.case().is_exercise


def test_an_answer_after_the_last_day_opens_the_case(closed: Story) -> None:
    """K1: there is no message `destroyed`; a case that still exists is a case."""
    closed.day = in_months(12) + 3
    closed.post("R", Answer("Tekst."))
    assert last(closed) is None
