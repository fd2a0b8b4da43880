"""The search that the sentinel tests rely on finds what is there."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from tests.journeys.profile import FIREFOX_MAGIC, held, traces, unpack

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Zeker niet te raden"


def packed(size: int, block: bytes) -> bytes:
    return FIREFOX_MAGIC + size.to_bytes(4, "little") + block


def test_what_firefox_packed_is_unpacked() -> None:
    """Literals, a copy that overlaps itself, and lengths that go on in the bytes behind."""
    block = b"\x24ab" + b"\x02\x00" + b"\x10c"
    assert unpack(packed(11, block)) == b"ab" + b"abababab" + b"c"
    long = b"\xff" + b"\x00" + b"x" * 15 + b"\x01\x00" + b"\xff\x00"
    assert unpack(packed(15 + 19 + 255, long)) == b"x" * 289
    with pytest.raises(ValueError, match="cut"):
        unpack(packed(12, block))
    with pytest.raises(ValueError, match="packed"):
        unpack(b"something else")


@pytest.mark.parametrize(
    "written",
    [
        TEXT.encode(),
        TEXT.upper().encode(),
        TEXT.replace(" ", "").encode(),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-8").hex().encode(),
        *(base64.b64encode(b"." * shift + TEXT.encode() + b"...") for shift in range(3)),
        *(base64.urlsafe_b64encode(b"?" * shift + TEXT.encode()) for shift in range(3)),
    ],
)
def test_a_text_is_found_however_it_was_written(written: bytes) -> None:
    assert held(b"before\xff\0" + written + b"\0after", [TEXT, "something else"]) == [TEXT]


def test_a_text_is_found_in_any_file_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "plain").write_text(f"... {TEXT} ...")
    packed_text = TEXT.encode()
    block = bytes([0xF0, len(packed_text) - 15]) + packed_text
    (tmp_path / "recovery.jsonlz4").write_bytes(packed(len(packed_text), block))
    (tmp_path / "other").write_bytes(b"nothing")
    assert traces(tmp_path, [TEXT, "something else"]) == {TEXT: ["deep/plain", "recovery.jsonlz4", "recovery.jsonlz4"]}
