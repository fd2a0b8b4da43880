"""What the page takes out of photos, looked at with an independent library; what it says of other files."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageOps

from tests.client import pictures
from tests.client.pictures import TELLING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client.inspecting import Inspector

# Pillow warns of what it finds spoilt in what these pictures hide; that is what they are for.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def stripped(inspect: Inspector, raw: bytes) -> bytes:
    """Return the photo without its traces; in what is left nothing more is found."""
    found = inspect(raw)
    assert found.kind == "photo"
    assert found.stripped is not None
    again = inspect(found.stripped)
    assert (again.kind, again.traces, again.stripped) == ("photo", [], None)
    return found.stripped


def silent(raw: bytes) -> bool:
    """Whether no sentinel is left, packed or plain."""
    plain = raw + b"".join(unpacked(raw))
    return not [sentinel for sentinel in pictures.SENTINELS if sentinel in plain]


def unpacked(raw: bytes) -> Iterator[bytes]:
    """Return what stands in any zlib stream that can be found."""
    for head in (b"\x78\x9c", b"\x78\xda", b"\x78\x01", b"\x78\x5e"):
        at = raw.find(head)
        while at >= 0:
            with contextlib.suppress(zlib.error):
                yield zlib.decompressobj().decompress(raw[at:], 2**20)
            at = raw.find(head, at + 1)


@pytest.mark.parametrize("orientation", pictures.TURNS)
@pytest.mark.parametrize("kind", TELLING)
def test_nothing_is_left_of_what_a_photo_tells_and_the_picture_is_the_same(
    inspect: Inspector, kind: str, orientation: int
) -> None:
    raw = TELLING[kind](orientation)
    assert not silent(raw)
    left = stripped(inspect, raw)
    assert silent(left)
    assert pictures.drawn(left) == pictures.drawn(raw)
    assert pictures.drawn(left)[3] == orientation


@pytest.mark.parametrize("kind", TELLING)
def test_an_independent_reader_finds_nothing_but_orientation_and_profile(inspect: Inspector, kind: str) -> None:
    known = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "icc_profile", "exif", "Orientation"}
    known |= {"loop", "background", "timestamp", "duration"} if kind == "webp" else set()
    known |= {"adobe", "adobe_transform", "progressive", "progression"} if kind == "jpg" else set()
    raw = TELLING[kind](6)
    left = stripped(inspect, raw)
    assert pictures.told(left) <= known
    assert {"icc_profile", "Orientation"} <= pictures.told(left)
    assert not pictures.told(raw) <= known


@pytest.mark.parametrize("kind", TELLING)
def test_a_viewer_shows_it_the_right_way_up(inspect: Inspector, kind: str) -> None:
    for orientation in pictures.TURNS:
        raw = TELLING[kind](orientation)
        shown = [
            ImageOps.exif_transpose(Image.open(io.BytesIO(one))).tobytes() for one in (raw, stripped(inspect, raw))
        ]
        assert shown[0] == shown[1]


def shown(raw: bytes) -> bytes:
    """Return the pixels as a viewer turns them."""
    with Image.open(io.BytesIO(raw)) as image:
        return ImageOps.exif_transpose(image).tobytes()


@pytest.mark.parametrize("kind", TELLING)
def test_the_person_is_told_what_was_in_it(inspect: Inspector, kind: str) -> None:
    found = inspect(TELLING[kind](6))
    assert {"place", "time", "device", "maker", "preview", "text", "description"} <= set(found.traces)
    assert inspect(pictures.telling_jpeg()).traces[5] == "picture"


@pytest.mark.parametrize(
    ("held", "trace"),
    [
        (pictures.segment(0xFE, pictures.TEXT), "text"),
        (pictures.segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + pictures.XMP), "description"),
        (pictures.segment(0xED, b"Photoshop 3.0\0" + pictures.IPTC), "description"),
        (pictures.segment(0xE2, b"MPF\0" + pictures.SECOND), "picture"),
        (pictures.segment(0xE2, b"ICC_PROFILE\0\1\1" + pictures.TEXT), "other"),
        (pictures.segment(0xE0, b"JFXX\0" + pictures.SECOND), "preview"),
        (pictures.segment(0xEE, b"Adobe\0\x64\0\0\0\0\1" + pictures.TEXT), "other"),
        (pictures.segment(0xE1, b"Exif\0\0" + pictures.TEXT), "other"),
        (b"\xff\xff\xff", "other"),
    ],
)
def test_each_segment_of_a_jpeg_that_draws_nothing_goes(inspect: Inspector, held: bytes, trace: str) -> None:
    plain = pictures.jpeg()
    found = inspect(pictures.jpeg(held))
    assert found.traces == [trace]
    assert found.stripped is not None
    assert silent(found.stripped)
    assert pictures.drawn(found.stripped)[:3] == pictures.drawn(plain)[:3]


def test_the_preview_in_jfif_goes(inspect: Inspector) -> None:
    raw = pictures.jpeg()
    size = struct.unpack_from(">H", raw, 4)[0]
    held = raw[6 : 4 + size][:-2] + bytes([2, 1]) + pictures.TEXT[:6]
    telling = raw[:2] + pictures.segment(0xE0, held) + raw[4 + size :]
    assert inspect(telling).traces == ["preview"]
    assert stripped(inspect, telling) == raw


@pytest.mark.parametrize(
    "options", [{"progressive": True}, {"subsampling": 0}, {"optimize": True}, {"restart_marker_rows": 1}]
)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_jpeg_of_any_make_stays_as_it_is(inspect: Inspector, mode: str, options: dict[str, object]) -> None:
    raw = pictures.encoded(pictures.scene(mode), "JPEG", icc_profile=None, **options)
    found = inspect(raw)
    assert (found.kind, found.traces, found.stripped) == ("photo", [], None)


def test_a_profile_in_several_segments_is_kept(inspect: Inspector) -> None:
    large = bytearray(pictures.profile() + bytes(150_000))
    large[:4] = struct.pack(">I", len(large))
    raw = pictures.jpeg(pictures.segment(0xFE, pictures.TEXT), icc_profile=bytes(large))
    with Image.open(io.BytesIO(stripped(inspect, raw))) as image:
        assert image.info["icc_profile"] == bytes(large)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_of_any_make_stays_as_it_is(inspect: Inspector, mode: str) -> None:
    image = pictures.scene("L").convert("I").convert("I;16") if mode == "I;16" else pictures.scene().convert(mode)
    raw = pictures.encoded(image, "PNG")
    assert (inspect(raw).kind, inspect(raw).stripped) == ("photo", None)


def test_an_interlaced_png_is_told_by_its_passes(inspect: Inspector) -> None:
    for size in ((1, 1), (5, 3), (9, 17)):
        lines = b"".join(b"\0" + bytes(across) for across, down in passes(*size) for _ in range(down))
        header = struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 1)
        for packed, kind in ((lines, "photo"), (lines + b"\0", "spoilt"), (lines[1:], "spoilt")):
            pixels = pictures.chunk(b"IDAT", zlib.compress(packed))
            raw = b"\x89PNG\r\n\x1a\n" + pictures.chunk(b"IHDR", header) + pixels + pictures.chunk(b"IEND", b"")
            assert inspect(raw).kind == kind


def passes(width: int, height: int) -> Iterator[tuple[int, int]]:
    """Return how many pixels each pass has, across and down."""
    for left, top, across, down in (
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)
    ):  # fmt: skip
        size = len(range(left, width, across)), len(range(top, height, down))
        if all(size):
            yield size


def test_the_name_of_a_profile_goes_and_its_colours_stay(inspect: Inspector) -> None:
    packed = zlib.compress(pictures.profile())
    raw = pictures.png(in_front=[pictures.chunk(b"iCCP", pictures.DEVICE + b"\0\0" + packed)])
    left = stripped(inspect, raw)
    assert silent(left)
    assert dict(pictures.chunks(left))[b"iCCP"] == b"icc\0\0" + packed


@pytest.mark.parametrize(
    ("name", "held"),
    [
        (b"iCCP", b"icc\0\0" + zlib.compress(pictures.profile()) + pictures.TEXT),
        (b"iCCP", b"icc\0\0" + zlib.compress(pictures.profile() + pictures.TEXT)),
        (b"iCCP", b"icc\0\0" + zlib.compress(pictures.TEXT * 200)),
        (b"gAMA", pictures.TEXT),
        (b"tRNS", pictures.TEXT * 200),
        (b"pHYs", bytes(9)),
        (b"eXIf", pictures.TEXT),
    ],
)
def test_what_is_no_longer_what_its_name_says_goes(inspect: Inspector, name: bytes, held: bytes) -> None:
    raw = pictures.png(in_front=[pictures.chunk(name, held)])
    assert inspect(raw).traces == ["other"]
    assert silent(stripped(inspect, raw))


def test_bytes_behind_the_pixels_of_a_png_make_it_one_that_cannot_be_taken_apart(inspect: Inspector) -> None:
    raw = pictures.png()
    pixels = dict(pictures.chunks(raw))[b"IDAT"]
    for held in (pixels + pictures.TEXT, zlib.compress(zlib.decompress(pixels) + pictures.TEXT)):
        hiding = raw.replace(pictures.chunk(b"IDAT", pixels), pictures.chunk(b"IDAT", held))
        assert inspect(hiding).kind == "spoilt"


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_moving_picture_moves_on(inspect: Inspector, kind: str) -> None:
    scenes = [pictures.scene().rotate(turn) for turn in (0, 90, 180)]
    raw = pictures.encoded(
        scenes[0], kind, save_all=True, append_images=scenes[1:], duration=100, exif=pictures.exif(1)
    )
    assert not silent(raw)
    left = stripped(inspect, raw)
    assert silent(left)
    assert pictures.frames(left) == pictures.frames(raw)
    assert len(pictures.frames(left)) == len(scenes)


def test_what_hides_in_a_frame_of_a_moving_webp_goes(inspect: Inspector) -> None:
    scenes = [pictures.scene().rotate(turn) for turn in (0, 90)]
    raw = pictures.encoded(scenes[0], "WEBP", save_all=True, append_images=scenes[1:])
    at = raw.index(b"ANMF")
    (size,) = struct.unpack_from("<I", raw, at + 4)
    own = b"own " + struct.pack("<I", len(pictures.TEXT)) + pictures.TEXT
    end = at + 8 + size
    hiding = raw[:at] + b"ANMF" + struct.pack("<I", size + len(own)) + raw[at + 8 : end] + own + raw[end:]
    hiding = hiding[:4] + struct.pack("<I", len(hiding) - 8) + hiding[8:]
    assert stripped(inspect, hiding) == raw


@pytest.mark.parametrize("lossless", [False, True])
def test_a_webp_of_any_make_stays_as_it_is(inspect: Inspector, lossless: bool) -> None:
    for mode in ("RGB", "RGBA"):
        raw = pictures.encoded(pictures.scene(mode), "WEBP", lossless=lossless)
        assert (inspect(raw).kind, inspect(raw).stripped) == ("photo", None)


def test_the_header_of_a_webp_is_true_of_what_is_left(inspect: Inspector) -> None:
    for orientation, exif_flag in ((1, 0), (6, 0x08)):
        left = stripped(inspect, pictures.telling_webp(orientation))
        assert struct.unpack_from("<I", left, 4)[0] == len(left) - 8
        assert left[12:16] == b"VP8X"
        assert left[20] & 0x2C == 0x20 | exif_flag
