"""Properties of any messages, including forged ones, in any order and by any way (properties 3, 4, 9 and 12)."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from keys.cases.authors import Standing
from keys.cases.case import Case
from keys.cases.place import Place, PlacedMessage, Way
from keys.cases.rosters import Rosters
from keys.wire.ids import MessageId, PersonId, RosterId
from keys.wire.messages import (
    Answer,
    Approval,
    Body,
    Closed,
    Consent,
    Exercise,
    Form,
    Hold,
    Joined,
    Note,
    Objection,
    Opened,
    Purge,
    Reopened,
    Retention,
    SteppedBack,
)
from tests.cases.by_the_page import PageThread
from tests.cases.story import DAY, Story, consent, people, person

NAMES = "ABMXNF"


def messages_of(story: Story, rng: random.Random, count: int, authors: str) -> list[PlacedMessage]:
    """Return any messages by these authors, with any key, `seen`, place, day and roster in the head."""
    log = list(story.log)
    places = rng.sample(range(2, 4 * count + 4), count)
    for place in places:
        author = rng.choice(authors)
        body = _body(rng, [message.id for message in log], story.day)
        named: list[PlacedMessage | MessageId] = [*rng.sample(log, min(len(log), rng.randrange(4)))]
        if rng.random() < 0.1:
            named.append(MessageId(rng.randbytes(32)))
        key = None
        if author != "R" and rng.random() < 0.1:
            key = rng.choice([entry.identity for roster in story.rosters for entry in roster.recipients])
        written = story.write(
            author,
            body,
            log=log,
            seen=[one if isinstance(one, bytes) else one.id for one in named],
            to="".join(rng.sample(NAMES, 3)),
            identity=key,
            day=story.day + rng.randrange(40),
            roster=RosterId(rng.randbytes(32)) if rng.random() < 0.1 else None,
        )
        log.append(replace(written, place=Place(place), day=written.head.day + rng.randrange(3)))
    return log


def _body(rng: random.Random, ids: list[MessageId], day: int) -> Body:
    some, some_id = "".join(rng.sample(NAMES, rng.choice([1, 1, 2]))), rng.choice(ids)
    answer = rng.choice(["yes", "no", "withdrawn"])
    word = consent(answer, some)
    if answer == "yes":
        word = replace(word, after=tuple(rng.sample(ids, min(len(ids), rng.choice([0, 1, 4, 20])))))
    bodies: list[Body] = [
        Answer("T."),
        Opened(),
        Closed("T."),
        Joined(people(some)),
        SteppedBack(),
        word,
        word,
        Note("T."),
        Purge("T."),
        Approval(some_id),
        Approval(some_id),
        Objection(some_id),
        Retention(rng.choice([1, 6, 24, 120])),
        Hold("T.", day + rng.randrange(400)),
        Reopened("T."),
        Form("vordering", {"grond": "T."}),
        Exercise("T."),
    ]
    return rng.choice(bodies)


@dataclass
class Heap:
    """A case of any messages, and the rosters."""

    story: Story
    log: list[PlacedMessage]

    def case(self, log: list[PlacedMessage] | None = None) -> Case:
        case = Case.of(self.log if log is None else log, Rosters(self.story.rosters), self.story.day + 45)
        assert case is not None
        return case


@st.composite
def heaps(draw: st.DrawFn, authors: str = "RRAABMXNF") -> Heap:
    """Any case of up to 25 messages, with a changing roster and a revoked key."""
    rng = random.Random(draw(st.integers(0, 2**32)))
    story = Story("ABMXF", day=DAY - 100)
    story.publish("ABMXN")
    story.later(100)
    story.report("ABM", without="X")
    for _ in range(rng.randrange(3)):
        name = rng.choice("ABMN")
        change = rng.choice(["rekey", "revoke", "off"])
        if change == "off":
            story.publish(story.members.replace(name, "") or "A")
        else:
            story.rekey(name, revoke_on=story.day + rng.randrange(10) if change == "revoke" else None)
        story.later(rng.randrange(10))
    story.day = DAY
    return Heap(story, messages_of(story, rng, draw(st.integers(0, 25)), authors))


@given(heaps(), st.randoms(use_true_random=False))
def test_the_same_messages_make_the_same_case_in_any_order_and_by_any_way(heap: Heap, rng: random.Random) -> None:
    again = [replace(message, way=rng.choice([*Way])) for message in heap.log]
    again += [replace(rng.choice(heap.log), place=Place(10_000), day=1) for _ in range(3)]
    rng.shuffle(again)
    assert heap.case(again) == heap.case()


@given(heaps(), st.randoms(use_true_random=False))
def test_what_came_late_makes_the_case_that_it_would_have_made_at_once(heap: Heap, rng: random.Random) -> None:
    """A vault that has judged a part of the case must store nothing of that judgement."""
    part = [heap.log[0], *rng.sample(heap.log[1:], len(heap.log) // 2)]
    heap.case(part)
    assert heap.case([*part, *(message for message in heap.log if message not in part)]) == heap.case()


@given(heaps())
def test_order_and_pasts_are_those_of_the_page(heap: Heap) -> None:
    """D2: one program used the server's order, the other the causal one."""
    case, page = heap.case(), PageThread(heap.log, heap.story.rosters, heap.story.day)
    assert [message.id for message in case.messages] == [message.id for message in page.order]
    for message in case.messages:
        assert message.past == sum(1 << case.numbers[name] for name in page.pasts[message.id])
        assert message.is_complete == page.is_complete(message.placed)


@given(heaps())
def test_nobody_in_without_reads_without_a_yes_that_names_every_denial_before_it(heap: Heap) -> None:
    """Properties 3 and 5, T10, T11, T25."""
    case, denials, answers = heap.case(), set[MessageId](), list[set[MessageId]]()
    for message in case.messages:
        body = message.body
        if message.by_reporter and isinstance(body, Consent) and person("X") in body.people:
            if body.answer == "yes":
                answers.append(set(body.after))
            else:
                denials.add(message.id)
        if person("X") in message.readers:
            assert any(denials <= after for after in answers)


def left_out_at(case: Case, at: int) -> set[PersonId]:
    """Return the people who are left out before a message, according to SPEC 12.3."""
    report = case.messages[0].placed.head
    words = [(message.id, message.body) for message in case.messages[:at] if message.by_reporter]
    consents = [(message_id, body) for message_id, body in words if isinstance(body, Consent)]

    def denials(who: PersonId) -> set[MessageId]:
        return {message_id for message_id, body in consents if body.answer != "yes" and who in body.people}

    def is_let_in(who: PersonId) -> bool:
        return any(
            body.answer == "yes" and who in body.people and denials(who) <= {*body.after} for _, body in consents
        )

    named = {who for _, body in consents for who in body.people}
    out = {who for who in named if denials(who) and who not in {*report.to, *report.missing}} | {*report.without}
    return {who for who in out if not is_let_in(who)}


@given(heaps())
def test_nothing_that_somebody_left_out_says_ever_counts(heap: Heap) -> None:
    case = heap.case()
    for at, message in enumerate(case.messages):
        out = left_out_at(case, at)
        assert not out & message.readers - set(message.placed.head.to) or isinstance(message.body, Consent)
        if message.person in out:
            assert not message.counts
    assert case.left_out == left_out_at(case, len(case.messages))
    assert not case.left_out & case.readers


@given(heaps())
def test_who_counts_reads_there_and_nobody_off_the_roster_does(heap: Heap) -> None:
    rosters = Rosters(heap.story.rosters)
    before = frozenset(heap.log[0].head.to)
    case = heap.case()
    for message in case.messages[1:]:
        listed = rosters.persons_on(message.day)
        assert listed is not None
        assert message.readers <= listed
        if message.counts and not message.by_reporter:
            assert message.person in listed
            assert not rosters.is_revoked(message.placed.head.author, message.day)
            assert message.person in before or message.person in case.admitted
    assert case.readers <= (rosters.persons_on(heap.story.day + 45) or frozenset())


@given(heaps())
def test_the_page_has_the_thread_of_the_tools(heap: Heap) -> None:
    """D3, T44: tool and page must have the same readers."""
    case = heap.case()
    page = heap.case([message for message in heap.log if message.head.channel == "thread"])
    thread = [message for message in case.messages if message.placed.head.channel == "thread"]
    assert [message.id for message in thread] == [message.id for message in page.messages]
    for ours, theirs in zip(thread, page.messages, strict=True):
        assert (ours.readers, ours.ended, ours.counts) == (theirs.readers, theirs.ended, theirs.counts)
        assert (ours.standing is Standing.LATE) == (theirs.standing is Standing.LATE)
    assert (case.readers, case.left_out, case.waiting) == (page.readers, page.left_out, page.waiting)


@given(heaps())
def test_a_case_in_which_a_word_waits_is_open_and_has_no_last_day(heap: Heap) -> None:
    """The issue: a case with an unread message of the reporter is never closed."""
    case = heap.case()
    if case.waiting:
        assert not case.is_closed
        assert case.last_day is None


@given(heaps())
def test_what_needs_two_has_two_persons_who_both_read(heap: Heap) -> None:
    """H1: author and approver are two persons, both readers at the place of the approval."""
    case = heap.case()
    for wanted_id, approval_id in case.approved.items():
        wanted, approval = case.find(wanted_id), case.find(approval_id)
        assert wanted
        assert approval
        assert wanted.counts
        assert approval.counts
        assert wanted.person != approval.person
        assert {wanted.person, approval.person} <= approval.readers


@given(heaps("RAB"), st.integers(0, 2**32), st.integers(0, 12))
def test_one_person_alone_never_makes_a_last_day_earlier(heap: Heap, seed: int, count: int) -> None:
    """Property 9, H1: whatever M writes, forges or dates, if nobody else approves and M approves nobody's request."""
    rng = random.Random(seed)
    case = heap.case()
    story = heap.story
    story.log, story.day = list(heap.log), DAY + 45
    others = {message.id for message in heap.log}
    added = messages_of(story, rng, count, "M")[len(heap.log) :]
    added = [
        replace(message, place=Place(1000 + message.place.position), day=message.day + 300 * rng.randrange(3))
        for message in added
        if not (isinstance(message.head.body, Approval) and message.head.body.message in others)
    ]
    after = heap.case([*heap.log, *added])
    if after.last_day is None:
        return
    if case.last_day is not None:
        assert after.last_day.day >= case.last_day.day
    else:
        # The case was open: M alone closes it, and it is kept for the policy's months from that day.
        assert after.last_day.day >= DAY + 45 + 365


@given(heaps())
def test_only_authors_of_messages_that_do_not_count_are_alarmed_about_as_forbidden(heap: Heap) -> None:
    case = heap.case()
    forbidden = {message.id for message in case.messages if message.standing is Standing.FORBIDDEN}
    assert {one for alarm in case.alarms if alarm.kind.value == "forbidden" for one in alarm.messages} == forbidden
    for message in case.messages:
        if message.standing is Standing.FORBIDDEN and not message.by_reporter:
            assert message.person not in case.messages[0].placed.head.to or isinstance(message.body, Consent)
