"""Files in an envelope: they come out unchanged or not at all, and only digested bytes are sealed."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.errors import FormatError, MalformedError, TamperedError
from keys.sealing import front_size, open_files, open_head
from keys.sealing.stream import seal_chunks
from keys.wire.envelope import (
    CHUNK_SIZE,
    LARGEST_POWER,
    PART_SIZE,
    SEALED_CHUNK_SIZE,
    Header,
    padded_size,
    prefix_size,
    stream_size,
)
from keys.wire.files import MAX_FILES, MAX_NAME_SIZE, MIB, File, FileDigest, content_size
from keys.wire.messages import KINDS, Head, Report, Unknown
from keys.wire.plaintext import LENGTH_SIZE, class_of
from keys.wire.sizes import SIGNATURE_SIZE
from tests.keys.message_strategies import heads
from tests.keys.stored_files import (
    UNTIL,
    StoredFiles,
    bytes_of,
    digest_of,
    head_of,
    listed,
    pour,
    report_head,
    report_of,
    sealed_with,
)
from tests.vectors.generator.sealer import Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
BORDERS = (0, CHUNK_SIZE, PART_SIZE, MIB, SEALED_CHUNK_SIZE, LARGEST_POWER)
SIZES = st.integers(0, 3000) | st.builds(
    lambda border, around: max(0, border + around), st.sampled_from(BORDERS), st.integers(-600, 600)
)


def pieces_of(content: bytes, cuts: Sequence[int]) -> Iterator[bytes]:
    """Yield the bytes cut at these offsets, including empty pieces."""
    places = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    for begin, end in pairwise(places):
        yield content[begin:end]


@given(st.lists(st.tuples(NAMES, SIZES), max_size=5), st.data())
def test_any_files_come_out_as_they_went_in(drawn: list[tuple[str, int]], data: st.DataObject) -> None:
    contents = [bytes_of(size, name) for name, size in drawn]
    files = tuple(listed(content, name) for content, (name, _) in zip(contents, drawn, strict=True))
    joined = b"".join(contents)
    cuts = data.draw(st.lists(st.integers(0, max(1, len(joined))), max_size=6))
    kept = StoredFiles(sealed_with(report_head(files=files), pieces_of(joined, cuts)))
    assert kept.message.head.files == files
    at = data.draw(st.integers(0, len(joined)) | st.sampled_from([0, len(joined)]))
    assert b"".join(kept.contents(at)) == joined[at:]


@pytest.mark.parametrize("around", [-1, 0, 1])
@pytest.mark.parametrize("border", [CHUNK_SIZE, 2 * CHUNK_SIZE, LARGEST_POWER, LARGEST_POWER + CHUNK_SIZE])
def test_a_file_may_end_anywhere_in_the_stream(border: int, around: int) -> None:
    size = border + around
    while (over := _begin(report_of(bytes(size)).encode()) + size - border - around) != 0:
        size -= over
    content = bytes_of(size)
    kept = StoredFiles(sealed_with(report_of(content), [content]))
    assert kept.size == len(kept.prefix) + sum(map(len, kept.parts))
    assert b"".join(kept.contents()) == content


def _begin(head: bytes) -> int:
    """Return the offset of the files after this head."""
    return LENGTH_SIZE + len(head) + SIGNATURE_SIZE


@given(st.binary(max_size=200), st.lists(st.integers(0, 3 * MIB), max_size=8), st.integers(0, 3 * MIB))
@settings(max_examples=30)
def test_a_digest_does_not_depend_on_how_its_bytes_came(start: bytes, cuts: list[int], size: int) -> None:
    content = start + bytes(size)
    digest = FileDigest()
    for piece in pieces_of(content, cuts):
        digest.update(piece)
    assert digest.digest() == digest_of(content)


def test_a_message_is_read_without_its_files() -> None:
    content = bytes_of(3 * MIB)
    kept = StoredFiles(sealed_with(report_of(content), [content]))
    message = open_head(kept.prefix, kept.key, kept.size)
    assert isinstance(message.head.body, Report)
    assert front_size(kept.prefix, kept.size, kept.key) == len(kept.prefix)
    assert kept.asked == []


def test_a_head_that_goes_on_behind_the_first_chunk_needs_the_first_part_and_no_more() -> None:
    files = tuple(File("x" * MAX_NAME_SIZE, "", MIB // 50, digest_of(bytes(MIB // 50))) for _ in range(MAX_FILES))
    head = report_head("a" * 100_000, files)
    assert len(head.encode()) > 3 * CHUNK_SIZE
    kept = StoredFiles(sealed_with(head, (bytes(file.size) for file in files)))
    assert front_size(kept.prefix, kept.size, kept.key) == len(kept.prefix) + PART_SIZE
    assert kept.message.head == head
    with pytest.raises(MalformedError):
        open_head(kept.prefix, kept.key, kept.size)
    assert b"".join(kept.contents()) == bytes(content_size(files))


def test_what_is_resumed_fetches_no_part_that_is_behind_it() -> None:
    content = bytes_of(5 * MIB)
    kept = StoredFiles(sealed_with(report_of(content), [content]))
    assert b"".join(kept.contents(4 * MIB)) == content[4 * MIB :]
    assert min(kept.asked) >= 3


def test_a_sealed_part_is_sealed_once() -> None:
    content = bytes_of(3 * MIB)
    sealed = sealed_with(report_of(content), [content])
    assert sealed.is_long
    assert sum(map(len, sealed.parts)) == sealed.size - len(sealed.prefix)
    assert list(sealed.parts) == []


def test_the_front_alone_tells_that_a_class_is_wrong() -> None:
    content = bytes_of(1_200_000)
    raw = report_of(content).encode()
    right = class_of(raw, [listed(content)])
    begin = _begin(raw)
    for padded in (LARGEST_POWER, padded_size(right + 1), padded_size(4 * right)):
        draft = Draft(raw, until=UNTIL, behind=content[: padded - begin].ljust(padded - begin, b"\0"))
        envelope = draft.seal()
        prefix = envelope[: prefix_size(Header.parse(envelope), len(envelope))]
        with pytest.raises(MalformedError):
            open_head(prefix, draft.key, len(envelope))


def _nothing_is_fetched(number: int) -> bytes:
    raise AssertionError(number)


@pytest.mark.parametrize("place", [0, 1000, -1])
def test_padding_behind_files_is_zeros_or_nothing_counts_behind_the_last_file(place: int) -> None:
    content = bytes_of(1_090_000)
    raw = report_of(content).encode()
    begin = _begin(raw)
    behind = bytearray(class_of(raw, [listed(content)]) - begin - len(content))
    behind[place] = 1
    draft = Draft(raw, until=UNTIL, behind=content + behind)
    envelope = draft.seal()
    header = Header.parse(envelope)
    prefix, stream = envelope[: header.size + SEALED_CHUNK_SIZE], envelope[header.size + SEALED_CHUNK_SIZE :]
    parts = [stream[at : at + PART_SIZE] for at in range(0, len(stream), PART_SIZE)]
    came = bytearray()
    message = open_head(prefix, draft.key, len(envelope))
    assert message.head.files == (listed(content),)
    with pytest.raises(MalformedError):
        pour(open_files(prefix, len(envelope), message, parts.__getitem__), came)
    assert came == content


CONTENT = bytes_of(4 * MIB + 12_345, "tampering")


@pytest.fixture(scope="module")
def kept() -> StoredFiles:
    return StoredFiles(sealed_with(report_of(CONTENT), [CONTENT]))


def what_came(kept: StoredFiles, parts: list[bytes]) -> bytearray:
    """Check that these parts are refused, and return the bytes before that: the beginning of the sealed file."""
    came = bytearray()
    with pytest.raises(FormatError) as refusal:
        pour(open_files(kept.prefix, kept.size, kept.message, parts.__getitem__), came)
    assert refusal.type in (TamperedError, MalformedError)
    assert CONTENT.startswith(came)
    return came


def test_a_changed_bit_in_any_part_is_found(kept: StoredFiles) -> None:
    drawn = random.Random(3)  # seeded: the same bits in every run
    for number, part in enumerate(kept.parts):
        for at in (0, len(part) - 1, *(drawn.randrange(len(part)) for _ in range(5))):
            changed = part[:at] + bytes([part[at] ^ 1 << drawn.randrange(8)]) + part[at + 1 :]
            what_came(kept, [*kept.parts[:number], changed, *kept.parts[number + 1 :]])


SPOILT: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "two exchanged": lambda parts: [parts[1], parts[0], *parts[2:]],
    "one twice": lambda parts: [parts[0], parts[0], *parts[2:]],
    "the first left out": lambda parts: parts[1:],
    "one of zeros": lambda parts: [parts[0], bytes(PART_SIZE), *parts[2:]],
    "one of nothing": lambda parts: [b"", *parts[1:]],
    "one a byte short": lambda parts: [parts[0], parts[1][:-1], *parts[2:]],
    "one a byte long": lambda parts: [parts[0], parts[1] + b"\0", *parts[2:]],
    "one cut where a chunk ends": lambda parts: [parts[0][: 3 * SEALED_CHUNK_SIZE], *parts[1:]],
    "two in one": lambda parts: [parts[0] + parts[1], *parts[2:]],
    "the last one in the place of the first": lambda parts: [parts[-1], *parts[1:]],
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_parts_that_are_not_those_that_were_sealed_are_refused(
    kept: StoredFiles, spoil: Callable[[list[bytes]], list[bytes]]
) -> None:
    assert len(what_came(kept, spoil(kept.parts))) < len(CONTENT)


def test_a_part_of_another_envelope_is_refused(kept: StoredFiles) -> None:
    other = StoredFiles(sealed_with(report_of(CONTENT), [CONTENT]))
    assert len(what_came(kept, [kept.parts[0], other.parts[1], *kept.parts[2:]])) < 2 * MIB


def test_an_envelope_that_goes_on_behind_its_last_part_is_refused(kept: StoredFiles) -> None:
    what_came(kept, [*kept.parts[:-1], kept.parts[-1] + b"\0"])


def test_no_part_is_fetched_under_a_header_that_was_changed(kept: StoredFiles) -> None:
    changed = kept.prefix[:100] + bytes([kept.prefix[100] ^ 1]) + kept.prefix[101:]
    with pytest.raises(TamperedError):
        next(open_files(changed, kept.size, kept.message, _nothing_is_fetched))


def test_a_stream_holds_no_more_than_its_class() -> None:
    assert sum(map(len, seal_chunks(bytes(32), LARGEST_POWER, [bytes(CHUNK_SIZE)]))) == stream_size(LARGEST_POWER)
    with pytest.raises(MalformedError):
        list(seal_chunks(bytes(32), LARGEST_POWER, [bytes(LARGEST_POWER), b"!"]))


@pytest.mark.parametrize("size", [20_000, 3 * MIB])
@pytest.mark.parametrize("around", [-1, 1, -10_000, 10_000])
def test_contents_of_another_size_than_the_head_says_are_not_sealed_to_the_end(size: int, around: int) -> None:
    with pytest.raises(MalformedError):
        list(sealed_with(report_of(bytes(size)), [bytes(size + around)]).parts)


@given(heads())
def test_only_a_kind_that_may_have_files_has_some(head: Head) -> None:
    files = (replace(listed(b"x"), name="", type=""),)
    raw = replace(head, files=files).encode()
    if head.kind not in KINDS or KINDS[head.kind].FILES[1]:
        assert Head.parse(raw).files == files
    else:
        with pytest.raises(MalformedError):
            Head.parse(raw)


def test_a_kind_of_a_newer_version_may_have_files() -> None:
    head = head_of(Unknown.parse({}), "hand-over", [listed(b"x")])
    kept = StoredFiles(sealed_with(head, [b"x"]))
    assert b"".join(kept.contents()) == b"x"


@pytest.mark.parametrize("length", [1, 12_000, 20_000, 100_000])
def test_a_text_alone_has_the_size_that_it_had_before_there_were_files(length: int) -> None:
    head = report_head("a" * length)
    assert b'"files":[]' in head.encode()
    sealed = sealed_with(head, ())
    plain = LENGTH_SIZE + len(head.encode()) + SIGNATURE_SIZE
    assert sealed.size == len(sealed.envelope) == Header.parse(sealed.prefix).size + stream_size(padded_size(plain))
    assert not sealed.is_long


def test_a_text_and_a_small_photo_of_one_class_differ_in_no_field_that_a_stranger_can_read() -> None:
    photo = bytes_of(9_000)
    text, shown = sealed_with(report_head("a" * 10_000), ()), sealed_with(report_of(photo), [photo])
    assert text.size == shown.size
    ours, theirs = Header.parse(text.prefix), Header.parse(shown.prefix)
    assert (ours.until, len(ours.slots), ours.size) == (theirs.until, len(theirs.slots), theirs.size)
    assert len(text.envelope) == len(shown.envelope)
