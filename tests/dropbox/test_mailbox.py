"""Mailboxes as the server gives them: opened by door 0, written by door 1, read by number; ended by their day alone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropbox.store.commit import MAILBOX_DAYS
from keys.errors import MalformedError
from keys.roster.weeks import until_of
from keys.wire.envelope import LARGEST_POWER, SMALLEST_CLASS, Header, prefix_size
from keys.wire.log import LogDigest, LogPage, log_cursor
from keys.wire.mailbox import PAGE_SIZE, MailboxEntry, MailboxPage, fill_mailbox
from keys.wire.posting import Posting, append_address, random_address
from keys.wire.stamp import make_stamp
from tests.dropbox.postings import (
    Opaque,
    opaque_case,
    opaque_envelope,
    opaque_message,
    opaque_upload,
)
from tests.dropbox.uploading import bytes_of, sent
from tests.policies import WORK

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.test import TestResponse

    from tests.dropbox.conftest import Box

UNKNOWN = (404, b'{"error":"unknown"}')


def look(box: Box, capability: bytes, after: int = 0) -> MailboxPage:
    answer = box.get(f"/mailbox?after={after}", capability)
    assert answer.status_code == 200
    return MailboxPage.parse(answer.data, after)


def log_size(box: Box) -> int:
    cursor = log_cursor(0, LogDigest(box.organisation.fingerprint))
    page = LogPage.parse_short(box.get(f"/log?after={cursor}&short=1", box.organisation.log_capability).data)
    return len(page.entries)


def case(box: Box, padded: int = SMALLEST_CLASS) -> Opaque:
    made = opaque_case(until_of(box.organisation.policy.day(box.clock())), padded)
    assert box.post(made.posting).status_code == 201
    return made


def refused(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, json.loads(answer.data)["error"]


def stamped_again(posting: Posting, address: bytes | None = None) -> Posting:
    """Return the same envelope in another posting."""
    nonce = make_stamp(Header.parse(posting.envelope).mac, WORK)
    return replace(posting, nonce=nonce, address=address or posting.address)


def test_both_capabilities_read_every_message_in_order(box: Box) -> None:
    made = case(box)
    said = [opaque_message(box.until, capability) for capability in (made.recipients, made.reporter) * 4]
    for posting in said:
        assert box.post(posting).status_code == 201
    for capability in (made.reporter, made.recipients):
        found: list[MailboxEntry] = []
        more = True
        while more:
            page = look(box, capability, len(found))
            found += page.entries
            more = page.more
        assert [entry.number for entry in found] == list(range(1, 10))
        assert [entry.prefix for entry in found] == [made.posting.envelope, *(posting.envelope for posting in said)]
        assert look(box, capability, 9).entries == ()


def test_parts_of_a_message_are_fetched_by_its_number(box: Box) -> None:
    made = case(box)
    upload = opaque_upload(box.until, capability=made.recipients)
    sent(box, upload)
    parts = b"".join(box.get(f"/mailbox/2/{number}", made.reporter).data for number in range(upload.count))
    assert upload.opening.prefix + parts == bytes_of(upload)
    for path in (f"/mailbox/2/{upload.count}", "/mailbox/1/0", "/mailbox/3/0"):
        assert refused(box.get(path, made.reporter)) == (404, "not-found")


def test_a_number_that_is_none_is_malformed(box: Box) -> None:
    made = case(box)
    for after in ("", "-1", "01", "x", "1.5", str(2**63)):
        assert refused(box.get(f"/mailbox?after={after}", made.reporter)) == (400, "malformed")


def test_a_mailbox_ends_thirteen_months_after_its_last_message_and_not_before(box: Box) -> None:
    made = case(box)
    box.clock.advance(days=100)
    today = box.organisation.policy.day(box.clock())
    assert box.post(opaque_message(until_of(today), made.reporter)).status_code == 201
    box.clock.advance(days=MAILBOX_DAYS)
    assert len(look(box, made.recipients).entries) == 2
    box.clock.advance(days=1)
    for capability in (made.reporter, made.recipients):
        answer = box.get("/mailbox?after=0", capability)
        assert (answer.status_code, answer.data) == UNKNOWN


def test_leaving_takes_both_capabilities_and_shuts_the_reporter_out_alone(box: Box) -> None:
    made, other = case(box), case(box)
    for raw in (made.reporter * 2, made.recipients + other.reporter, other.recipients + made.reporter, bytes(64)):
        answer = box.post_raw("/leave", raw)
        assert (answer.status_code, answer.data) == UNKNOWN
    assert box.post_raw("/leave", made.reporter + made.recipients).status_code == 200
    answer = box.get("/mailbox?after=0", made.reporter)
    assert (answer.status_code, answer.data) == UNKNOWN
    assert box.post(opaque_message(box.until, made.recipients)).status_code == 201
    assert len(look(box, made.recipients).entries) == 2


def test_after_a_mailbox_has_ended_the_same_envelope_goes_by_door_0(box: Box) -> None:
    """A queue must not stand still because a mailbox has ended."""
    made = case(box)
    box.clock.advance(days=MAILBOX_DAYS + 1)
    until = until_of(box.organisation.policy.day(box.clock()))
    answer = opaque_message(until, made.recipients)
    refusal = box.post(answer)
    assert (refusal.status_code, refusal.data) == UNKNOWN
    before = log_size(box)
    moved = Posting(0, answer.nonce, random_address(), answer.envelope)
    for _ in range(2):
        assert box.post(moved).status_code == 201
    assert log_size(box) == before + 1


def test_hashes_in_use_are_a_conflict_unless_it_is_the_same_envelope(box: Box) -> None:
    made = case(box)
    envelope, mac = opaque_envelope(box.until)
    other = Posting(0, make_stamp(mac, WORK), made.posting.address, envelope)
    assert refused(box.post(other)) == (409, "conflict")
    half = b"".join(sorted((made.posting.address[:32], random_address()[:32])))
    assert refused(box.post(replace(other, address=half))) == (409, "conflict")
    assert box.post(stamped_again(made.posting)).status_code == 201
    assert (log_size(box), len(look(box, made.reporter).entries)) == (1, 1)


def test_no_address_tells_which_capability_is_the_reporters(box: Box) -> None:
    """audit L6: a live server saw it in the order of the halves, though the page of its store did not tell."""
    made = [opaque_case(box.until) for _ in range(40)]
    assert all(one.posting.address[:32] < one.posting.address[32:] for one in made)
    assert {hashlib.sha256(one.reporter).digest() == one.posting.address[:32] for one in made} == {True, False}
    turned = made[0].posting.address[32:] + made[0].posting.address[:32]
    assert refused(box.post(replace(made[0].posting, address=turned))) == (400, "malformed")
    upload = opaque_upload(box.until)
    turned = upload.opening.address[32:] + upload.opening.address[:32]
    assert refused(box.post_raw("/uploads", replace(upload.opening, address=turned).encode())) == (400, "malformed")


def test_a_server_that_repeats_or_leaves_out_a_message_gives_no_page(box: Box) -> None:
    """audit L7: a tool asked for ever for the page after one that came again."""
    made = case(box)
    for _ in range(8):
        box.post(opaque_message(box.until, made.recipients))
    page = look(box, made.reporter)
    raw = box.get("/mailbox?after=0", made.reporter).data
    with pytest.raises(MalformedError):
        MailboxPage.parse(raw, page.entries[-1].number)
    entries = page.entries[:1] + page.entries[2:]
    with pytest.raises(MalformedError):
        MailboxPage.parse(MailboxPage(entries, more=True).encode(), 0)
    with pytest.raises(MalformedError):
        MailboxPage.parse(MailboxPage((), more=True).encode(), 9)


def test_a_report_is_given_back_with_its_mailbox_after_a_restore(box: Box, tmp_path: Path) -> None:
    """L7: a tool gives back what a restored server has lost, and the reporter's code works again."""
    from dropbox.store.database import copy

    case(box)
    copy(box.config.database, tmp_path / "sunday")
    made = case(box)
    answer = opaque_message(box.until, made.recipients)
    box.post(answer)
    restore(box, tmp_path / "sunday")
    gone = box.get("/mailbox?after=0", made.reporter)
    assert (gone.status_code, gone.data) == UNKNOWN
    # Two tools give it back, each with a stamp of its own; then its messages, in order.
    for _ in range(2):
        assert box.post(stamped_again(made.posting)).status_code == 201
        address = append_address(made.recipients)
        assert box.post(stamped_again(answer, address)).status_code == 201
    assert [entry.prefix for entry in look(box, made.reporter).entries] == [made.posting.envelope, answer.envelope]
    assert log_size(box) == 3


def test_whoever_gives_a_report_back_without_its_mailbox_shuts_nobody_out(box: Box, tmp_path: Path) -> None:
    from dropbox.store.database import copy

    copy(box.config.database, tmp_path / "sunday")
    made = case(box)
    restore(box, tmp_path / "sunday")
    assert box.post(stamped_again(made.posting, random_address())).status_code == 201
    assert box.post(stamped_again(made.posting)).status_code == 201
    assert [entry.prefix for entry in look(box, made.reporter).entries] == [made.posting.envelope]
    assert log_size(box) == 1


def restore(box: Box, file: Path) -> None:
    """Put an older copy in the place of the store, as an operator does."""
    box.database.close()
    for path in box.config.data.glob("meldbus.sqlite*"):
        path.unlink()
    file.rename(box.config.database)


def test_nothing_but_an_unknown_capability_is_answered_unknown(box: Box) -> None:
    """H6, D9: a tool believes that a mailbox has ended, so no other fault may have these bytes."""
    made = case(box, LARGEST_POWER)
    capability = box.organisation.log_capability
    others = [
        box.get("/mailbox/7/0", made.reporter),
        box.get("/mailbox/1/9", made.reporter),
        box.get("/mailbox/7/0", made.reporter),
        box.get("/log/7/0", capability),
        box.get("/log/1/9", capability),
        box.get("/rosters/99"),
        box.get("/rosters/x"),
        box.get("/nowhere"),
        box.get("/mailbox/x", made.reporter),
        box.get("/log/1", capability),
        box.post_raw("/nowhere", b""),
        box.post_raw("/mailbox", b""),
        box.post_raw("/parts", opaque_upload(box.until).part(0)),
    ]
    assert {answer.status_code for answer in others} == {404, 405, 409}
    assert not any(b"unknown" in answer.data for answer in others if answer.mimetype == "application/json")
    assert not any(answer.data == UNKNOWN[1] for answer in others)
    never = [
        box.get("/mailbox?after=0", bytes(32)),
        box.get("/mailbox?after=0"),
        box.get("/mailbox/1/0", bytes(32)),
        box.get("/mailbox/1/0", capability),
        box.get(f"/log?after={log_cursor(0, LogDigest(bytes(32)))}", made.reporter),
        box.get("/log/1/0"),
        box.post(opaque_message(box.until, bytes(32))),
        box.post_raw("/uploads", opaque_upload(box.until, capability=bytes(32)).raw),
        box.post_raw("/leave", bytes(64)),
    ]
    assert {(answer.status_code, answer.data) for answer in never} == {UNKNOWN}
    assert len({str(answer.headers) for answer in never}) == 1


def entry_of(number: int, size: int, slots: int) -> MailboxEntry:
    raw, _ = opaque_envelope(20_800, size, slots)
    return MailboxEntry(number, 20_790, len(raw), raw[: prefix_size(Header.parse(raw), len(raw))])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([(SMALLEST_CLASS, 8), (65_536, 8), (LARGEST_POWER, 32)]), max_size=12),
    st.integers(0, 2**40),
)
def test_a_page_of_the_mailbox_has_one_size_and_loses_nothing(kinds: list[tuple[int, int]], after: int) -> None:
    entries = [entry_of(number, *kind) for number, kind in enumerate(kinds, after + 1)]
    page = fill_mailbox(entries)
    raw = page.encode()
    assert len(raw) == PAGE_SIZE
    assert MailboxPage.parse(raw, after) == page
    assert page.entries == tuple(entries[: len(page.entries)])
    assert page.more == (len(page.entries) < len(entries))
    assert bool(page.entries) == bool(entries)
