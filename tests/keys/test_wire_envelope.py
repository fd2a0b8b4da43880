"""Sizes of envelopes, postings and pages: independent of the recipients and of the contents."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import MalformedError, StampError
from keys.sealing import BytesAttachment, Sealed, Signer, seal_cover, seal_head
from keys.wire.canonical import encoded_size
from keys.wire.envelope import (
    LARGEST_POWER,
    MAX_RECIPIENTS,
    SMALLEST_CLASS,
    Header,
    class_of_stream,
    header_size,
    padded_size,
    prefix_size,
    slot_count,
    stream_size,
)
from keys.wire.ids import CaseId, ContentKey, IdentityKey, Mac, MessageId, PersonId, RosterId
from keys.wire.log import LogDigest, log_cursor, parse_log_cursor
from keys.wire.mailbox import PAGE_SIZE, MailboxEntry, MailboxPage, fill_mailbox
from keys.wire.messages import (
    MAX_SEEN,
    About,
    Acknowledgement,
    Answer,
    ArchivedMessage,
    Body,
    Entered,
    Head,
    Note,
    Report,
    Share,
    encode_archives,
)
from keys.wire.messages.fields import MAX_DAY
from keys.wire.posting import DOOR_APPEND, DOOR_OPEN, Posting, append_address, mailbox_address, random_address
from keys.wire.sizes import KEM_KEY_SIZE, MAX_POSITION
from keys.wire.stamp import MAX_WORK, make_stamp, stamp_holds, stamp_target
from tests.keys.stored_files import FIRST_CLASS_TEXT_SIZE, head_of, report_head, sealed_with
from tests.vectors.generator.people import BESTUUR_1, BESTUUR_2, REPORTER, SECRETARIS, TODAY, seed

SMALL = sealed_with(report_head()).envelope
# The characters of a text and the bytes of the head that each takes.
WORST = (("a", 1), ('"', 2), ("\u20ac", 3), ("\U0001f9fe", 4), ("\x01", 6))


def test_a_header_has_room_for_everyone_on_the_roster_and_the_reporter() -> None:
    counts = [slot_count(recipients) for recipients in range(1, MAX_RECIPIENTS + 1)]
    assert counts == [8] * 7 + [16] * 8 + [24] * 8 + [32] * 8
    for recipients in (0, MAX_RECIPIENTS + 1):
        with pytest.raises(MalformedError):
            slot_count(recipients)


@given(st.integers(1, 2**40))
def test_a_class_holds_its_content_and_is_its_own_class(length: int) -> None:
    padded = padded_size(length)
    assert padded >= max(length, SMALLEST_CLASS)
    assert padded_size(padded) == padded
    assert class_of_stream(stream_size(padded)) == padded


@given(st.integers(LARGEST_POWER + 1, 2**40))
def test_above_one_mebibyte_a_class_is_a_padme_length(length: int) -> None:
    exponent = math.floor(math.log2(length))
    kept = math.floor(math.log2(exponent)) + 1
    step = 2 ** (exponent - kept)
    assert padded_size(length) == -(-length // step) * step
    assert padded_size(length) <= length * 1.12


@given(st.integers(1, 2**40), st.integers(1, 2**40))
def test_a_longer_content_never_has_a_smaller_class(one: int, other: int) -> None:
    shorter, longer = sorted((one, other))
    assert padded_size(shorter) <= padded_size(longer)


def test_only_the_size_of_a_class_is_the_size_of_a_stream() -> None:
    sizes = {stream_size(padded_size(length)) for length in range(1, 300_000, 100)}
    for size in range(2 * SMALLEST_CLASS + 1000):
        if size in sizes:
            assert stream_size(class_of_stream(size)) == size
        else:
            with pytest.raises(MalformedError):
                class_of_stream(size)


@given(st.integers(1, 2**41))
def test_a_stream_of_any_other_size_is_malformed(size: int) -> None:
    try:
        padded = class_of_stream(size)
    except MalformedError:
        return
    assert padded_size(padded) == padded
    assert stream_size(padded) == size


def test_what_an_envelope_looks_like_does_not_tell_who_was_chosen() -> None:
    everybody = (SECRETARIS.public, BESTUUR_1.public, BESTUUR_2.public, REPORTER.public)
    sealed = [
        seal_head(report_head(), REPORTER.signer, everybody[:count], slots=8, until=TODAY) for count in range(1, 5)
    ]
    sealed += [sealed_with(head_of(Answer("Ja."))), seal_cover(slots=8, until=TODAY, padded=SMALLEST_CLASS)]
    assert {len(one.envelope) for one in sealed} == {header_size(8) + stream_size(SMALLEST_CLASS)}


def _people(number: int) -> tuple[PersonId, ...]:
    return tuple(PersonId(seed(f"recipient {at}", 16)) for at in range(number))


def _sealed(body: Body, recipients: int, *, left_out: int = 0) -> Sealed:
    """Return a message with a head of the maximum size."""
    people = _people(recipients)
    opens = body.KIND == Report.KIND
    head = Head(
        author=IdentityKey(REPORTER.identity),
        body=body,
        case=None if opens else CaseId(seed("case")),
        channel=body.CHANNEL,
        day=MAX_DAY,
        kind=body.KIND,
        roster=RosterId(seed("roster id")),
        seen=() if opens else tuple(MessageId(seed(f"id {at}")) for at in range(MAX_SEEN)),
        to=people[left_out:],
        without=people[:left_out] if opens else (),
    )
    return seal_head(head, REPORTER.signer, (), slots=slot_count(recipients), until=TODAY)


def _report_of(text: str, recipients: int) -> Report:
    """Return a report with this text about everybody, entered by a recipient, with the longest possible fields."""
    return Report(
        text=text,
        box=bytes(32),
        kem=bytes(KEM_KEY_SIZE),
        mailbox=seed("mailbox"),
        topic="a" * 40,
        language="nl-Latn",
        about=About(board=False, people=_people(recipients)),
        entered=Entered(IdentityKey(seed("recipient")), bytes(64), "in-person"),
    )


def _spread(text: str, recipients: int) -> Report:
    """Return the same text, mostly as answers; its `size` is that of the text, or of one letter."""
    whole = _report_of(text, recipients)
    if len(text) == 1:
        return whole
    names = [f"{'q' * 38}{at:02}" for at in range(24)]
    room = whole.size() - encoded_size(text[0]) - sum(len(f'"{name}":"",') for name in names)
    letters = text[: room // len(names) // encoded_size(text[0])]
    spread = replace(whole, text=text[0], answers=dict.fromkeys(names, letters))
    assert whole.size() - 400 < spread.size() <= whole.size()
    return spread


def _posted(sealed: Sealed, door: int = DOOR_OPEN) -> int:
    """Return the size of the posting of an envelope, in bytes."""
    address = random_address() if door == DOOR_OPEN else append_address(bytes(32))
    return len(Posting(door, bytes(16), address, sealed.envelope).encode())


@pytest.mark.parametrize("recipients", [1, 7, 8, 31])
@pytest.mark.parametrize(("letter", "bytes_each"), WORST)
def test_texts_of_1_to_12000_bytes_have_one_size_in_all_that_is_written_and_in_a_cover_entry(
    recipients: int, letter: str, bytes_each: int
) -> None:
    sizes = {_posted(seal_cover(slots=slot_count(recipients), until=TODAY, padded=SMALLEST_CLASS))}
    for length in (1, FIRST_CLASS_TEXT_SIZE // bytes_each):
        text = letter * length
        for report in (_report_of(text, recipients), _spread(text, recipients)):
            sizes.add(_posted(_sealed(report, recipients, left_out=recipients // 2)))
        sizes |= {_posted(_sealed(body, recipients), DOOR_APPEND) for body in (Answer(text), Acknowledgement(text))}
        sizes.add(_posted(_sealed(Note(text), recipients)))
    assert len(sizes) == 1


def test_a_share_of_one_class_looks_like_a_report_of_it() -> None:
    """Property 10: an archive is a file, and the class is that of head and files together."""
    archived = ArchivedMessage(
        key=ContentKey(bytes(32)),
        day=TODAY,
        place=None,
        gone=False,
        mac=Mac(bytes(32)),
        signature=bytes(64),
        head=head_of(Answer("Ja.")).encode(),
    )
    [archive] = encode_archives([archived] * 3)
    attached = BytesAttachment.of(archive)
    head = replace(head_of(Share(), files=[attached.file]), channel="log", seen=())
    assert sealed_with(head, attached.pieces()).size == len(SMALL)


def test_an_entry_without_a_mailbox_is_posted_like_a_report() -> None:
    opening, other = mailbox_address(bytes(32), seed("writers")), random_address()
    assert len(opening) == len(other) == len(append_address(bytes(32)))
    assert opening == mailbox_address(seed("writers"), bytes(32))
    for address in (opening, other):
        assert address[:32] < address[32:]
    assert random_address() != other
    assert append_address(bytes(32))[32:] != append_address(bytes(32))[32:]


def test_a_header_encodes_to_its_own_bytes() -> None:
    header = Header.parse(SMALL)
    assert header.encode() == SMALL[: header.size]


@given(st.integers(0, 12), st.integers(0, MAX_POSITION - 12))
def test_a_look_into_a_mailbox_has_one_size_and_loses_no_item(count: int, after: int) -> None:
    prefix = SMALL[: prefix_size(Header.parse(SMALL), len(SMALL))]
    entries = [MailboxEntry(after + number, TODAY, len(SMALL), prefix) for number in range(1, count + 1)]
    page = fill_mailbox(entries)
    raw = page.encode()
    assert len(raw) == PAGE_SIZE
    assert MailboxPage.parse(raw, after) == page
    assert page.entries == tuple(entries[: len(page.entries)])
    assert page.more == (len(page.entries) < count)
    assert bool(page.entries) == bool(entries)


def test_the_largest_prefix_fits_a_page() -> None:
    header = Header.parse(seal_cover(slots=32, until=TODAY, padded=SMALLEST_CLASS).prefix)
    size = header.size + stream_size(LARGEST_POWER)
    entry = MailboxEntry(1, TODAY, size, header.encode() + bytes(prefix_size(header, size) - header.size))
    assert MailboxPage.parse(fill_mailbox([entry]).encode(), 0).entries == (entry,)


def test_two_empty_looks_are_filled_with_other_bytes() -> None:
    assert MailboxPage((), more=False).encode() != MailboxPage((), more=False).encode()


@given(st.integers(0, MAX_POSITION), st.binary(min_size=32, max_size=32))
def test_a_cursor_leads_back_to_its_place(position: int, digest: bytes) -> None:
    assert parse_log_cursor(log_cursor(position, LogDigest(digest))) == (position, digest)


@given(st.integers(1, 2000), st.binary(min_size=32, max_size=32))
def test_a_stamp_holds_for_its_work_and_for_less(work: int, mac: bytes) -> None:
    nonce = make_stamp(mac, work)
    assert stamp_holds(mac, nonce, work)
    assert stamp_holds(mac, nonce, max(1, work // 2))


def test_a_stamp_is_bound_to_its_envelope() -> None:
    nonces = [make_stamp(seed("mac"), 1 << 12) for _ in range(3)]
    assert not all(stamp_holds(seed("another mac"), nonce, 1 << 12) for nonce in nonces)


@given(st.integers().filter(lambda work: not 1 <= work <= MAX_WORK))
def test_work_out_of_range_is_refused(work: int) -> None:
    with pytest.raises(StampError):
        stamp_target(work)


def test_a_signer_may_not_seal_for_another_author() -> None:
    head = replace(report_head(), author=IdentityKey(bytes(32)))
    with pytest.raises(MalformedError):
        seal_head(head, Signer.generate(), (), slots=8, until=TODAY)
