"""Pictures that are damaged or made to do harm: kept as they are, and nothing happens."""

from __future__ import annotations

import random
import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.client import pictures
from tests.client.pictures import TELLING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client.inspecting import Inspector

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # of what Pillow finds spoilt

SPOILT = 1000
SPOILERS: dict[str, Callable[[bytearray, random.Random], None]] = {}


def spoiler(spoil: Callable[[bytearray, random.Random], None]) -> Callable[[bytearray, random.Random], None]:
    """Count a way to spoil a file."""
    SPOILERS[spoil.__name__] = spoil
    return spoil


@spoiler
def flip(raw: bytearray, drawn: random.Random) -> None:
    """Turn bits over."""
    for _ in range(drawn.randint(1, 40)):
        raw[drawn.randrange(len(raw))] ^= 1 << drawn.randrange(8)


@spoiler
def cut_off(raw: bytearray, drawn: random.Random) -> None:
    """Cut the end off."""
    del raw[drawn.randrange(len(raw)) :]


@spoiler
def cut_out(raw: bytearray, drawn: random.Random) -> None:
    """Cut a piece out."""
    at = drawn.randrange(len(raw))
    del raw[at : at + drawn.randint(1, 200)]


@spoiler
def put_in(raw: bytearray, drawn: random.Random) -> None:
    """Put random bytes in."""
    at = drawn.randrange(len(raw))
    raw[at:at] = drawn.randbytes(drawn.randint(1, 200))


@spoiler
def stretch(raw: bytearray, drawn: random.Random) -> None:
    """Write ones where a length could be."""
    at = drawn.randrange(len(raw) - 4)
    raw[at : at + 4] = drawn.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\0\0\0\1"])


@spoiler
def mix(raw: bytearray, drawn: random.Random) -> None:
    """Repeat a piece elsewhere."""
    size = drawn.randint(1, 300)
    source, at = drawn.randrange(len(raw)), drawn.randrange(len(raw))
    raw[at:at] = raw[source : source + size]


def test_a_thousand_spoilt_pictures_harm_nothing(inspect: Inspector) -> None:
    drawn = random.Random(3)
    plain = [
        *(make(6) for make in TELLING.values()),
        pictures.telling_png(3, "RGBA"),
        pictures.telling_webp(8, lossless=True),
        pictures.encoded(pictures.scene(), "JPEG", progressive=True, exif=pictures.exif(3)),
    ]
    kinds = {"photo": 0, "spoilt": 0, "elsewhere": 0}
    for _ in range(SPOILT):
        raw = bytearray(drawn.choice(plain))
        SPOILERS[drawn.choice(sorted(SPOILERS))](raw, drawn)
        found = inspect(bytes(raw))
        kinds[found.kind if found.kind in kinds else "elsewhere"] += 1
        if found.stripped is None:
            continue  # sent as it is
        assert found.kind == "photo"
        assert len(found.stripped) <= len(raw)
        assert inspect(found.stripped).stripped is None
        if readable(bytes(raw)):
            assert pictures.drawn(found.stripped)[:3] == pictures.drawn(bytes(raw))[:3]
    # It was a trial: many were found out, many could still be taken apart.
    assert kinds["spoilt"] > SPOILT / 5
    assert kinds["photo"] > SPOILT / 10


def readable(raw: bytes) -> bool:
    """Whether an independent reader draws it."""
    try:
        pictures.drawn(raw)
    except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError):
        return False
    return True


def test_a_picture_that_is_spoilt_is_kept_as_it_is_with_its_kind(inspect: Inspector) -> None:
    for extension, make in TELLING.items():
        found = inspect(make(6)[:200])
        assert (found.kind, found.extension, found.stripped, found.traces) == ("spoilt", extension, None, [])


def test_a_picture_too_large_to_hold_is_kept_as_it_is(inspect: Inspector) -> None:
    found = inspect(pictures.jpeg(behind=bytes(64 * 2**20)))
    assert (found.kind, found.extension, found.stripped) == ("spoilt", "jpg", None)


def test_pixels_that_would_never_end_are_not_unpacked(inspect: Inspector) -> None:
    header = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 16, 6, 0, 0, 0)
    pixels = pictures.chunk(b"IDAT", zlib.compress(bytes(2**20)))
    raw = b"\x89PNG\r\n\x1a\n" + pictures.chunk(b"IHDR", header) + pixels + pictures.chunk(b"IEND", b"")
    assert inspect(raw).kind == "spoilt"
