"""Which messages wait for a reply, and whether a case is open or closed (SPEC 12.5, 12.6)."""

from __future__ import annotations

import pytest

from keys.cases.notices import NoticeKind
from keys.cases.place import Place
from keys.cases.terms import months_after
from keys.wire.ids import MessageId
from keys.wire.messages import (
    Acknowledgement,
    Agreed,
    Answer,
    Approval,
    Body,
    Closed,
    Entered,
    Feedback,
    Identity,
    Left,
    Minutes,
    Note,
    Opened,
    Question,
    Rating,
    Reopened,
    ReportWithdrawn,
    Revealed,
    SteppedBack,
)
from tests.cases.story import Story, no, withdrawn, yes

SOME = MessageId(b"m" * 32)


@pytest.fixture
def story() -> Story:
    story = Story("ABMXN")
    story.report("ABM", without="X")
    return story


def close(story: Story, by: str = "A") -> None:
    story.post(by, Closed("Tekst."))
    assert story.case().is_closed


ASKING = [
    Answer("Tekst."),
    Identity("Tekst."),
    no("N"),
    withdrawn("X"),
    yes("X"),
    Agreed("no", SOME, "Tekst."),
    ReportWithdrawn(),
    Rating("no", "Tekst."),
]


@pytest.mark.parametrize("body", ASKING, ids=lambda body: f"{body.KIND}-{getattr(body, 'answer', '')}")
def test_each_asking_message_waits_and_opens_the_case(story: Story, body: Body) -> None:
    """K1: R writes one minute after the closing."""
    close(story)
    asked = story.post("R", body)
    case = story.case()
    assert case.waiting == (asked.id,)
    assert not case.is_closed
    assert case.last_day is None


@pytest.mark.parametrize("body", [Agreed("yes", SOME), Rating("yes"), Left()], ids=lambda body: body.KIND)
def test_a_word_that_asks_for_nothing_leaves_the_case_closed(story: Story, body: Body) -> None:
    close(story)
    story.post("R", body)
    assert not story.case().waiting
    assert story.case().is_closed


@pytest.mark.parametrize(
    "body", [Answer("T."), Question("T."), Feedback("T."), Closed("T.")], ids=lambda body: body.KIND
)
def test_each_reply_that_has_read_it_ends_the_waiting(story: Story, body: Body) -> None:
    story.answer("R")
    story.post("A", body)
    assert not story.case().waiting


@pytest.mark.parametrize(
    "body",
    [Acknowledgement("T."), Minutes("T."), Opened(), Note("T."), Revealed(SOME, "T.")],
    ids=lambda body: body.KIND,
)
def test_no_other_word_ends_the_waiting(story: Story, body: Body) -> None:
    asked = story.answer("R")
    story.post("A", body)
    assert story.case().waiting == (asked.id,)


def test_an_answer_that_crosses_a_cry_for_help_does_not_end_its_waiting(story: Story) -> None:
    """The issue: a reporter's cry for help that crossed an answer disappeared from every list."""
    help_wanted = story.write("R", Answer("Tekst."))
    reply = story.write("A", Answer("Tekst."))
    story.put(help_wanted)
    story.put(reply)
    assert story.case().waiting == (help_wanted.id,)


def test_a_reply_that_does_not_count_ends_no_waiting(story: Story) -> None:
    asked = story.answer("R")
    story.post("M", SteppedBack())
    story.answer("M", to="AB")
    assert story.case().waiting == (asked.id,)


def test_a_closing_closes_only_if_it_has_read_all_that_was_asked(story: Story) -> None:
    """K4: B's `closed` had not read R's earlier message."""
    asked = story.answer("R")
    closed = story.post("B", Closed("Tekst."), unaware=[asked])
    case = story.case()
    assert not case.is_closed
    assert case.waiting == (asked.id,)
    [line] = [line for line in case.lines if line.kind is NoticeKind.CLOSED_UNREAD]
    assert line.messages == (closed.id,)
    close(story)
    assert NoticeKind.CLOSED_UNREAD not in {line.kind for line in story.case().lines}


def test_a_second_closing_changes_nothing(story: Story) -> None:
    """K3: M closes a closed case again."""
    first = story.post("A", Closed("Tekst."))
    before = story.case().last_day
    story.later(100)
    story.post("M", Closed("Tekst."))
    assert story.case().closed_by == first.id
    assert story.case().last_day == before


def test_after_the_reporter_wrote_a_new_closing_is_needed(story: Story) -> None:
    """K5: R writes after the closing, B answers, nobody closes again: the old closing took effect again."""
    close(story)
    story.later(400)
    story.answer("R")
    story.later()
    story.answer("B")
    assert not story.case().is_closed
    assert story.case().last_day is None
    again = story.post("B", Closed("Tekst."))
    last = story.case().last_day
    assert last is not None
    assert last.day == months_after(again.day, 12)


def test_a_name_that_nobody_has_revealed_is_on_the_screen(story: Story) -> None:
    """K17: an unopened identity message counts as on the screen, so that a closing can name it."""
    name = story.post("R", Identity("Tekst."))
    closed = story.post("A", Closed("Tekst."))
    assert story.case().is_in_past(name.id, of=closed.id)
    assert story.case().is_closed


def test_a_reopening_opens_and_the_case_can_be_closed_again(story: Story) -> None:
    """K16: `reopened` belongs to the dossier and is never in the past of a `closed`."""
    close(story)
    story.later()
    story.post("B", Reopened("Waarom."))
    assert not story.case().is_closed
    story.later()
    again = story.post("A", Closed("Tekst."))
    assert story.case().closed_by == again.id


def test_a_reopening_that_crosses_a_closing_takes_the_order_of_the_log(story: Story) -> None:
    """K16: order is the log's."""
    close(story)
    story.post("B", Reopened("Waarom."))
    closing = story.write("A", Closed("Tekst."))
    reopening = story.write("M", Reopened("Waarom."))
    story.put(closing, place=Place(20))
    story.put(reopening, place=Place(21))
    assert not story.case().is_closed


def test_an_answer_put_back_behind_the_closing_that_names_it_does_not_open(story: Story) -> None:
    """K20: after a restore of the server both are posted again, the answer after the closing."""
    asked = story.write("R", Answer("Tekst."))
    closed = story.write("A", Closed("Tekst."), log=[*story.log, asked])
    story.put(closed, place=Place(30))
    story.put(asked, place=Place(31))
    assert story.case().is_closed
    assert not story.case().waiting


def test_nobody_alone_opens_a_case_again_for_ever(story: Story) -> None:
    """K7: M reopens every 29 days; after the longest term another person must approve."""
    close(story)
    limit = months_after(story.day, 24)
    while story.day + 29 < limit:
        story.later(29)
        story.post("M", Reopened("Waarom."))
        assert not story.case().is_closed
        story.post("A", Closed("Tekst."))
    story.day = limit
    alone = story.post("M", Reopened("Waarom."))
    case = story.case()
    assert case.is_closed
    assert case.unapproved == (alone.id,)
    story.later(2)
    story.post("B", Approval(alone.id))
    assert not story.case().is_closed
    assert not story.case().unapproved


def test_the_day_before_the_longest_term_one_person_still_opens(story: Story) -> None:
    """K7: the limit includes the day itself."""
    close(story)
    story.day = months_after(story.day, 24) - 1
    story.post("M", Reopened("Waarom."))
    assert not story.case().is_closed


def test_the_reporters_own_words_begin_the_longest_term_anew(story: Story) -> None:
    """K7: it counts from the first closing after the reporter's last asking message."""
    close(story)
    story.later(500)
    story.answer("R")
    story.answer("A")
    close(story)
    story.later(500)
    story.post("M", Reopened("Waarom."))
    assert not story.case().is_closed


def test_where_one_person_reads_a_reopening_needs_nobody() -> None:
    """Section 7 of the design: an office of one person."""
    story = Story("AX")
    story.report("A", without="X")
    close(story)
    story.later(2000)
    story.post("A", Reopened("Waarom."))
    assert not story.case().is_closed


def test_whoever_holds_the_code_keeps_a_case_open_by_writing() -> None:
    """K19: a limit, stated in SECURITY.md. M has the code of a report that M entered."""
    story = Story("ABMXN")
    story.report("ABM", without="X", entered=Entered(story.identities["M"], bytes(64), "phone"))
    for _ in range(3):
        close(story)
        story.later(800)
        story.answer("R")
        assert not story.case().is_closed


def test_a_recipient_alone_does_not_close_what_the_reporter_asks_after(story: Story) -> None:
    """The issue: a case with an unread message of the reporter is never closed."""
    crossing = story.write("R", Answer("Tekst."))
    closing = story.write("A", Closed("Tekst."))
    for order in ([crossing, closing], [closing, crossing]):
        log = [*story.log]
        for at, message in enumerate(order):
            story.log = [*story.log]
            story.put(message, place=Place(10 + at))
        assert not story.case().is_closed
        assert story.case().waiting == (crossing.id,)
        story.log = log


def test_a_case_of_a_year_without_anything_is_told(story: Story) -> None:
    """12.7: without a last day, nobody would ever destroy it."""
    story.day = months_after(story.day, 12)
    assert NoticeKind.QUIET not in {line.kind for line in story.case().lines}
    story.later()
    assert NoticeKind.QUIET in {line.kind for line in story.case().lines}
    story.day -= 30
    close(story)
    story.day = months_after(story.day, 14)
    assert NoticeKind.QUIET not in {line.kind for line in story.case().lines}


def test_a_case_that_nobody_on_the_roster_reads_is_told(story: Story) -> None:
    story.publish("XN")
    assert NoticeKind.NOBODY_READS not in {line.kind for line in story.case().lines}
    story.later()
    assert NoticeKind.NOBODY_READS in {line.kind for line in story.case().lines}
