"""Cover entries: how many a session posts, their classes, and that they look like any other entry."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from keys.errors import ClockError, NetworkError
from keys.roster.weeks import until_of
from keys.sync.cover import CHANCES, CLASSES, draw_class, draw_timer_class, number_of_covers, post_timer_cover
from keys.wire.envelope import class_of_stream
from keys.wire.log import LogDigest, log_cursor
from keys.wire.messages import Note
from tests.keys.hand import hand_of

if TYPE_CHECKING:
    from tests.keys.office import Office

A = "Secretaris"


@pytest.mark.parametrize(
    ("posted", "cover", "wanted"),
    [(0, 4, 4), (1, 4, 3), (4, 4, 0), (5, 4, 3), (8, 4, 0), (9, 4, 3), (0, 1, 1), (3, 1, 0), (0, 0, 0), (5, 0, 0)],
)
def test_a_session_is_filled_up_to_the_next_multiple(posted: int, cover: int, wanted: int) -> None:
    assert number_of_covers(posted, cover) == wanted


def test_cover_entries_are_of_the_three_smallest_classes_the_smaller_the_more_often() -> None:
    drawn = Counter(draw_class() for _ in range(6000))
    assert sum(CHANCES) == pytest.approx(1)
    assert {*drawn} == {*CLASSES} == {16384, 32768, 65536}
    for size, chance in zip(CLASSES, CHANCES, strict=True):
        assert abs(drawn[size] - 6000 * chance) < 300  # eight standard deviations


def test_a_session_with_nothing_to_say_posts_cover_entries_alone(office: Office) -> None:
    with hand_of(office, A) as hand:
        sent = hand.post(cover=4)
        assert (sent.posted, sent.covers) == (0, 4)
        origin = hand.composer.origin
        page = hand.courier.log(hand.capability, log_cursor(0, LogDigest(origin)))
        assert [class_of_stream(entry.size - entry.header().size) in CLASSES for entry in page.entries] == [True] * 4
        read = hand.read()
        assert (read.end.position, hand.vault.messages.faults()) == (4, [])


def test_a_session_without_a_line_posts_nothing_and_says_so(office: Office) -> None:
    with hand_of(office, A) as hand:
        outbox = hand.outbox
        office.refuse = lambda path: (404, b"<html>") if path == "/envelopes" else None
        hand.courier = office.courier()
        sent = hand.post(cover=4)
        assert (sent.covers, sent.is_reached) == (0, False)

        def fail() -> None:
            raise NetworkError

        with pytest.raises(NetworkError):
            type(outbox)(hand.vault, hand.courier, outbox.composer, fail).post(4, 4)  # type: ignore[arg-type]


def test_the_timer_draws_the_seven_classes_up_to_a_mebibyte_the_smaller_the_more_often() -> None:
    drawn = Counter(draw_timer_class() for _ in range(8000))
    assert {*drawn} == {16384 << order for order in range(7)}
    assert max(drawn) == 2**20
    assert drawn.most_common() == sorted(drawn.items())


def test_a_cover_entry_of_the_timer_looks_like_an_entry_without_a_mailbox_and_opens_for_nobody(office: Office) -> None:
    classes = [post_timer_cover(office.courier(), office.history(), office.today) for _ in range(3)]
    with hand_of(office, A) as hand:
        origin = hand.composer.origin
        page = hand.courier.log(hand.capability, log_cursor(0, LogDigest(origin)))
        assert [class_of_stream(entry.size - entry.header().size) for entry in page.entries] == classes
        assert {entry.header().until for entry in page.entries} == {until_of(office.today)}
        read = hand.read()
        assert (read.end.position, hand.vault.messages.faults()) == (3, [])
    with pytest.raises(ClockError):
        post_timer_cover(office.courier(), office.history(), office.today - 3)


def test_a_cover_entry_that_is_refused_does_not_keep_what_waits_from_going_out(office: Office) -> None:
    office.report("Er ging iets mis.")
    with hand_of(office, A) as hand:
        hand.read()
        [case_id] = hand.vault.messages.cases()
        hand.write(case_id, Note("x" * CLASSES[-1]))  # of a larger class than any cover entry, so it is posted last
    answers = iter([(507, b'{"error":"full"}')] * 3)
    office.refuse = lambda path: next(answers, None) if path == "/envelopes" else None
    with hand_of(office, A) as hand:
        sent = hand.post(cover=4)
        assert (sent.posted, sent.covers, sent.refused, sent.is_reached) == (1, 0, {None: "full"}, True)
