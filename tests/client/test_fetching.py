"""A file of the thread reaches the reporter byte for byte, or not at all."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from keys.sealing import Attachment
from keys.wire.files import MIB
from tests.client.page import FailedError, Lost, Page, Wire, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.keys.office import Office

pytestmark = pytest.mark.slow

SIZES = (0, 1, 700_000, 3 * MIB + 5, 2 * MIB, 10)
PARTS = "/mailbox/"


def attached(folder: Path, sizes: Sequence[int]) -> list[Attachment]:
    drawn = random.Random(2026)
    found = []
    for number, size in enumerate(sizes):
        path = folder / f"{number}.bin"
        path.write_bytes(drawn.randbytes(size))
        found.append(Attachment.read(path, path.name, "text/html"))
    return found


def thread(office: Office, folder: Path, sizes: Sequence[int]) -> tuple[str, list[Attachment]]:
    attachments = attached(folder, sizes)
    return office.report(attachments=attachments).written(), attachments


def told(attachment: Attachment) -> dict[str, Any]:
    digest = hashlib.sha256(attachment.path.read_bytes()).hexdigest()
    return {"size": attachment.file.size, "type": "application/octet-stream", "sha256": digest}


def looked(page: Page, code: str) -> Any:
    page.trust()
    shown = page.look(code)
    page.report_id = shown["messages"][0]["id"]
    return shown


def part_changed(number: int, change: Callable[[bytes], bytes]) -> Callable[[str, bytes], bytes]:
    return lambda path, answer: change(answer) if path.startswith(PARTS) and path.endswith(f"/{number}") else answer


def flipped(part: bytes) -> bytes:
    return part[:1000] + bytes([part[1000] ^ 1]) + part[1001:]


@pytest.mark.parametrize("sizes", [SIZES, (0, 10, 0), (500_000,)])
def test_each_file_is_fetched_as_it_was_sent(office: Office, tmp_path: Path, sizes: Sequence[int]) -> None:
    code, attachments = thread(office, tmp_path, sizes)
    with opened(office) as page:
        shown = looked(page, code)
        assert [file["size"] for file in shown["messages"][0]["files"]] == [*sizes]
        for number, attachment in enumerate(attachments):
            fetched = page.ask("fetch", message=page.report_id, file=number)
            # Not the type that its author gave it: a browser shows some of them.
            assert fetched == {"blob": told(attachment)}


def test_a_file_is_fetched_without_those_before_it(office: Office, tmp_path: Path) -> None:
    code, _ = thread(office, tmp_path, (8 * MIB, 1, 8 * MIB))
    with opened(office) as page:
        looked(page, code)
        page.wire.asked.clear()
        page.ask("fetch", message=page.report_id, file=1)
        # One more than needed: the next one is on its way before it is known whether it will be.
        assert {int(path.rpartition("/")[2]) for path, _ in page.wire.asked} <= {7, 8, 9}


def test_progress_is_told_in_bytes_of_the_file(office: Office, tmp_path: Path) -> None:
    code, _ = thread(office, tmp_path, (100, 3 * MIB))
    with opened(office) as page:
        looked(page, code)
        page.ask("fetch", message=page.report_id, file=1)
        assert page.progress[-1] == {"phase": "fetching", "done": 3 * MIB, "total": 3 * MIB}


def test_a_line_that_breaks_is_tried_again(office: Office, tmp_path: Path) -> None:
    code, attachments = thread(office, tmp_path, (3 * MIB,))
    drawn = random.Random(3)

    def lose(path: str, times: int) -> Lost:
        return drawn.choice(["request", "answer", None]) if path.startswith(PARTS) and times < 4 else None

    with opened(office, Wire(office, lose=lose)) as page:
        looked(page, code)
        assert page.ask("fetch", message=page.report_id, file=0) == {"blob": told(attachments[0])}
        assert "waiting" in {progress["phase"] for progress in page.progress}


def test_a_line_that_stays_broken_is_given_up(office: Office, tmp_path: Path) -> None:
    code, _ = thread(office, tmp_path, (3 * MIB,))
    with opened(office, Wire(office, lose=lambda path, _: "answer" if path.startswith(PARTS) else None)) as page:
        looked(page, code)
        with pytest.raises(FailedError, match=r"^network$"):
            page.ask("fetch", message=page.report_id, file=0)
        page.wire.lose = lambda path, times: None
        page.ask("fetch", message=page.report_id, file=0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (flipped, "tampered"),
        (lambda part: part[:-1], "malformed"),
        (lambda part: part + b"\0", "malformed"),
        (lambda part: b"", "malformed"),
        (lambda part: bytes(len(part)), "tampered"),
    ],
    ids=["spoilt", "cut", "continued", "empty", "exchanged"],
)
@pytest.mark.parametrize("number", [0, 2])
def test_a_part_that_is_not_what_was_sealed_gives_no_file(
    office: Office, tmp_path: Path, number: int, change: Callable[[bytes], bytes], code: str
) -> None:
    receipt, _ = thread(office, tmp_path, (3 * MIB - 100_000,))
    with opened(office, Wire(office, part_changed(number, change))) as page:
        looked(page, receipt)
        with pytest.raises(FailedError, match=rf"^{code}$"):
            page.ask("fetch", message=page.report_id, file=0)


@pytest.mark.parametrize("size", [0, 10, 3 * MIB])
def test_a_file_with_another_digest_gives_no_file(office: Office, tmp_path: Path, size: int) -> None:
    first, second = attached(tmp_path, (5, size))
    lie = replace(second, file=replace(second.file, digest=bytes(32)))
    code = office.report(attachments=[first, lie]).written()
    with opened(office) as page:
        looked(page, code)
        assert page.ask("fetch", message=page.report_id, file=0) == {"blob": told(first)}
        with pytest.raises(FailedError, match=r"^tampered$"):
            page.ask("fetch", message=page.report_id, file=1)


def test_what_is_no_file_of_the_thread_is_not_fetched(office: Office, tmp_path: Path) -> None:
    code, _ = thread(office, tmp_path, (5,))
    with opened(office) as page:
        page.trust()
        with pytest.raises(FailedError, match=r"^receipt$"):
            page.ask("fetch", message="", file=0)
        report_id = looked(page, code)["messages"][0]["id"]
        for message, file in ((report_id, 1), ("", 0), (report_id, -1)):
            with pytest.raises(FailedError, match=r"^malformed$"):
                page.ask("fetch", message=message, file=file)


def test_fetching_can_be_cancelled(office: Office, tmp_path: Path) -> None:
    code, attachments = thread(office, tmp_path, (8 * MIB,))
    with opened(office, Wire(office, lose=lambda path, _: "request" if path.endswith("/5") else None)) as page:
        looked(page, code)
        number = page.begin("fetch", message=page.report_id, file=0)
        page.wait(number, phase="waiting")
        page.ask("cancel")
        with pytest.raises(FailedError, match=r"^cancelled$"):
            page.wait(number)
        page.wire.lose = lambda path, times: None
        assert page.ask("fetch", message=page.report_id, file=0) == {"blob": told(attachments[0])}
