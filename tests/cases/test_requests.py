"""Requests: what a recipient can ask for, and what needs a second person (SPEC 12.6)."""

from __future__ import annotations

import pytest

from keys.cases.requests import (
    approvable,
    approve,
    ask_purge,
    asked_of,
    grounds,
    hold,
    object_to,
    purges_of,
    reopen,
    retention,
)
from keys.errors import AloneError, NotClosedError, NothingAskedError, ReasonError, RecordError
from keys.wire.messages import (
    Answer,
    Approval,
    Body,
    Closed,
    Consent,
    Exercise,
    Form,
    Hold,
    Opened,
    Purge,
    Reopened,
    Request,
    Retention,
    SteppedBack,
)
from tests.cases.story import Story, person
from tests.policies import SMALL

DEMAND = Form("vordering", {"grondslag": "Een wet.", "instantie": "Een rechter."})


def opened(to: str = "ABM", without: str = "X") -> Story:
    story = Story()
    story.report(to, without)
    story.post("A", Opened())
    return story


def asked(story: Story, name: str) -> list[str]:
    return [message.kind for message in asked_of(story.case(), person(name))]


def test_what_one_asks_for_another_approves_and_nobody_their_own() -> None:
    story = opened()
    story.post("A", DEMAND)
    with pytest.raises(NothingAskedError):
        approve(story.case(), person("A"))
    story.post("B", approve(story.case(), person("B"), "Akkoord."))
    with pytest.raises(NothingAskedError):
        approve(story.case(), person("B"))
    [one] = approvable(story.case())
    assert one.approval is not None
    assert (one.message.kind, one.approval.person) == ("form", person("B"))


@pytest.mark.parametrize(
    ("body", "waits"),
    [
        (Purge("Het moet weg."), True),
        (Exercise("Oefening."), True),
        (DEMAND, True),
        (Retention(2), True),  # shorter than the policy's twelve months
        (Retention(24, "Er loopt een zaak."), False),  # one person keeps longer
        (Hold("Er loopt een zaak.", 20_000 + 370 + 20), False),  # of at most 30 days: a first hold needs no approval
        (Answer("Tekst."), False),
    ],
)
def test_an_approval_is_asked_for_where_it_has_an_effect(body: Body, *, waits: bool) -> None:
    story = opened()
    story.post("A", Closed("Klaar."))
    story.post("A", body)
    assert bool(asked(story, "B")) == waits
    assert asked(story, "A") == asked(story, "X") == []


def test_a_long_hold_asks_for_an_approval() -> None:
    story = opened()
    story.post("A", Closed("Klaar."))
    story.later(360)
    story.post("A", Hold("Er loopt een zaak.", story.day + 100))
    assert asked(story, "B") == ["hold"]
    story.post("B", approve(story.case(), person("B")))
    assert asked(story, "B") == []


def test_after_thirty_days_nothing_is_asked_any_more() -> None:
    story = opened()
    story.post("A", Purge("Het moet weg."))
    story.later(30)
    assert asked(story, "B") == ["purge"]
    story.later(1)
    assert asked(story, "B") == []


def test_what_somebody_asked_who_stepped_back_is_not_approved() -> None:
    story = opened()
    story.post("A", Purge("Het moet weg."))
    story.post("A", SteppedBack())
    assert asked(story, "B") == []


def test_where_only_one_reads_there_is_no_early_purge_and_nothing_waits() -> None:
    story = opened("A", "BMX")
    with pytest.raises(AloneError):
        ask_purge(story.case(), "Het moet weg.")
    story.post("A", Closed("Klaar."))
    for body in (Retention(2), Exercise("Oefening."), Reopened("Er is meer.")):
        story.post("A", body)
    assert story.case().awaiting == ()


def test_a_purge_is_objected_to_before_and_after_its_approval_once_by_each_person() -> None:
    story = opened()
    with pytest.raises(NothingAskedError):
        object_to(story.case(), person("B"))
    purge = story.post("A", ask_purge(story.case(), "Het moet weg."))
    story.post("B", Approval(purge.id))
    assert story.case().last_day is not None
    story.post("M", object_to(story.case(), person("M")))
    assert story.case().last_day is None
    with pytest.raises(NothingAskedError):
        object_to(story.case(), person("M"))
    assert object_to(story.case(), person("A")).message == purge.id


def test_who_has_only_the_approval_of_a_purge_can_object_to_it() -> None:
    """The purge was sealed to others: a missing message that an approval names may be one."""
    story = opened()
    purge = story.post("A", ask_purge(story.case(), "Het moet weg."))
    approval = story.post("B", Approval(purge.id))
    held = [message for message in story.log if message.id != purge.id]
    assert [one.id for one in purges_of(story.case(held), person("M"))] == [approval.id]
    objection = object_to(story.case(held), person("M"), approval.id)
    assert objection.message == purge.id
    story.post("M", objection)
    assert story.case().last_day is None
    held = [message for message in story.log if message.id != purge.id]
    assert purges_of(story.case(held), person("M")) == ()


def test_only_a_closed_case_is_reopened_or_kept_for_months() -> None:
    story = opened()
    with pytest.raises(NotClosedError):
        reopen(story.case(), "Er is meer.")
    with pytest.raises(NotClosedError):
        retention(story.case(), 6, "", SMALL)
    story.post("A", Closed("Klaar."))
    assert retention(story.case(), 6, "", SMALL).months == 6
    story.post("A", reopen(story.case(), "Er is meer."))
    assert not story.case().is_closed


def test_a_longer_term_needs_a_reason_and_no_term_passes_the_bounds() -> None:
    story = opened()
    story.post("A", Closed("Klaar."))
    with pytest.raises(ReasonError):
        retention(story.case(), 13, " ", SMALL)
    assert [retention(story.case(), months, "Daarom.", SMALL).months for months in (1, 13, 99)] == [2, 13, 24]


def test_a_hold_is_offered_only_where_there_is_a_last_day() -> None:
    story = opened()
    with pytest.raises(NotClosedError):
        hold(story.case(), "Er loopt een zaak.", story.day + 10, story.day)
    story.post("A", Closed("Klaar."))
    with pytest.raises(RecordError):
        hold(story.case(), "Er loopt een zaak.", story.day - 1, story.day)
    assert hold(story.case(), "Er loopt een zaak.", story.day, story.day).until == story.day


def request() -> Request:
    return Request("Voor de aangifte.", "de politie", "Wie je bent.")


def test_a_yes_to_a_request_is_a_ground_until_it_is_taken_back() -> None:
    story = opened()
    asked = story.post("A", request())
    assert [*grounds(story.case())] == []
    story.post("R", Consent("yes", request=asked.id))
    assert [one.id for one in grounds(story.case())] == [asked.id]
    story.post("R", Consent("withdrawn", request=asked.id))
    assert [*grounds(story.case())] == []
    story.post("R", Consent("yes", request=asked.id))
    assert [one.id for one in grounds(story.case())] == [asked.id]


def test_a_refusal_wins_over_a_yes_that_did_not_know_of_it() -> None:
    story = opened()
    asked = story.post("A", request())
    refusal = story.post("R", Consent("no", request=asked.id))
    story.post("R", Consent("yes", request=asked.id), unaware=[refusal])
    assert [*grounds(story.case())] == []


def test_a_demand_is_a_ground_once_a_second_person_has_approved() -> None:
    story = opened()
    demand = story.post("A", DEMAND)
    assert [*grounds(story.case())] == []
    story.post("B", approve(story.case(), person("B")))
    assert [one.id for one in grounds(story.case())] == [demand.id]


def test_a_reopening_that_needs_an_approval_asks_for_it() -> None:
    story = opened()
    story.post("A", Closed("Klaar."))
    story.later(800)
    story.post("A", Reopened("Er is meer."))
    assert asked(story, "B") == ["reopened"]


def test_of_many_terms_that_one_person_asks_for_the_latest_waits() -> None:
    story = opened()
    story.post("A", Closed("Klaar."))
    for months in (2, 4, 6):
        last = story.post("A", Retention(months))
    story.post("M", Retention(3))
    assert [message.body for message in asked_of(story.case(), person("B"))] == [Retention(6), Retention(3)]
    assert asked_of(story.case(), person("M"))[0].id == last.id
