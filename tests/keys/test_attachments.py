"""Files on a disk that are read twice: a changed file is never sealed, and memory use stays flat."""

from __future__ import annotations

import hashlib
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from keys.errors import ChangedError, UnreadableError
from keys.sealing import Attachment, open_files, open_head
from keys.sealing.stream import open_chunks
from keys.wire.envelope import CHUNK_SIZE, PART_SIZE, Header
from keys.wire.files import MIB, FileDigest
from keys.wire.messages import Answer
from keys.wire.plaintext import class_of, start_size
from tests.keys.stored_files import CASE, StoredFiles, bytes_of, head_of, pour, report_head, sealed_with

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO

FLAT = 8 * MIB  # the most that a gigabyte may take more than a megabyte


def test_sealing_and_opening_64_mebibytes_takes_no_more_memory_than_a_few(tmp_path: Path) -> None:
    size = 64 * MIB
    path = tmp_path / "recording"
    with path.open("wb") as out:
        for number in range(64):
            out.write(bytes_of(MIB, str(number)))
    attachment = Attachment.read(path, "recording", "audio/ogg")
    shelf = tmp_path / "parts"
    tracemalloc.start()
    try:
        sealed = sealed_with(report_head(files=[attachment.file]), attachment.pieces())
        with shelf.open("wb") as out:
            for part in sealed.parts:
                out.write(part)
        assert tracemalloc.get_traced_memory()[1] < FLAT
        tracemalloc.reset_peak()
        digest, came = FileDigest(), 0
        with shelf.open("rb") as parts:
            message = open_head(sealed.prefix, sealed.content_key, sealed.size)
            for piece in open_files(sealed.prefix, sealed.size, message, _from(parts)):
                digest.update(piece)
                came += len(piece)
        assert tracemalloc.get_traced_memory()[1] < FLAT
    finally:
        tracemalloc.stop()
    assert came == size
    assert digest.digest() == attachment.file.digest


def _from(parts: BinaryIO) -> Callable[[int], bytes]:
    def fetch(number: int) -> bytes:
        parts.seek(number * PART_SIZE)
        return parts.read(PART_SIZE)

    return fetch


def _written(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _removed(path: Path, _content: bytes) -> None:
    path.unlink()


def _made_a_folder(path: Path, _content: bytes) -> None:
    path.unlink()
    path.mkdir()


ORIGINAL = bytes_of(3 * MIB + 500, "original")
# How the file on the disk changes, and how many bytes of it may still be sealed after that.
CHANGES: dict[str, tuple[Callable[[Path, bytes], None], int]] = {
    "its first byte changed": (lambda path, raw: _written(path, b"\0" + raw[1:]), 0),
    "a byte changed in its second MiB": (lambda path, raw: _written(path, _flipped(raw, MIB + 7)), MIB),
    "its last byte changed": (lambda path, raw: _written(path, _flipped(raw, len(raw) - 1)), 3 * MIB),
    "a byte put before it": (lambda path, raw: _written(path, b"\0" + raw), 0),
    "grown by a byte": (lambda path, raw: _written(path, raw + b"\0"), 3 * MIB),
    "grown by a MiB": (lambda path, raw: _written(path, raw + bytes(MIB)), 3 * MIB),
    "shortened by a byte": (lambda path, raw: _written(path, raw[:-1]), 3 * MIB),
    "shortened to two MiB": (lambda path, raw: _written(path, raw[: 2 * MIB]), 2 * MIB),
    "emptied": (lambda path, _raw: _written(path, b""), 0),
    "removed": (_removed, 0),
    "made a folder": (_made_a_folder, 0),
}


def _flipped(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


@pytest.mark.parametrize(("change", "most"), CHANGES.values(), ids=CHANGES.keys())
def test_a_file_that_has_changed_stops_before_anything_changed_is_sealed(
    tmp_path: Path, change: Callable[[Path, bytes], None], most: int
) -> None:
    path = tmp_path / "photo"
    path.write_bytes(ORIGINAL)
    attachment = Attachment.read(path, "photo", "image/jpeg")
    change(path, ORIGINAL)
    given_out = bytearray()
    with pytest.raises(ChangedError):
        pour(attachment.pieces(), given_out)
    assert given_out == ORIGINAL[:most]


def test_a_file_that_changes_while_it_is_sealed_leaves_nothing_but_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(ORIGINAL)
    attachment = Attachment.read(path, "photo", "image/jpeg")
    head = report_head(files=[attachment.file])
    sealed = sealed_with(head, attachment.pieces())
    stream = bytearray(sealed.prefix[Header.parse(sealed.prefix).size :])
    parts = iter(sealed.parts)
    stream += next(parts)
    with path.open("r+b") as changed:
        changed.seek(2 * MIB)
        changed.write(b"changed")
    with pytest.raises(ChangedError):
        pour(parts, stream)
    assert list(parts) == []
    padded = class_of(head.encode(), head.files)
    opened = b"".join(open_chunks(sealed.content_key, padded, memoryview(stream)))
    assert ORIGINAL.startswith(opened[start_size(opened) :])
    assert len(opened) < 2 * MIB + CHUNK_SIZE


def test_an_empty_file_that_has_grown_is_not_sealed(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    attachment = Attachment.read(path, "empty", "")
    assert (attachment.file.size, attachment.file.digest) == (0, hashlib.sha256().digest())
    assert list(attachment.pieces()) == []
    path.write_bytes(b"!")
    with pytest.raises(ChangedError):
        list(attachment.pieces())


def test_a_short_message_whose_file_has_changed_is_not_sealed_at_all(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(ORIGINAL[:5000])
    attachment = Attachment.read(path, "photo", "image/jpeg")
    path.write_bytes(ORIGINAL[1:5001])
    with pytest.raises(ChangedError):
        sealed_with(report_head(files=[attachment.file]), attachment.pieces())


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(UnreadableError):
            Attachment.read(path, "x", "")


def test_nothing_of_a_file_is_shown_by_a_repr(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(b"!")
    attachment = Attachment.read(path, "photo", "image/jpeg")
    assert "digests" not in repr(attachment)
    assert repr(attachment.digests[0]) not in repr(attachment)


def test_an_answer_with_files_opens_for_the_case(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(ORIGINAL)
    attachments = [Attachment.read(path, f"photo-{number}", "image/jpeg") for number in range(3)]
    head = head_of(Answer("Zie de foto's."), files=[attachment.file for attachment in attachments])
    kept = StoredFiles(sealed_with(head, (piece for attachment in attachments for piece in attachment.pieces())))
    assert kept.message.case == CASE
    assert b"".join(kept.contents()) == 3 * ORIGINAL
