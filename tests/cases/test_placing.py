"""Which messages a vault accepts, and at which place (SPEC 12.1 step 1, 12.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.cases.numbers import case_number, cases_with
from keys.cases.place import Place, Way
from keys.cases.placing import FirstEntry, IndexedEntry, Word, take
from keys.wire.ids import CaseId, MessageId
from keys.wire.messages import KINDS, Closed
from tests.cases.story import DAY, Story

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.cases.place import PlacedMessage

CONTENT = b"c" * 32
FIRST = FirstEntry(500, DAY + 30)
UNTIL = DAY + 27
A_YEAR_AGO = DAY - 400


@pytest.fixture
def closed() -> PlacedMessage:
    """A `closed` that M wrote on the day of the report."""
    story = Story("AM")
    story.report("AM", without="")
    return story.write("M", Closed("Tekst."))


def taken(
    message: PlacedMessage,
    *,
    entry: IndexedEntry | None = None,
    words: Sequence[Word] = (),
    first: FirstEntry | None = FIRST,
    until: int = UNTIL,
) -> tuple[Place, int] | None:
    placed = take(
        message.id, message.head, Way.SHARE, content=CONTENT, entry=entry, words=words, until=until, first=first
    )
    return placed and (placed.place, placed.day)


def test_the_own_index_gives_place_and_day(closed: PlacedMessage) -> None:
    entry = IndexedEntry(Place(700), DAY + 2, CONTENT)
    assert taken(closed, entry=entry, words=[Word(900, 0, 3, DAY)]) == (Place(700), DAY + 2)


def test_another_head_under_an_entry_of_long_ago_is_not_taken(closed: PlacedMessage) -> None:
    """K29, T9: a share has a closing under the mac of M's own cover entry of 410 days ago."""
    entry = IndexedEntry(Place(3), A_YEAR_AGO, b"random bytes of the cover entry.")
    assert taken(closed, entry=entry) is None
    assert taken(closed, entry=entry, words=[Word(900, 0, 3, A_YEAR_AGO)]) is None


def test_what_is_not_in_the_index_is_not_taken(closed: PlacedMessage) -> None:
    """T29, T45: M shares a message that never was in the log, or is not yet."""
    assert taken(closed) is None


@pytest.mark.parametrize("position", [None, 1, 499])
def test_no_word_is_heard_of_a_case_whose_report_was_read(closed: PlacedMessage, position: int | None) -> None:
    """T29, T45: nothing in a case is older than its report, so M cannot claim that a message predates the reading."""
    assert taken(closed, words=[Word(900, 0, position, DAY)], first=None) is None


@pytest.mark.parametrize("position", [None, 1])
def test_a_vault_that_has_the_first_entry_of_the_log_hears_no_word(closed: PlacedMessage, position: int | None) -> None:
    """T29, T45: nothing is older than that; a share like those of a page, without places, was believed."""
    assert taken(closed, words=[Word(900, 0, position, DAY)], first=FirstEntry(1, DAY)) is None


@pytest.mark.parametrize("position", [500, 501, 10_000])
def test_of_the_time_that_was_read_only_what_stood_there_counts(closed: PlacedMessage, position: int) -> None:
    """K22: M creates a `closed` today and shares it as old: it counted in vaults that had read that time."""
    assert taken(closed, words=[Word(900, 0, position, DAY)]) is None


def test_what_is_older_than_the_own_reading_has_the_place_that_a_share_gives(closed: PlacedMessage) -> None:
    assert taken(closed, words=[Word(900, 0, 499, DAY + 1)]) == (Place(499), DAY + 1)


@pytest.mark.parametrize("position", [0, -1])
def test_a_word_of_no_place_in_the_log_is_not_heard(closed: PlacedMessage, position: int) -> None:
    assert taken(closed, words=[Word(900, 0, position, DAY)]) is None


@pytest.mark.parametrize(
    ("day", "expected"),
    [(A_YEAR_AGO, DAY), (DAY + 5, DAY + 5), (UNTIL, UNTIL), (UNTIL + 1, UNTIL), (DAY + 9999, UNTIL)],
)
def test_the_day_of_a_word_moves_between_the_heads_day_and_until(
    closed: PlacedMessage, day: int, expected: int
) -> None:
    """K22: dated 400 days ago."""
    assert taken(closed, words=[Word(900, 0, 7, day)]) == (Place(7), expected)


def test_the_day_of_a_word_is_not_after_the_own_first_reading(closed: PlacedMessage) -> None:
    first = FirstEntry(500, DAY + 3)
    assert taken(closed, words=[Word(900, 0, 7, DAY + 20)], first=first) == (Place(7), DAY + 3)


def test_of_two_words_the_first_counts(closed: PlacedMessage) -> None:
    """Section 7 of the design; independent of the order in which the shares were opened."""
    words = [Word(900, 5, 7, DAY), Word(901, 0, 8, DAY + 1), Word(900, 6, 9, DAY)]
    assert taken(closed, words=words) == taken(closed, words=words[::-1]) == (Place(7), DAY)


def test_a_pages_word_gives_an_order_until_a_tool_gives_the_place(closed: PlacedMessage) -> None:
    """5.4: a page does not know the log's places. Its thread would permanently precede the whole dossier."""
    pages = [Word(900, 0, None, DAY), Word(900, 1, None, DAY), Word(901, 0, None, DAY)]
    found = [taken(closed, words=[word]) for word in pages]
    assert all(one and one[0].position == 0 for one in found)
    assert found == sorted(found, key=lambda one: one or (Place(0), 0))
    assert len(set(found)) == len(pages)
    assert taken(closed, words=[pages[0], Word(950, 0, 7, DAY + 1)]) == (Place(7), DAY + 1)


def test_a_page_word_that_is_not_heard_leaves_the_others(closed: PlacedMessage) -> None:
    assert taken(closed, words=[Word(900, 0, 600, DAY), Word(901, 0, 7, DAY)]) == (Place(7), DAY)


def test_what_is_not_taken_changes_nothing_and_is_not_named() -> None:
    """T45: a vault that was given an unposted message has the same case as the others."""
    story = Story("ABM")
    story.report("ABM", without="")
    given = story.write("M", Closed("Tekst."))
    assert taken(given) is None
    said = story.answer("A")
    assert given.id not in said.head.seen


def test_no_message_says_that_something_was_destroyed() -> None:
    """K8, M7: honest B's `destroyed` crossed a hold; a tombstone arrived before its report."""
    assert not {"destroyed", "tombstone", "handed-over", "admit", "conflict", "entered"} & set(KINDS)


def test_the_number_of_a_case_is_three_words_of_its_id() -> None:
    """audit L8: 32 bits could be searched in half an hour; the number has 48."""
    one = CaseId(b"abcdef" + bytes(26))
    other = CaseId(b"abcdef" + b"x" * 26)
    third = CaseId(b"abcdeg" + bytes(26))
    assert len(case_number(one).split("-")) == 3
    assert case_number(one) != case_number(third)
    assert cases_with(f" {case_number(one).upper()}\n", [one, third]) == (one,)
    assert cases_with(case_number(one), [one, other, third]) == (one, other)


def test_messages_of_the_channel_log_are_no_part_of_a_case_and_are_never_named() -> None:
    """T32: `lacking` is itself named by its author's next message."""
    story = Story("AB")
    story.report("AB", without="")
    note = story.answer("A")
    lacking = replace(note, id=MessageId(b"l" * 32), head=replace(note.head, channel="log", seen=()))
    story.log.append(lacking)
    case = story.case()
    assert case.find(lacking.id) is None
    assert lacking.id not in story.answer("A").head.seen
