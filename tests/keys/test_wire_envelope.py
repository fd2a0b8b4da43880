"""Sizes of envelopes, postings and pages: the same for whoever is chosen and whatever is said."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import MalformedError, StampError
from keys.sealing import Sealed, Signer, seal, seal_decoy
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
from keys.wire.exchange import (
    MAX_WORK,
    PAGE_SIZE,
    Item,
    Page,
    append,
    fill,
    make_stamp,
    open_case,
    parse_cursor,
    stamp_holds,
    stamp_target,
)
from keys.wire.head import MAX_SEEN, Head
from keys.wire.kinds import FIRST_CLASS_TEXT_SIZE, About, Acknowledgement, Answer, Body, Report
from keys.wire.sizes import KEM_KEY_SIZE
from tests.vectors.generator.people import REPORTER, TODAY, seed
from tests.vectors.vector import committed

ENVELOPES = {vector.title: vector.raw for vector in committed() if vector.subject == "envelope"}
OPENING = [vector for vector in committed() if vector.expect == "opens"]
SMALL = ENVELOPES["report-opened-by-a-recipient"]
# What a text can consist of and how many bytes of the head each takes.
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
    sizes = {
        len(ENVELOPES[title])
        for title in ("report-opened-by-a-recipient", "report-for-others", "decoy", "header-without-a-free-slot")
    }
    assert sizes == {header_size(8) + stream_size(SMALLEST_CLASS)}


def _people(number: int) -> tuple[bytes, ...]:
    return tuple(seed(f"recipient {at}") for at in range(number))


def _sealed(body: Body, kind: str, recipients: int, *, left_out: int = 0) -> Sealed:
    """Return a message with as much in its head as there can be."""
    people = _people(recipients)
    opens = kind == Report.KIND
    head = Head(
        author=REPORTER.identity,
        kind=kind,
        channel="thread",
        case=None if opens else seed("case"),
        day=2**32 - 1,
        roster=seed("roster id"),
        seen=() if opens else tuple(seed(f"id {at}") for at in range(MAX_SEEN)),
        to=people[left_out:],
        without=people[:left_out] if opens else (),
        body=body,
    )
    return seal(head, REPORTER.signer, (), slots=slot_count(recipients), until=TODAY)


def _report_of(text: str, recipients: int) -> Report:
    """Return a report of this text about everybody, its other names as long as they can be."""
    about = About(tuple(range(recipients)), board=False)
    return Report(text, bytes(32), bytes(KEM_KEY_SIZE), "a" * 40, "nl-Latn", about)


def _spread(text: str, recipients: int) -> Report:
    """Return the same words, most of them as answers; its `size` is that of the text, or of one letter."""
    whole = _report_of(text, recipients)
    if len(text) == 1:
        return whole
    names = [f"{'q' * 38}{at:02}" for at in range(24)]
    room = whole.size() - encoded_size(text[0]) - sum(len(f'"{name}":"",') for name in names)
    letters = text[: room // len(names) // encoded_size(text[0])]
    spread = replace(whole, text=text[0], answers=dict.fromkeys(names, letters))
    assert whole.size() - 400 < spread.size() <= whole.size()
    return spread


@pytest.mark.parametrize("recipients", [1, 7, 8, 31])
@pytest.mark.parametrize(("letter", "bytes_each"), WORST)
def test_texts_of_1_to_12000_bytes_have_one_size_in_report_answer_and_decoy(
    recipients: int, letter: str, bytes_each: int
) -> None:
    decoy = seal_decoy(slots=slot_count(recipients), until=TODAY, padded=SMALLEST_CLASS)
    sizes = {len(open_case(decoy.envelope, bytes(16), bytes(32)).encode())}
    for length in (1, FIRST_CLASS_TEXT_SIZE // bytes_each):
        text = letter * length
        for body in (_report_of(text, recipients), _spread(text, recipients)):
            report = _sealed(body, Report.KIND, recipients, left_out=recipients // 2)
            sizes.add(len(open_case(report.envelope, bytes(16), bytes(32), bytes(32)).encode()))
        answer = _sealed(Answer(text), Answer.KIND, recipients)
        official = _sealed(Acknowledgement(text), Acknowledgement.KIND, recipients)
        sizes.add(len(append(answer.envelope, bytes(16), bytes(32)).encode()))
        sizes.add(len(append(official.envelope, bytes(16), bytes(32)).encode()))
    assert len(sizes) == 1


def test_an_entry_without_a_thread_is_posted_like_a_report() -> None:
    case = open_case(SMALL, bytes(16), bytes(32), bytes(32))
    entry = open_case(SMALL, bytes(16), bytes(32))
    assert len(case.address) == len(entry.address)
    assert case.door == entry.door
    assert open_case(SMALL, bytes(16), bytes(32)).address != entry.address
    assert append(SMALL, bytes(16), bytes(32)).address[32:] != append(SMALL, bytes(16), bytes(32)).address[32:]


@pytest.mark.parametrize("raw", [vector.raw for vector in OPENING], ids=[vector.title for vector in OPENING])
def test_a_header_encodes_to_its_own_bytes(raw: bytes) -> None:
    header = Header.parse(raw)
    assert header.encode() == raw[: header.size]


@given(st.lists(st.integers(0, 2**63 - 1), max_size=12, unique=True).map(sorted))
def test_a_look_has_one_size_and_loses_no_item(positions: list[int]) -> None:
    prefix = SMALL[: prefix_size(Header.parse(SMALL), len(SMALL))]
    items = [Item(position, TODAY, len(SMALL), prefix) for position in positions]
    page = fill(items)
    raw = page.encode()
    assert len(raw) == PAGE_SIZE
    assert Page.parse(raw) == page
    assert page.items == tuple(items[: len(page.items)])
    assert page.more == (len(page.items) < len(items))
    assert bool(page.items) == bool(items)


def test_the_largest_prefix_fits_a_page() -> None:
    raw = ENVELOPES["header-of-32-slots"]
    header = Header.parse(raw)
    size = header.size + stream_size(LARGEST_POWER)
    item = Item(1, TODAY, size, raw[: header.size] + bytes(prefix_size(header, size) - header.size))
    assert Page.parse(fill([item]).encode()).items == (item,)


def test_two_empty_looks_are_filled_with_other_bytes() -> None:
    assert Page((), more=False).encode() != Page((), more=False).encode()


@given(st.integers(0, 2**63 - 1))
def test_a_cursor_leads_back_to_its_item(position: int) -> None:
    item = Item(position, TODAY, len(SMALL), SMALL)
    assert parse_cursor(item.cursor()) == (position, item.header().digest())


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
    head = Head.parse(next(v.raw for v in committed() if v.name == "head/answer"))
    with pytest.raises(MalformedError):
        seal(replace(head, author=bytes(32)), Signer.generate(), (), slots=8, until=TODAY)
