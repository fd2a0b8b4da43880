"""A sealed file from a plain form, whole or cut, small or in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.wire.envelope import LARGEST_POWER, PART_SIZE, SEALED_CHUNK_SIZE, padded_size
from keys.wire.posting import Posting
from tests.dropbox.postings import opaque_case, opaque_upload
from tests.dropbox.uploading import begin, bytes_of, told, whole

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.dropbox.conftest import Box


def file_answer(box: Box, content: bytes, boundary: bytes = b"edge") -> TestResponse:
    named = b'Content-Disposition: form-data; name="file"; filename="report"\r\n\r\n'
    body = b"--" + boundary + b"\r\n" + named + content + b"\r\n--" + boundary + b"--\r\n"
    return box.post_raw("/nl/file", body, "multipart/form-data; boundary=edge")


def test_a_sealed_file_of_any_size_is_taken_from_a_plain_form(box: Box) -> None:
    upload = opaque_upload(box.until)
    content = b"".join(upload.sealed_file())
    for _ in range(2):
        assert file_answer(box, content).status_code == 201
    assert whole(box, upload) == bytes_of(upload)
    assert len(box.log()) == 1


def test_a_plain_form_goes_on_where_a_cut_one_ended(box: Box) -> None:
    upload = opaque_upload(box.until)
    content = b"".join(upload.sealed_file())
    assert file_answer(box, content[: len(upload.raw) + PART_SIZE + 5]).status_code == 400
    assert told(begin(box, upload)) == {"missing": [[1, upload.count - 1]]}
    assert file_answer(box, content).status_code == 201
    assert whole(box, upload) == bytes_of(upload)


def test_a_plain_form_is_told_why_its_file_is_refused(box: Box, small: Box) -> None:
    upload = opaque_upload(box.until)
    content = b"".join(upload.sealed_file())
    assert file_answer(box, b"".join(opaque_upload(box.until, stamped=False).sealed_file())).status_code == 429
    assert file_answer(box, b"".join(opaque_upload(3).sealed_file())).status_code == 410
    assert file_answer(box, content + b"more").status_code == 400
    assert file_answer(box, content[: len(upload.raw) - SEALED_CHUNK_SIZE]).status_code == 400
    assert file_answer(box, content[:81] + b"x" * 3_000_000).status_code == 400
    large = opaque_case(box.until, padded_size(LARGEST_POWER + 1)).raw
    assert file_answer(box, large).status_code == 413
    assert file_answer(small, b"".join(opaque_upload(small.until, 20 * 2**20).sealed_file())).status_code == 507
    other = content[: len(upload.raw) + 10] + bytes(len(content) - len(upload.raw) - 10)
    assert file_answer(box, content).status_code == 201
    assert file_answer(box, other).status_code == 409


def test_a_form_with_a_second_file_is_refused(box: Box) -> None:
    named = b'Content-Disposition: form-data; name="file"; filename="report"\r\n\r\n'
    raw = opaque_case(box.until).raw
    body = b"".join(b"--edge\r\n" + named + raw + b"\r\n" for _ in range(2)) + b"--edge--\r\n"
    assert box.post_raw("/nl/file", body, "multipart/form-data; boundary=edge").status_code in (413, 415)


def test_a_sealed_file_is_told_from_an_opening_by_the_magic() -> None:
    upload = opaque_upload(2**31)
    posting = Posting.parse(opaque_case(2**31).raw)
    assert posting.encode()[81:88] == b"MELDBUS"
    assert upload.raw[81] == 0
