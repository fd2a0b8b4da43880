"""`seen`, the past, the order, what is missing and what was written twice (SPEC 5.3, 12.1, 12.5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keys.cases.authors import Standing
from keys.cases.case import Case
from keys.cases.notices import NoticeKind
from keys.cases.place import Place, Way
from keys.cases.rosters import Rosters
from keys.wire.ids import MessageId
from keys.wire.messages import Answer, Closed, Joined, Note, Opened, Question, Reopened, Unknown
from tests.cases.story import Story, no, people, person, withdrawn, yes

NOWHERE = MessageId(b"?" * 32)


@pytest.fixture
def story() -> Story:
    story = Story("ABMXN")
    story.report("ABM", without="X")
    return story


def kinds(case: Case) -> set[NoticeKind]:
    return {notice.kind for notice in (*case.alarms, *case.lines)}


def test_without_its_report_there_is_no_case(story: Story) -> None:
    said = story.answer("A")
    assert Case.of([said], Rosters(story.rosters), story.day) is None
    assert Case.of([], Rosters(story.rosters), story.day) is None


def test_the_report_is_first_wherever_it_stands(story: Story) -> None:
    """After a restore of the server, the report can be posted again after its answers."""
    said = story.answer("A")
    story.log[0] = replace(story.log[0], place=Place(99))
    assert [message.id for message in story.case().messages] == [story.log[0].id, said.id]


def test_a_message_that_comes_twice_is_one_at_its_first_place(story: Story) -> None:
    """Section 3 of the design: a copy of a known message changes nothing."""
    said = story.answer("R")
    again = replace(said, place=Place(70), day=story.day + 5)
    for log in ([*story.log, again], [again, *story.log]):
        case = story.case(log)
        assert [message.placed.place for message in case.messages] == [Place(1), said.place]
        assert case == story.case()


def test_the_order_is_the_logs_where_messages_do_not_know_of_each_other(story: Story) -> None:
    first = story.write("A", Answer("Tekst."))
    second = story.write("B", Answer("Tekst."))
    story.put(second)
    story.put(first)
    assert [message.id for message in story.case().messages[1:]] == [second.id, first.id]


def test_nothing_stands_before_its_past(story: Story) -> None:
    """T28: after a restore, two messages are posted again in another order."""
    first = story.put(story.write("A", Answer("Tekst.")), place=Place(30))
    second = story.put(story.write("R", Answer("Tekst.")), place=Place(20))
    third = story.put(story.write("B", Answer("Tekst.")), place=Place(10))
    assert [message.id for message in story.case().messages[1:]] == [first.id, second.id, third.id]
    assert not story.case().alarms


def test_what_is_late_comes_forward_to_what_names_it_and_nothing_else_moves(story: Story) -> None:
    """T28, T45: of three messages, the first names the last; the one between them knows of neither."""
    late = story.put(story.write("A", Answer("T.")), place=Place(30))
    first = story.put(story.write("R", Answer("T.")), place=Place(10))
    between = story.put(story.write("B", Answer("T."), seen=[]), place=Place(20))
    assert late.id in first.head.seen
    assert [message.id for message in story.case().messages[1:]] == [late.id, first.id, between.id]


def test_a_dossier_message_stands_after_its_past_and_moves_nothing_of_the_thread(story: Story) -> None:
    """12.1 step 3: the page has the same order of the thread."""
    late = story.put(story.write("A", Answer("T.")), place=Place(30))
    note = story.put(story.write("B", Note("T.")), place=Place(10))
    between = story.put(story.write("B", Answer("T."), seen=[]), place=Place(20))
    assert late.id in note.head.seen
    assert [message.id for message in story.case().messages[1:]] == [between.id, late.id, note.id]


def test_what_the_log_has_lost_stands_between_its_positions(story: Story) -> None:
    """10.4: in its old order, before all new messages."""
    lost = [story.put(story.write("A", Answer("Tekst.")), place=Place(5, after)) for after in (7, 8)]
    new = story.put(story.write("B", Answer("Tekst."), seen=[]), place=Place(6))
    old = story.put(story.write("M", Answer("Tekst."), seen=[]), place=Place(5))
    assert [message.id for message in story.case().messages[1:]] == [old.id, *(one.id for one in lost), new.id]


def test_own_messages_stand_last_until_they_are_posted(story: Story) -> None:
    first = story.write("A", Answer("Tekst."))
    second = story.write("A", Note("Tekst."), log=[*story.log, first])
    posted = story.answer("B", unaware=[first, second])
    case = story.case([*story.log, second, first])
    assert [message.id for message in case.messages[1:]] == [posted.id, first.id, second.id]
    assert not case.lines


def test_ids_that_are_here_are_simply_there(story: Story) -> None:
    """T1: A's vault is empty; B writes; A gets a share and answers. Nobody sees an alarm."""
    story.answer("B")
    missed = story.answer("R")
    healed = [replace(message, way=Way.SHARE) for message in story.log]
    said = story.write("A", Answer("Tekst."), log=healed)
    story.put(said)
    for case in (story.case(), story.page(), story.case([*healed, story.log[-1]])):
        assert not case.alarms
        assert not case.missing
        assert not case.waiting
        assert case.is_in_past(missed.id, of=said.id)


def test_a_message_that_went_past_the_mailbox_is_one_missing_id_and_others_are_still_found(story: Story) -> None:
    """T7: M posts through door 0, A names the message: the page misses one id, and still shows later faults."""
    past_it = story.answer("M")
    story.answer("A")
    page = story.case(lacks=[past_it])
    assert [missing.id for missing in page.missing] == [past_it.id]
    withheld = story.answer("B")
    named = story.answer("A")
    page = story.case(lacks=[past_it, withheld])
    assert {missing.id for missing in page.missing} == {past_it.id, withheld.id}
    assert named.id in {one for missing in page.missing for one in missing.named_by}


def test_what_never_stood_in_the_log_is_missing_to_the_one_it_names_and_blames_nobody(story: Story) -> None:
    """T8: M names A in `to` without a slot. A asks for the id."""
    unread = story.answer("M")
    story.answer("B")
    case = story.case(lacks=[unread])
    [missing] = case.missing
    assert missing.id == unread.id
    assert not case.alarms
    assert [line.people for line in case.lines if line.kind is NoticeKind.MISSING] == [people("B")]


def test_one_id_that_does_not_exist_stops_nothing(story: Story) -> None:
    """T27: M names a random id; the page never gave another "yes"."""
    story.answer("M", seen=[NOWHERE])
    denial = story.post("R", no("X"))
    story.post("R", yes("X", denial))
    case = story.case()
    assert story.readers(case) == "ABMX"
    assert [missing.id for missing in case.missing] == [NOWHERE]
    assert story.standing(story.answer("B")) is Standing.COUNTS


def test_what_a_forbidden_message_names_is_not_asked_for(story: Story) -> None:
    story.post("M", yes("X"), seen=[NOWHERE], to="ABM")
    assert not story.case().missing


def test_a_thread_message_names_no_dossier_and_the_page_misses_nothing(story: Story) -> None:
    """T13: A writes a note, then an answer."""
    note = story.post("A", Note("Tekst."))
    said = story.answer("A")
    assert note.id not in said.head.seen
    following = story.post("A", Note("Tekst."))
    assert {note.id, said.id} <= set(following.head.seen)
    assert not story.page().missing
    assert kinds(story.case()) == set()


def test_the_order_of_the_thread_is_the_pages_whatever_names_the_dossier(story: Story) -> None:
    """T44, 12.1 step 2: a thread message that names a late dossier message does not move after it."""
    note = story.put(story.write("A", Note("Tekst.")), place=Place(90))
    joined = story.post("M", Joined(people("N")), seen=[story.log[0], note], place=Place(20))
    said = story.post("N", Answer("Tekst."), seen=[story.log[0]], place=Place(30))
    case, page = story.case(), story.page()
    thread = [message.id for message in case.messages if message.placed.head.channel == "thread"]
    assert thread == [message.id for message in page.messages] == [story.log[0].id, joined.id, said.id]
    assert story.standing(said, case) is story.standing(said, page) is Standing.COUNTS


def test_what_stands_nowhere_moves_nothing(story: Story) -> None:
    """T45: M shares a message before it is in the log, and posts it weeks later.

    It is shown to nobody before, so that no honest message names it, and N's `joined` of Z keeps its place.
    """
    unposted = story.write("M", Answer("Tekst."))
    joined = story.post("A", Joined(people("N")))
    said = story.answer("N")
    later = story.put(unposted)
    assert unposted.id not in joined.head.seen
    assert unposted.id not in said.head.seen
    assert [message.id for message in story.case().messages[1:]] == [joined.id, said.id, later.id]


def test_the_own_last_message_of_the_channel_is_always_named(story: Story) -> None:
    first = story.answer("A")
    story.answer("B")
    assert first.id in story.answer("A", screen=[]).head.seen


def test_what_says_who_reads_is_always_named(story: Story) -> None:
    """5.3: `consent`, `joined` and `stepped-back`, even if they were not on the screen."""
    said = [story.post("R", yes("X")), story.post("B", Joined(people("N")))]
    assert {message.id for message in said} <= set(story.answer("A", screen=[]).head.seen)


def test_what_another_named_message_has_in_its_past_is_not_named(story: Story) -> None:
    first = story.answer("A")
    second = story.answer("R")
    named = story.answer("B").head.seen
    assert second.id in named
    assert first.id not in named


def test_what_is_not_shown_is_not_named(story: Story) -> None:
    """5.3: a forbidden message was on no screen."""
    forbidden = story.answer("X", to="ABM")
    consent = story.post("M", yes("X"), to="ABM")
    named = story.answer("A").head.seen
    assert forbidden.id not in named
    assert consent.id not in named


def test_seen_names_at_most_64_the_own_last_one_first_then_the_reporters(story: Story) -> None:
    own = story.answer("A", seen=[])
    of_reporter = [story.answer("R", seen=[]) for _ in range(3)]
    for _ in range(80):
        story.answer("M", seen=[])
    named = story.answer("A").head.seen
    assert len(named) == 64
    assert {own.id, *(message.id for message in of_reporter)} <= set(named)


def test_two_tools_with_one_key_are_a_line_and_no_alarm(story: Story) -> None:
    """5.3: two messages of one identity in one channel, neither in the other's past."""
    first = story.answer("B")
    second = story.answer("B", unaware=[first])
    case = story.case()
    [line] = [line for line in case.lines if line.kind is NoticeKind.TWICE]
    assert (line.author, line.person) == (story.identities["B"], person("B"))
    assert line.messages == (first.id, second.id)
    assert not case.alarms


def test_one_message_in_each_channel_is_not_twice(story: Story) -> None:
    story.post("B", Note("Tekst."))
    story.answer("B")
    story.post("B", Note("Tekst."))
    assert kinds(story.case()) == set()


def test_the_reporter_may_have_two_windows(story: Story) -> None:
    first = story.answer("R")
    story.answer("R", unaware=[first])
    assert kinds(story.case()) == set()


def test_a_chain_with_a_gap_does_not_look_parallel(story: Story) -> None:
    """T33: B's messages are a chain of three; A lacks the middle one."""
    story.answer("B")
    middle = story.answer("B", screen=[])
    story.answer("B", screen=[])
    assert kinds(story.case()) == set()
    lacking = story.case(lacks=[middle])
    assert NoticeKind.TWICE not in kinds(lacking)
    assert NoticeKind.MISSING in kinds(lacking)


def test_two_complete_messages_around_a_gap_are_told_to_be_parallel(story: Story) -> None:
    """T33: reported if nothing is missing, and permanently."""
    first = story.answer("B")
    gap = story.answer("A")
    story.answer("B")
    third = story.answer("B", seen=[story.log[0]])
    lacking = story.case(lacks=[gap])
    [line] = [line for line in lacking.lines if line.kind is NoticeKind.TWICE]
    assert line.messages == (first.id, third.id)


def test_who_has_read_a_message_is_told_by_whose_past_it_stands_in(story: Story) -> None:
    """Section 5 of the design, unread marks."""
    said = story.answer("R")
    story.post("A", Opened(), screen=[story.log[0]])
    story.answer("B")
    read = story.page().read_by()
    assert read[story.log[0].id] == {person("A")}, "the report by `opened` alone"
    assert read[said.id] == {person("B")}
    story.publish("AMXN")
    story.later()
    late = story.answer("R")
    story.post("B", Opened(), to="AM")
    assert story.page().read_by()[late.id] == {person("B")}, "who has read it has, late or not"
    assert person("B") in story.page().read_by()[story.log[0].id]


def test_a_message_of_a_kind_that_is_not_known_is_kept_and_changes_nothing(story: Story) -> None:
    said = story.answer("A")
    unknown = replace(said.head, body=Unknown(b"{}"), kind="telepathy")
    story.log[1] = replace(said, head=unknown)
    assert story.standing(said) is Standing.COUNTS
    as_reporter = replace(unknown, author=story.log[0].head.author, channel="dossier")
    story.log[1] = replace(said, head=as_reporter)
    assert story.standing(said) is Standing.FORBIDDEN


def test_a_reopened_in_the_dossier_follows_the_closing_that_it_names(story: Story) -> None:
    """K16, T28: even if the server gives it a lower place."""
    closed = story.put(story.write("A", Closed("Tekst.")), place=Place(50))
    story.put(story.write("B", Reopened("Waarom.")), place=Place(40))
    assert not story.case().is_closed
    story.post("A", Closed("Tekst."))
    assert story.case().closed_by != closed.id
    assert story.case().is_closed


def test_whoever_withdraws_with_two_windows_is_believed(story: Story) -> None:
    consent = story.post("R", yes("X"))
    story.answer("R", unaware=[consent], to="ABM")
    story.post("R", withdrawn("X"))
    assert story.readers() == "ABM"
    assert not story.case().alarms


def test_questions_name_what_stood_on_the_screen_alone(story: Story) -> None:
    """T1: no message claims to have read what was not shown."""
    shown = story.answer("R")
    arrived = story.answer("R")
    named = story.post("A", Question("Tekst."), screen=[shown]).head.seen
    assert arrived.id not in named
    assert story.case().waiting == (arrived.id,)


def test_who_reads_a_message_stands_beside_it_where_its_to_left_a_reader_out(story: Story) -> None:
    """Section 5 of the design; T8, K11."""
    assert story.judged(story.answer("A")).is_sealed_to_all
    assert not story.judged(story.answer("M", to="AM")).is_sealed_to_all


def test_a_message_of_another_case_is_no_part_of_this_one(story: Story) -> None:
    """T16: M names in this case the id of a message of another case."""
    other = Story("ABM")
    other.written = 1000
    other.report("AB", without="M")
    foreign = other.answer("A")
    said = story.answer("M", seen=[foreign])
    case = story.case([*story.log, other.log[0], foreign])
    assert [message.id for message in case.messages] == [story.log[0].id, said.id]
    assert [missing.id for missing in case.missing] == [foreign.id]
