"""States: a message of the reporter that waits or is unread never disappears from the lists."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from keys.cases.states import CLOSED, LOCKED, NEW, OURS, THEIRS, state_of, unread_in
from keys.cases.summary import Summary, summarise, words_of
from keys.wire.messages import (
    Acknowledgement,
    Answer,
    Assigned,
    Closed,
    Exercise,
    Identity,
    Joined,
    Note,
    Opened,
    Question,
    Rating,
    Reopened,
    Request,
    SteppedBack,
)
from tests.cases.simulation import Simulation
from tests.cases.stories import stories
from tests.cases.story import Story, people, person

if TYPE_CHECKING:
    from keys.cases.case import Case
    from keys.wire.ids import PersonId

EVERYBODY = people("ABCMNX")


def state(story: Story, name: str = "A") -> str:
    return state_of(story.case(), person(name))


def opened(to: str = "ABM", without: str = "X") -> Story:
    story = Story()
    story.report(to, without)
    story.post("A", Opened())
    return story


def check(case: Case, own: PersonId) -> None:
    found = state_of(case, own)
    if case.waiting or unread_in(case):
        assert found not in (THEIRS, CLOSED)
    assert (found == LOCKED) == (own not in case.readers)
    summary = summarise(case, own)
    assert Summary.of_row(json.loads(json.dumps(summary.row())), {}) == summary


@given(stories())
@settings(max_examples=100, deadline=None)
def test_a_case_with_a_waiting_or_unread_word_of_the_reporter_waits_for_its_readers(story: Story) -> None:
    for own in EVERYBODY:
        check(story.case(), own)


@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(more, marks=pytest.mark.slow) for more in range(4, 24))])
def test_among_honest_people_no_word_of_the_reporter_vanishes(seed: int) -> None:
    rng = random.Random(seed)
    simulation = Simulation("AB", "X")
    for _ in range(60):
        simulation.actions[rng.choice([*simulation.actions])](rng)
        for name, vault in simulation.vaults.items():
            case = simulation.case_of(vault)
            if case is not None:
                check(case, person(name))


def test_whose_turn_it_is_follows_from_what_was_said() -> None:
    story = Story()
    story.report("ABM")
    assert state(story) == NEW
    story.post("A", Opened())
    assert (state(story), state(story, "B")) == (OURS, NEW)
    story.post("A", Acknowledgement("Tekst."))
    assert state(story) == OURS
    story.post("A", Question("Tekst."))
    assert state(story) == THEIRS
    story.answer("R")
    assert state(story) == OURS
    story.post("A", Request("a", "b", "c"))
    assert state(story) == OURS  # a request is not a reply
    story.post("A", Closed("Tekst."))
    assert state(story) == CLOSED
    story.post("A", Reopened("Tekst."))
    assert state(story) == OURS
    story.post("A", SteppedBack())
    assert state(story) == LOCKED


def test_a_cry_for_help_that_crosses_with_an_answer_waits() -> None:
    story = opened()
    cry = story.answer("R")
    story.answer("A", unaware=[cry])
    assert state(story) == OURS
    story.post("A", Closed("Tekst."), unaware=[cry])
    assert state(story) == OURS


def test_a_rating_without_words_is_read_before_its_case_counts_as_closed() -> None:
    story = opened()
    story.post("A", Closed("Tekst."))
    story.post("R", Rating("yes"))
    assert (state(story), [one.kind for one in unread_in(story.case())]) == (OURS, ["rating"])
    story.post("A", Note("Gelezen."))
    assert state(story) == CLOSED


def test_what_only_somebody_has_read_who_stepped_back_is_unread() -> None:
    story = opened()
    word = story.answer("R")
    story.answer("B")
    story.post("B", SteppedBack())
    assert [one.id for one in unread_in(story.case())] == [word.id]
    assert state(story) == OURS


def test_the_word_of_somebody_who_no_longer_reads_answers_nothing() -> None:
    story = opened()
    story.post("B", SteppedBack())
    story.answer("B", to="A")
    assert state(story) == OURS


def test_who_is_on_it_is_who_was_assigned_last_and_still_reads() -> None:
    story = opened()
    story.post("A", Assigned(people("AB")))
    assert summarise(story.case(), person("A")).assigned == {*people("AB")}
    story.post("B", SteppedBack())
    assert summarise(story.case(), person("A")).assigned == {*people("A")}


def test_a_summary_counts_what_waits_what_is_unread_and_what_waits_for_an_approval() -> None:
    story = opened()
    story.post("B", Exercise("Oefening."))
    story.answer("R")
    story.answer("R")
    found = summarise(story.case(), person("A"))
    assert (found.waiting, found.unread, len(found.asked), found.is_exercise) == (2, 2, 1, False)
    assert summarise(story.case(), person("B")).asked == ()


def test_nobody_finds_by_searching_who_a_reporter_is() -> None:
    story = opened()
    story.post("R", Identity("SENTINEL Jansen"))
    story.post("R", Answer("Een woord."))
    assert "sentinel" not in words_of(story.case(), person("A"))
    assert "een woord." in words_of(story.case(), person("A"))
    assert words_of(story.case(), person("X")) == story.case().number


def test_a_case_says_who_stepped_back_until_they_are_named_anew() -> None:
    story = opened()
    story.post("B", SteppedBack())
    assert story.case().stepped_back == {person("B")}
    story.post("A", Joined(people("B")))
    assert story.case().stepped_back == frozenset()


def test_only_who_has_said_opened_has_opened_the_report() -> None:
    story = opened()
    story.answer("B")
    assert story.case().opened_by == {person("A")}


def test_the_last_message_of_a_kind_is_the_last_that_counts() -> None:
    story = opened()
    first = story.post("A", Note("Een."))
    story.post("X", Note("Twee."), to="A")
    found = story.case().latest(Note)
    assert found is not None
    assert (found.id, found.text) == (first.id, "Een.")
    assert [one.kind for one in story.case().dossier] == ["note"]
    assert replace(story.case().report.head, day=0).kind == "report"
