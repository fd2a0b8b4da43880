"""The log as the server gives it: every envelope once, in one order, with digests that anybody can compute."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropbox.store.expiry import ENTRY_DAYS
from keys.roster.weeks import until_of
from keys.wire.envelope import LARGEST_POWER, SMALLEST_CLASS, Header, padded_size
from keys.wire.log import (
    CURSOR_STEP,
    LOG_PAGE_SIZE,
    MOST_ENTRIES,
    LogDigest,
    LogEntry,
    LogPage,
    ShortEntry,
    fill_log,
    log_cursor,
    log_digest,
    log_prefix_size,
)
from keys.wire.upload import largest_class
from tests.dropbox.postings import Opaque, opaque_case, opaque_envelope, opaque_message, opaque_upload
from tests.dropbox.uploading import bytes_of, sent

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from dropbox.store import Store
    from tests.dropbox.conftest import Box


def store_of(box: Box) -> Store:
    store: Store = box.client.application.extensions["store"]
    return store


def root_id(box: Box) -> LogDigest:
    return LogDigest(box.organisation.fingerprint)


def today(box: Box) -> int:
    return box.organisation.policy.day(box.clock())


def ask(box: Box, position: int, digest: LogDigest, more: str = "") -> TestResponse:
    return box.get(f"/log?after={log_cursor(position, digest)}{more}", box.organisation.log_capability)


def look(box: Box, position: int = 0, digest: LogDigest | None = None, more: str = "") -> LogPage[LogEntry]:
    answer = ask(box, position, digest or root_id(box), more)
    assert answer.status_code == 200
    return LogPage.parse(answer.data)


def look_short(box: Box, position: int = 0, digest: LogDigest | None = None, more: str = "") -> LogPage[ShortEntry]:
    answer = ask(box, position, digest or root_id(box), f"&short=1{more}")
    assert answer.status_code == 200
    return LogPage.parse_short(answer.data)


def case(box: Box, padded: int = SMALLEST_CLASS) -> Opaque:
    made = opaque_case(until_of(today(box)), padded)
    assert box.post(made.posting).status_code == 201
    return made


def expire(box: Box) -> None:
    assert store_of(box).expiry.expire(today(box)) == 0


def refused(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, json.loads(answer.data)["error"]


def test_every_envelope_stands_in_the_log_once_by_either_door_or_in_parts(box: Box) -> None:
    first = case(box)
    answer = opaque_message(box.until, first.reporter, 4 * SMALLEST_CLASS)
    assert box.post(answer).status_code == 201
    upload = opaque_upload(box.until, capability=first.recipients)
    sent(box, upload)
    assert box.post(answer).status_code == 201  # its acknowledgement was lost
    page = look(box)
    whole = [first.posting.envelope, answer.envelope, bytes_of(upload)]
    assert [entry.size for entry in page.entries] == [len(raw) for raw in whole]
    for entry, raw in zip(page.entries, whole, strict=True):
        assert entry.prefix == raw[: log_prefix_size(entry.header(), entry.size)]
    assert (page.first, page.before, page.day, page.end) == (1, root_id(box), today(box), True)


def test_a_prefix_holds_any_head_so_that_nothing_but_files_is_fetched_apart(box: Box) -> None:
    """An entry that named a capability made every tool ask for it, and the answer stopped their sync."""
    for padded in (SMALLEST_CLASS, 4 * 65_536, 8 * 65_536, LARGEST_POWER):
        case(box, padded)
    sent(box, opaque_upload(box.until))
    for entry in look(box).entries:
        assert len(entry.prefix) == min(entry.size, entry.header().size + 5 * (65_536 + 16))


def test_the_digests_of_the_server_are_those_that_a_reader_computes(box: Box) -> None:
    for number in range(70):
        made = case(box)
        box.clock.advance(days=number % 2)
        box.post(opaque_message(until_of(today(box)), made.recipients))
    digest, position = root_id(box), 0
    for entry in look(box).entries:
        position += 1
        header = entry.header()
        digest = log_digest(digest, position, ShortEntry.of(header, entry.day, entry.size))
        assert store_of(box).log.digest_at(position) == digest
    assert position == 140
    assert store_of(box).log.digest_at(0) == root_id(box)
    assert store_of(box).log.digest_at(141) is None


def test_the_short_form_gives_the_same_digests_and_nothing_else(box: Box) -> None:
    for padded in (SMALLEST_CLASS, LARGEST_POWER, SMALLEST_CLASS):
        case(box, padded)
    short, long = look_short(box), look(box)
    assert short.digests() == long.digests()
    assert short.entries == tuple(entry.short() for entry in long.entries)
    assert (short.first, short.day, short.end) == (long.first, long.day, long.end)


@pytest.mark.parametrize("more", ["&limit=1", "&limit=2", "&limit=7"])
def test_a_limit_is_kept_and_the_end_is_said_at_the_last_entry_alone(box: Box, more: str) -> None:
    for _ in range(7):
        case(box)
    most = int(more.partition("=")[2])
    for page in (look(box, more=more), look_short(box, more=more)):
        assert (len(page.entries), page.end) == (most, most == 7)
    assert [ask(box, 0, root_id(box), wrong).status_code for wrong in ("&limit=x", "&limit=-1", "&limit=1.0")] == [
        400
    ] * 3


def test_reading_page_by_page_gives_every_entry_once(box: Box) -> None:
    # Not even 64 of these fit into a page, so a reader goes on from where one ends.
    made = [case(box, LARGEST_POWER) for _ in range(14)]
    made += [case(box) for _ in range(CURSOR_STEP * 2)]
    found: list[bytes] = []
    position, digest, end = 0, root_id(box), False
    while not end:
        answer = ask(box, position, digest)
        assert len(answer.data) <= LOG_PAGE_SIZE
        page = LogPage.parse(answer.data)
        assert page.check_follows(position, digest) == 0
        found += [entry.header().mac for entry in page.entries]
        position, digest, end = position + len(page.entries), page.digests()[-1], page.end
    assert found == [Header.parse(one.posting.envelope).mac for one in made]


def test_a_cursor_that_the_server_does_not_have_differs(box: Box) -> None:
    """A restored or forked log is no empty one, and no end."""
    for _ in range(3):
        case(box)
    digest = look(box).digests()[1]
    assert look(box, 2, digest).first == 3
    other = LogDigest(bytes(32))
    for position, wrong in ((0, other), (2, other), (1, digest), (3, digest), (64, digest), (2**63 - 1, digest)):
        assert refused(ask(box, position, wrong)) == (409, "differs")
    for after in ("", "2", "2.", "x", f"{2**64}.{'A' * 43}"):
        assert refused(box.get(f"/log?after={after}", box.organisation.log_capability)) == (400, "malformed")


def test_a_reader_who_was_away_for_thirteen_months_goes_on_from_the_first_entry_that_is_left(box: Box) -> None:
    """L17: the digest before the first entry that is left is given, so that the rest can be checked."""
    for _ in range(CURSOR_STEP + 6):
        case(box)
    page = look(box)
    at_step, last = page.digests()[CURSOR_STEP - 1], page.digests()[-1]
    box.clock.advance(days=30)
    later = [case(box) for _ in range(2)]
    box.clock.advance(days=ENTRY_DAYS - 29)
    expire(box)
    for position, digest in ((0, root_id(box)), (CURSOR_STEP, at_step)):
        left = look(box, position, digest)
        assert (left.first, left.before) == (CURSOR_STEP + 7, last)
        assert left.check_follows(position, digest) == CURSOR_STEP + 6 - position
        assert [entry.header().mac for entry in left.entries] == [
            Header.parse(one.posting.envelope).mac for one in later
        ]
        assert look_short(box, position, digest).digests() == left.digests()
    assert refused(ask(box, 5, page.digests()[4])) == (409, "differs")  # forgotten, but no tool asks from there


def test_positions_and_digests_go_on_when_every_entry_has_ended(box: Box) -> None:
    for _ in range(5):
        case(box)
    last = look(box).digests()[-1]
    box.clock.advance(days=ENTRY_DAYS + 1)
    expire(box)
    empty = look(box)
    assert (empty.first, empty.before, empty.entries, empty.end) == (6, last, (), True)
    case(box)
    page = look(box)
    assert (page.first, page.before, len(page.entries)) == (6, last, 1)
    assert store_of(box).log.digest_at(6) == page.digests()[0]


def test_the_log_is_read_with_its_own_capability_alone(box: Box) -> None:
    made = case(box, LARGEST_POWER)
    for capability in (made.reporter, made.recipients, bytes(32), None):
        for path in (f"/log?after={log_cursor(0, root_id(box))}", "/log/1/0"):
            answer = box.get(path, capability)
            assert (answer.status_code, answer.data) == (404, b'{"error":"unknown"}')


def test_parts_of_an_entry_are_fetched_by_its_position(box: Box) -> None:
    upload = opaque_upload(box.until, largest_class(3_000_000))
    case(box)
    sent(box, upload)
    capability = box.organisation.log_capability
    parts = b"".join(box.get(f"/log/2/{number}", capability).data for number in range(upload.count))
    assert upload.opening.prefix + parts == bytes_of(upload)
    for path in (f"/log/2/{upload.count}", "/log/1/0", "/log/3/0", "/log/0/0"):
        assert refused(box.get(path, capability)) == (404, "not-found")


def test_reading_moves_nothing(box: Box) -> None:
    case(box)
    before = look(box)
    for _ in range(3):
        assert look(box) == before


def entry_of(size: int) -> LogEntry:
    raw, _ = opaque_envelope(20_800, size)
    return LogEntry(20_790, len(raw), raw[: log_prefix_size(Header.parse(raw), len(raw))])


ENTRIES = {size: entry_of(size) for size in (SMALLEST_CLASS, 65_536, LARGEST_POWER, padded_size(3_000_000))}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(ENTRIES)), max_size=200), st.integers(1, 300), st.integers(1, 2**40))
def test_a_page_takes_as_many_entries_as_fit_and_says_whether_there_are_others(
    sizes: list[int], most: int, first: int
) -> None:
    entries = [ENTRIES[size] for size in sizes]
    page = fill_log(first, LogDigest(bytes(32)), 20_790, iter(entries), most)
    raw = page.encode()
    assert len(raw) <= LOG_PAGE_SIZE
    assert page.entries == tuple(entries[: len(page.entries)])
    assert page.end == (len(page.entries) == len(entries))
    if not page.end and len(page.entries) < most:
        assert len(raw) + entries[len(page.entries)].length > LOG_PAGE_SIZE
    assert LogPage.parse(raw) == page


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 400), st.integers(1, MOST_ENTRIES), st.integers(0, 300))
def test_pages_of_any_length_give_the_digests_of_the_whole(number: int, most: int, cut: int) -> None:
    short = ENTRIES[SMALLEST_CLASS].short()
    whole = fill_log(1, LogDigest(bytes(32)), 20_790, [short] * number)
    first = fill_log(1, LogDigest(bytes(32)), 20_790, [short] * min(cut, number))
    assert LogPage.parse_short(whole.encode()).digests() == whole.digests()
    assert first.digests() == whole.digests()[: len(first.entries)]
    assert len(fill_log(1, whole.before, 20_790, [short] * number, most).entries) == min(number, most)
