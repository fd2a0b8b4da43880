"""The code agrees with the specification: random stories, honest and forged, give the same case in both."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from keys.cases.case import Case
from keys.cases.notices import NoticeKind
from keys.cases.rosters import Rosters
from keys.wire.ids import IdentityKey, MessageId, PersonId
from keys.wire.messages import (
    Agreed,
    Answer,
    Approval,
    Closed,
    Exercise,
    Form,
    Hold,
    Identity,
    Joined,
    Note,
    Objection,
    Opened,
    Purge,
    Question,
    Rating,
    Reopened,
    Retention,
    SteppedBack,
)
from tests.cases.by_the_page_closing import PageCase
from tests.cases.story import Entered, Story, consent, people

if TYPE_CHECKING:
    from keys.cases.place import PlacedMessage
    from keys.wire.messages import Body

RECIPIENTS = "ABMXN"
STRANGER = IdentityKey(b"S" * 32)


@st.composite
def bodies(draw: st.DrawFn, story: Story, author: str) -> Body:
    """Return a body that fits the case's state; sometimes its author may not write it."""
    some = draw(st.sampled_from(["A", "X", "N", "XN", "BM", "AX"]))
    one = draw(st.sampled_from(story.log[-4:])).id
    wishes = [message for message in story.log if PageCase.needs_two(message)]
    wish = draw(st.sampled_from(wishes or story.log)).id
    after = [message for message in story.log if draw(st.booleans())]
    by_reporter = [
        Answer("Tekst."),
        consent("yes", some, after),
        consent("yes", some, story.log),
        consent("no", some),
        consent("withdrawn", some),
        Identity("Tekst."),
        Agreed("no", one),
        Rating("no", draw(st.sampled_from(["", "Tekst."]))),
    ]
    by_recipients = [
        Question("Tekst."),
        Opened(),
        Note("Tekst."),
        *(Closed("Tekst."),) * 4,
        *(Approval(wish),) * (8 if wishes else 1),
        Joined(people(some)),
        SteppedBack(),
        Objection(wish),
        *(Purge("Tekst."),) * 3,
        *(Retention(draw(st.sampled_from([1, 6, 15, 24, 100]))),) * 2,
        Hold("Tekst.", story.day + draw(st.sampled_from([1, 20, 40, 200, 900]))),
        Reopened("Tekst."),
        Exercise("Tekst."),
        Form("vordering", {"wat": "Tekst."}),
    ]
    own, others = (by_reporter, by_recipients) if author == "R" else (by_recipients, by_reporter)
    return draw(st.sampled_from(others if draw(st.integers(0, 19)) == 0 else own))


@st.composite
def stories(draw: st.DrawFn) -> tuple[Story, list[PlacedMessage]]:
    """Return a story and its messages as somebody holds them: some missing, some at other places."""
    story = Story("ABMX")
    entered = draw(st.sampled_from([None, None, None, Entered(STRANGER, bytes(64), "phone")]))
    story.report(
        draw(st.sampled_from(["ABM", "A", "AM"])), "X", missing=draw(st.sampled_from(["", "N"])), entered=entered
    )
    for _ in range(draw(st.integers(1, 16))):
        act = draw(st.integers(0, 19))
        if act < 2:
            story.later(draw(st.sampled_from([1, 5, 31, 100, 800])))
        elif act == 2:
            story.publish(draw(st.sampled_from(["ABMX", "ABMXN", "AMX", "BMXN"])))
        elif act == 3:
            name = draw(st.sampled_from("ABM"))
            if name in story.members:
                story.rekey(name, revoke_on=draw(st.sampled_from([None, story.day])))
        else:
            _write(draw, story)
    held = [message for message in story.log if message is story.log[0] or draw(st.integers(0, 19))]
    if draw(st.integers(0, 3)) == 0:
        places = draw(st.permutations([message.place for message in held]))
        held = [replace(message, place=place) for message, place in zip(held, places, strict=True)]
    return story, held


def _write(draw: st.DrawFn, story: Story) -> None:
    author = draw(st.sampled_from("RRAAABBBMMXN"))
    if author not in ("R", *story.identities):
        return
    body = draw(bodies(story, author))
    if draw(st.integers(0, 2)):
        # An honest head, but any body, also one that its author may not write; some messages may not have been on the
        # screen.
        unaware = [one for one in story.log[1:] if draw(st.integers(0, 9)) == 0]
        story.post(author, body, unaware=unaware)
        return
    seen = [message.id for message in story.log[1:] if draw(st.booleans())][:8]
    if draw(st.integers(0, 5)) == 0:
        seen.append(MessageId(bytes([draw(st.integers(0, 3))]) * 32))
    to = draw(st.sampled_from(["AB", "AX", "ABMN"]))
    identity = draw(st.sampled_from([None] * 8 + [STRANGER]))
    written = story.write(author, body, seen=seen, to=to)
    day = draw(st.sampled_from([story.day, story.day, story.day - 3]))
    head = replace(written.head, day=day, author=identity or written.head.author)
    if draw(st.integers(0, 9)) == 0:
        head = replace(head, roster=bytes(32))  # type: ignore[arg-type]  # of a roster that nobody has
    story.put(replace(written, head=head))


def check(story: Story, held: list[PlacedMessage], rosters: list[object]) -> None:
    day = story.day
    case = Case.of(held, Rosters(rosters), day)  # type: ignore[arg-type]
    page = PageCase(held, rosters, day)  # type: ignore[arg-type]
    assert case is not None
    assert [message.id for message in case.messages] == [message.id for message in page.order]
    assert {one.id: one.standing.value for one in case.messages} == page.verdicts
    assert {one.id: one.past for one in case.messages} == {
        name: sum(1 << case.numbers[other] for other in past) for name, past in page.pasts.items()
    }
    for message in case.messages:
        if page.in_force(message.day):
            assert message.readers == page.readers_at(message.placed)
    if page.in_force(day):
        assert case.readers == page.readers_today()
    assert {*case.waiting} == page.waiting()
    assert {one.id for one in case.missing} == page.missing()
    assert {(one.kind.value, one.messages[0], frozenset(one.people)) for one in case.alarms} == page.alarms()
    twice = {one.author for one in case.lines if one.kind is NoticeKind.TWICE}
    assert twice == page.written_twice()
    read = case.read_by()
    for name in RECIPIENTS:
        person = PersonId(name.encode().ljust(16, b"."))
        assert {message_id for message_id, by in read.items() if person in by} == page.has_read(person)
    assert case.approved == {of: by.id for of, by in page.approvals().items()}
    closed = page.closing()
    assert case.closed_by == (closed.id if closed else None)
    assert (case.last_day.day if case.last_day else None) == page.last_day()
    assert case.is_exercise == page.is_exercise()


@settings(max_examples=100, deadline=None)
@given(stories())
def test_a_random_case_is_what_the_page_says(told: tuple[Story, list[PlacedMessage]]) -> None:
    story, held = told
    check(story, held, [*story.rosters])


@settings(max_examples=50, deadline=None)
@given(stories())
def test_a_random_thread_is_what_the_page_says_where_the_dossier_is_not(
    told: tuple[Story, list[PlacedMessage]],
) -> None:
    story, held = told
    check(story, [message for message in held if message.head.channel == "thread"], [*story.rosters])


@settings(max_examples=50, deadline=None)
@given(stories(), st.data())
def test_a_random_case_is_what_the_page_says_where_rosters_are_missing(
    told: tuple[Story, list[PlacedMessage]], data: st.DataObject
) -> None:
    story, held = told
    rosters = [one for one in story.rosters if one is story.rosters[-1] or data.draw(st.booleans())]
    case = Case.of(held, Rosters(rosters), story.day)
    page = PageCase(held, rosters, story.day)
    assert case is not None
    assert {one.id: one.standing.value for one in case.messages} == page.verdicts
    assert {*case.waiting} == page.waiting()
