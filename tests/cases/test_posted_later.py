"""M names ids of messages that M posts only later: others' messages keep their places and their standing.

A stronger T45: the named message need not be shown to anybody. If a message waited for those it names, M could, months
later, move everything that honest people wrote since they read M's message: after the end of their own reading, or of
another's.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.cases.destruction import Countdown, SyncDays
from keys.cases.terms import months_after
from keys.wire.messages import (
    Acknowledgement,
    Answer,
    Approval,
    Body,
    Closed,
    Hold,
    Joined,
    Note,
    Objection,
    Purge,
    Question,
    Reopened,
    Retention,
    SteppedBack,
)
from tests.cases.story import DAY, Story, no, people, withdrawn, yes

HIDDEN = [Acknowledgement("T."), Note("T.")]


@pytest.fixture
def story() -> Story:
    story = Story("ABMXN")
    story.report("ABM", without="X")
    return story


def last(story: Story) -> int | None:
    made = story.case().last_day
    return made and made.day


@pytest.mark.parametrize("body", HIDDEN, ids=lambda body: body.KIND)
def test_a_reopening_does_not_open_what_closes_after_it(story: Story, body: Body) -> None:
    """K7: one old `reopened` reopened the case after each closing, without an approval, and without end."""
    story.post("A", Closed("T."))
    hidden = story.write("M", body)
    story.post("M", Reopened("T."), seen=[story.log[0], story.log[1], hidden])
    story.later(100)
    closed = story.post("A", Closed("T."))
    story.later(900)
    story.put(hidden)
    assert story.case().closed_by == closed.id


@pytest.mark.parametrize("body", HIDDEN, ids=lambda body: body.KIND)
def test_a_closing_stays_the_one_that_closed(story: Story, body: Body) -> None:
    """K3: A's closing moved after M's second one, and the retention started from there."""
    hidden = story.write("M", body)
    story.post("M", Acknowledgement("T."), seen=[story.log[0], hidden])
    closed = story.post("A", Closed("T."))
    story.later(300)
    story.post("M", Closed("T."), seen=[story.log[0]])
    story.put(hidden)
    assert story.case().closed_by == closed.id
    assert last(story) == months_after(DAY, 12)


@pytest.mark.parametrize("body", HIDDEN, ids=lambda body: body.KIND)
def test_what_somebody_wrote_who_has_stepped_back_since_goes_on_to_count(story: Story, body: Body) -> None:
    """K24, property 9: A's 24 months moved after A's own `stepped-back`, and the case was kept for 12."""
    hidden = story.write("M", body)
    carrier = Note("T.") if isinstance(body, Note) else Acknowledgement("T.")
    story.post("M", carrier, seen=[story.log[0], hidden])
    story.post("A", Closed("T."))
    story.post("A", Retention(24))
    story.post("A", SteppedBack())
    before = last(story)
    assert before == months_after(DAY, 24)
    story.later(100)
    story.put(hidden)
    assert last(story) == before


def test_an_objection_of_somebody_who_was_denied_since_goes_on_to_count(story: Story) -> None:
    """K2: M and B ask for a purge, N objects, R denies N, and M undid the objection."""
    hidden = story.write("M", Note("T."))
    story.post("A", Joined(people("N")))
    story.post("M", Note("T."), seen=[story.log[0], story.log[1], hidden])
    wanted = story.post("M", Purge("T."))
    story.post("B", Approval(wanted.id))
    story.post("N", Objection(wanted.id))
    story.post("R", no("N"))
    story.post("B", Question("T."))
    assert last(story) is None
    story.put(hidden)
    assert last(story) is None
    assert story.judged(story.log[5]).counts


def test_an_approval_goes_on_to_count_when_its_author_reads_no_more(story: Story) -> None:
    """H1: A's hold that B approved lost its effect once A had stepped back."""
    hidden = story.write("M", Note("T."))
    story.post("M", Note("T."), seen=[story.log[0], hidden])
    story.post("A", Closed("T."))
    story.day = months_after(DAY, 12)
    held = story.post("A", Hold("T.", story.day + 5000))
    story.post("B", Approval(held.id))
    story.post("A", SteppedBack())
    before = last(story)
    assert before == story.day + 183
    story.put(hidden)
    assert last(story) == before
    assert story.case().approved


def test_the_first_hold_of_a_person_stays_the_first(story: Story) -> None:
    """Choices of model.md: only the first hold of each person counts. M moved the earlier ones after the next."""
    story.post("A", Closed("T."))
    hidden = story.write("M", Note("T."))
    story.post("M", Hold("T.", DAY + 5000), seen=[story.log[1], hidden])
    story.day = months_after(DAY, 12)
    story.post("M", Hold("T.", DAY + 5000), seen=[story.log[1]])
    before = last(story)
    assert before == story.day
    story.put(hidden)
    assert last(story) == before


def test_a_denial_is_not_undone_for_the_time_until_it_is_posted(story: Story) -> None:
    """Section 10 of the design: R's withdrawal moved back, and what X wrote since the withdrawal counted."""
    story.post("R", yes("X"))
    hidden = story.write("M", Acknowledgement("T."))
    story.post("M", Acknowledgement("T."), seen=[story.log[0], story.log[1], hidden])
    ending = story.post("R", withdrawn("X"))
    wanted = story.post("M", Purge("T."))
    story.post("X", Approval(wanted.id), unaware=[ending], to="ABM")
    story.answer("X", unaware=[ending], to="ABM")
    story.put(hidden)
    assert not story.case().approved
    assert not story.judged(story.log[-2]).counts


def test_a_hidden_stepping_back_takes_back_what_its_author_approved_and_is_announced(story: Story) -> None:
    """A limit, stated in SECURITY.md: M could have refused. The vaults wait for another seven days."""
    hidden = story.write("M", SteppedBack())
    story.post("M", Acknowledgement("T."), seen=[story.log[0], hidden])
    story.post("A", Closed("T."))
    story.day = months_after(DAY, 12)
    held = story.post("A", Hold("T.", story.day + 5000))
    story.post("M", Approval(held.id))
    waits = Countdown.at_sync(None, story.case(), SyncDays(story.day, story.day))
    story.later(100)
    story.put(hidden)
    assert not story.case().approved
    days = SyncDays(story.day, story.day)
    waits = Countdown.at_sync(waits, story.case(), days)
    assert waits
    assert waits.destroyed_on(None).day == story.day + 7
    assert story.judged(held).counts, "what others wrote keeps its worth"


KINDS: list[Body] = [
    Answer("T."),
    Note("T."),
    Closed("T."),
    Retention(24),
    Retention(2),
    Hold("T.", DAY + 500),
    Reopened("T."),
    Purge("T."),
    SteppedBack(),
    Joined(people("N")),
]


@given(st.lists(st.tuples(st.sampled_from("RABMMN"), st.integers(0, len(KINDS) + 2), st.booleans()), max_size=14))
def test_what_does_nothing_changes_nothing_by_being_posted_later(steps: list[tuple[str, int, bool]]) -> None:
    """Everybody except M is honest and reads all; M's messages name one without effect, which is posted at the end."""
    story = Story("ABMXN")
    story.report("ABM", without="X")
    hidden = [story.write("M", body) for body in HIDDEN]
    for author, act, is_forged in steps:
        wanted = [
            message for message in story.log if isinstance(message.head.body, Purge | Retention | Hold | Reopened)
        ]
        target = wanted[-1].id if wanted else story.log[0].id
        bodies = [*KINDS, Approval(target), Approval(target), Objection(target)]
        body = bodies[act]
        if author == "R":
            body = no("N") if act % 3 == 0 else Answer("T.")
        elif author not in story.readers():
            continue
        named = [*story.log[-2:], *hidden] if is_forged and author == "M" else None
        story.post(author, body, seen=named)
        story.later(act % 3 * 40)
    before = story.case()
    for message in hidden:
        story.put(message)
    after = story.case()
    assert (after.closed_by, after.readers, after.left_out) == (before.closed_by, before.readers, before.left_out)
    assert after.approved == before.approved
    assert (after.last_day and after.last_day.day) == (before.last_day and before.last_day.day)
    for message in before.messages:
        found = after.find(message.id)
        assert found
        assert (found.counts, found.readers) == (message.counts, message.readers)
