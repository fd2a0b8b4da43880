"""The archive of a share: its contents survive encoding, and a cut or altered one is refused or differs."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import FormatError, MalformedError
from keys.wire.canonical import encode, parse_object
from keys.wire.messages import ArchivedMessage, encode_archives, parse_archive
from keys.wire.messages.fields import MAX_DAY
from keys.wire.messages.log import MAX_ARCHIVE_SIZE
from keys.wire.plaintext import MAX_HEAD_SIZE
from keys.wire.signed import join_frames, split_frames
from tests.keys.strategies import ids, nearly

messages = st.builds(
    ArchivedMessage,
    key=ids,
    day=st.integers(0, MAX_DAY),
    place=st.none() | st.integers(1, 2**53 - 1),
    gone=st.booleans(),
    mac=ids,
    signature=st.binary(min_size=64, max_size=64),
    head=st.binary(min_size=1, max_size=300),
)
ONE = ArchivedMessage(bytes(32), 20_600, 7, False, bytes(32), bytes(64), b"{}")  # type: ignore[arg-type]  # noqa: FBT003


@given(st.lists(messages, max_size=6).map(tuple))
def test_any_messages_come_back_in_their_order(drawn: tuple[ArchivedMessage, ...]) -> None:
    (raw,) = encode_archives(drawn)
    assert parse_archive(raw) == drawn
    assert encode_archives(parse_archive(raw)) == [raw]


@given(st.lists(messages, max_size=8), st.integers(500, 1500))
def test_what_does_not_fit_one_archive_goes_as_several(drawn: list[ArchivedMessage], most: int) -> None:
    archives = encode_archives(drawn, most)
    assert [message for raw in archives for message in parse_archive(raw)] == drawn
    assert all(len(raw) <= most for raw in archives)
    assert all(archives) or archives == [b""]
    # None had room for the first message of the next.
    for raw, later in pairwise(archives):
        assert len(raw) + len(parse_archive(later)[0].encode()) > most


def test_an_archive_of_no_message_is_one_empty_file() -> None:
    assert encode_archives([]) == [b""]
    assert parse_archive(b"") == ()


@given(st.data())
def test_a_changed_archive_is_refused_or_encodes_to_the_changed_bytes(data: st.DataObject) -> None:
    (right,) = encode_archives(data.draw(st.lists(messages, min_size=1, max_size=3)))
    raw = data.draw(nearly(right))
    try:
        read = parse_archive(raw)
    except FormatError:
        return
    assert encode_archives(read) == [raw]


def test_every_byte_cut_off_an_archive_is_refused() -> None:
    (raw,) = encode_archives([ONE])
    for end in range(1, len(raw)):
        with pytest.raises(MalformedError):
            parse_archive(raw[:end])


def test_an_archive_above_64_mib_is_refused() -> None:
    head = bytes(MAX_HEAD_SIZE)
    size = len(replace(ONE, head=head).encode())
    fits = [replace(ONE, head=head)] * (MAX_ARCHIVE_SIZE // size)
    (raw,) = encode_archives(fits)
    assert len(parse_archive(raw)) == len(fits)
    assert len(encode_archives([*fits, fits[0]])) == 2
    with pytest.raises(MalformedError):
        parse_archive(raw + fits[0].encode())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("day", -1),
        ("day", MAX_DAY + 1),
        ("day", "20600"),
        ("gone", 0),
        ("gone", None),
        ("key", "AA"),
        ("key", None),
        ("place", 0),
        ("place", -1),
        ("place", True),
        ("place", "7"),
        ("extra", 1),
    ],
)
def test_a_message_in_an_archive_has_its_members_alone(name: str, value: Any) -> None:
    entry, statement = split_frames(ONE.encode())
    members = parse_object(entry)
    with pytest.raises(MalformedError):
        parse_archive(join_frames([encode({**members, name: value}), statement]))
    if name in members:
        del members[name]
        with pytest.raises(MalformedError):
            parse_archive(join_frames([encode(members), statement]))


def test_a_message_in_an_archive_has_a_head_that_may_be_a_head() -> None:
    entry, statement = split_frames(ONE.encode())
    for size in (0, 1, 32 + 64, 32 + 64 + MAX_HEAD_SIZE + 1):
        with pytest.raises(MalformedError):
            parse_archive(join_frames([entry, (statement + bytes(MAX_HEAD_SIZE))[:size]]))
    assert parse_archive(join_frames([entry, bytes(32 + 64 + MAX_HEAD_SIZE)]))
    # Whether the head is valid is for its reader to check: one invalid message must not affect the others.
    assert parse_archive(join_frames([entry, bytes(97)]))[0].head == b"\0"
