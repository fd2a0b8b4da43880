"""The layout of messages: parsed bytes encode to themselves, and no bytes raise an undeclared error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import FormatError, MalformedError
from keys.wire.canonical import b64, encode, encoded_size, parse, repair, unb64
from keys.wire.envelope import Header
from keys.wire.log import LogDigest, LogEntry, LogPage, log_prefix_size, parse_log_cursor
from keys.wire.mailbox import MailboxEntry, MailboxPage
from keys.wire.messages import Answer, Head
from keys.wire.plaintext import check_padding, split, start_size
from keys.wire.posting import DOOR_OPEN, Posting, mailbox_address
from keys.wire.signed import Signed, join_frames, split_frames
from tests.keys.message_strategies import heads
from tests.keys.stored_files import TEXT, head_of, report_head, sealed_with
from tests.keys.strategies import jsons, nearly, texts
from tests.padding import pad
from tests.vectors.vector import Vector, committed

if TYPE_CHECKING:
    from collections.abc import Callable

RIGHT = {vector.name: vector for vector in committed() if vector.expect in ("opens", "accepted")}


def _raw(name: str) -> bytes:
    return RIGHT[name].raw


ANSWER = head_of(Answer(TEXT)).encode()
ENVELOPE = sealed_with(report_head()).envelope
PREFIX = ENVELOPE[: log_prefix_size(Header.parse(ENVELOPE), len(ENVELOPE))]
ENTRIES = tuple(MailboxEntry(number, 20_600, len(ENVELOPE), PREFIX) for number in (1, 2))
LOG_ENTRIES = (LogEntry(20_600, len(ENVELOPE), PREFIX),) * 2

PARSERS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "canonical": (parse, _raw("canonical/members-in-order")),
    "head": (Head.parse, ANSWER),
    "header": (Header.parse, ENVELOPE),
    "posting": (
        Posting.parse,
        Posting(DOOR_OPEN, bytes(16), mailbox_address(bytes(32), bytes(32)[1:] + b"1"), ENVELOPE).encode(),
    ),
    "mailbox": (lambda raw: MailboxPage.parse(raw, 0), MailboxPage(ENTRIES, more=True).encode()),
    "log": (LogPage.parse, LogPage(1, LogDigest(bytes(32)), 20_600, end=True, entries=LOG_ENTRIES).encode()),
    "short log": (
        LogPage.parse_short,
        LogPage(
            1, LogDigest(bytes(32)), 20_600, end=False, entries=tuple(entry.short() for entry in LOG_ENTRIES)
        ).encode(),
    ),
    "signed": (Signed.parse, _raw("signed/by-three")),
    "frames": (split_frames, _raw("roster/right")),
    "plaintext": (split, pad(ANSWER, bytes(64))),
}


@pytest.mark.parametrize("name", PARSERS)
@given(data=st.data())
def test_no_bytes_make_a_parser_raise_anything_but_its_errors(name: str, data: st.DataObject) -> None:
    read, right = PARSERS[name]
    raw = data.draw(st.binary(max_size=200) | nearly(right))
    try:
        read(raw)
    except FormatError:
        return


@given(st.text(max_size=80))
def test_no_text_makes_a_cursor_or_base64_raise_anything_but_their_errors(text: str) -> None:
    for read in (parse_log_cursor, unb64):
        try:
            read(text)
        except FormatError:
            continue


@given(heads())
def test_any_head_comes_back_as_it_was(head: Head) -> None:
    raw = head.encode()
    again = Head.parse(raw)
    assert again == head
    assert again.encode() == raw


@given(st.data())
def test_a_head_that_still_parses_after_a_change_encodes_to_the_changed_bytes(data: st.DataObject) -> None:
    raw = data.draw(nearly(ANSWER))
    try:
        head = Head.parse(raw)
    except FormatError:
        return
    assert head.encode() == raw


@given(jsons)
def test_any_json_has_one_encoding(value: object) -> None:
    raw = encode(value)  # type: ignore[arg-type]
    assert parse(raw) == value
    assert encode(parse(raw)) == raw


@given(st.data())
def test_json_that_parses_is_canonical(data: st.DataObject) -> None:
    raw = data.draw(nearly(encode(data.draw(jsons))))
    try:
        value = parse(raw)
    except MalformedError:
        return
    assert encode(value) == raw


@given(st.text(st.characters(), max_size=50))
def test_any_text_can_be_sealed_once_repaired(text: str) -> None:
    whole = repair(text)
    assert parse(encode(whole)) == whole
    assert repair(whole) == whole
    assert len(whole) <= len(text)


def test_repair_keeps_pairs_of_surrogates_and_replaces_lone_ones() -> None:
    assert repair("a\ud83e\uddfeb") == "a\U0001f9feb"
    assert repair("a\ud83eb") == "a\ufffdb"
    assert repair("\uddfe") == "\ufffd"


@given(st.binary(max_size=70))
def test_base64url_comes_back(raw: bytes) -> None:
    assert unb64(b64(raw), len(raw)) == raw


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_frames_come_back(frames: list[bytes]) -> None:
    assert split_frames(join_frames(frames)) == frames


@given(texts)
def test_the_size_of_a_text_is_what_it_takes_in_the_head(text: str) -> None:
    longer = encode({**parse(ANSWER), "body": Answer(text).members()})  # type: ignore[dict-item]
    empty = encode({**parse(ANSWER), "body": {"text": ""}})  # type: ignore[dict-item]
    assert len(longer) - len(empty) == encoded_size(text)


@pytest.mark.parametrize("vector", [v for v in RIGHT.values() if v.subject == "signed"], ids=lambda v: v.title)
def test_every_single_byte_cut_off_a_signed_document_is_refused(vector: Vector) -> None:
    for end in range(len(vector.raw)):
        with pytest.raises(MalformedError):
            Signed.parse(vector.raw[:end])


def test_every_cut_of_a_posting_and_of_a_page_is_refused() -> None:
    for name in ("posting", "mailbox", "log", "short log"):
        read, right = PARSERS[name]
        for end in range(0, len(right), 97):
            with pytest.raises(FormatError):
                read(right[:end])


@given(st.binary(min_size=1, max_size=2000), st.data())
def test_padding_that_is_not_zero_is_refused(head: bytes, data: st.DataObject) -> None:
    plaintext = pad(head, bytes(64))
    check_padding(plaintext, start_size(plaintext))
    at = data.draw(st.integers(4 + len(head) + 64, len(plaintext) - 1))
    with pytest.raises(MalformedError):
        check_padding(plaintext[:at] + b"\x01" + plaintext[at + 1 :], start_size(plaintext))
