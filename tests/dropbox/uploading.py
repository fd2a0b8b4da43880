"""Sending what is too large for one posting, as a browser does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from keys.wire.envelope import PART_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.test import TestResponse

    from tests.dropbox.conftest import Box
    from tests.dropbox.postings import Upload


def told(answer: TestResponse) -> Any:
    return json.loads(answer.data)


def begin(box: Box, upload: Upload) -> TestResponse:
    return box.post_raw("/uploads", upload.raw)


def send(box: Box, upload: Upload, numbers: Iterable[int]) -> None:
    for number in numbers:
        answer = box.post_raw("/parts", upload.part(number))
        assert (answer.status_code, told(answer)) == (200, {"kept": number})


def sent(box: Box, upload: Upload) -> int:
    """Send all of it and return the day."""
    begin(box, upload)
    send(box, upload, range(upload.count))
    answer = begin(box, upload)
    assert answer.status_code == 201
    return int(told(answer)["stored"])


def whole(box: Box, upload: Upload, position: int = 1) -> bytes:
    """Read the envelope back out of its mailbox."""
    item = next(item for item in box.mailbox(upload.reporter).entries if item.number == position)
    found = item.prefix
    while len(found) < item.size:
        number = (len(found) - len(item.prefix)) // PART_SIZE
        found += box.get(f"/mailbox/{position}/{number}", upload.reporter).data
    return found


def bytes_of(upload: Upload) -> bytes:
    return upload.opening.prefix + b"".join(upload.stream(number) for number in range(upload.count))


def refused(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, told(answer)["error"]
