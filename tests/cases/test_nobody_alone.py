"""No single person keeps a closed case without end, however often and whatever they write (property 9)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keys.cases.terms import months_after
from keys.wire.messages import Approval, Body, Closed, Form, Hold, Objection, Purge, Reopened, Retention
from tests.cases.story import Story

ACTS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from([0, 1, 29, 30, 180, 360])), max_size=14)


def said_by_one(story: Story, act: int) -> Body:
    own = [message for message in story.log if message.head.author == story.key("M")]
    last = own[-1] if own else story.log[0]
    bodies: list[Body] = [
        Reopened("T."),
        Reopened("T."),
        Retention(24),
        Retention(120),
        Hold("T.", story.day + 5000),
        Form("vordering", {"grond": "T."}),
        Purge("T."),
        Approval(last.id),
        Objection(last.id),
        Closed("T."),
    ]
    return bodies[act]


@given(ACTS)
def test_one_person_keeps_a_case_at_most_twice_the_longest_term_and_thirty_days(acts: list[tuple[int, int]]) -> None:
    """K3, K6, K7, K21, K23: A closes again on the same day whatever M opens; M uses every means."""
    story = Story("ABM")
    story.report("ABM", without="")
    first = story.post("A", Closed("T."))
    latest = months_after(months_after(first.day, 24), 24) + 30
    for act, days in acts:
        story.later(days)
        story.post("M", said_by_one(story, act))
        if not story.case().is_closed:
            story.post("A", Closed("T."))
        case = story.case()
        assert case.last_day
        assert case.last_day.day <= latest
        assert not case.approved
        assert not case.alarms


@given(ACTS)
def test_one_person_makes_no_case_go_before_the_policys_months(acts: list[tuple[int, int]]) -> None:
    """H1: by the same acts."""
    story = Story("ABM")
    story.report("ABM", without="")
    first = story.post("A", Closed("T."))
    for act, days in acts:
        story.later(days)
        story.post("M", said_by_one(story, act))
        case = story.case()
        assert case.last_day is None or case.last_day.day >= months_after(first.day, 12)
