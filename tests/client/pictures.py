"""Pictures that tell more than they show, made with Pillow and, where it writes none of that, by hand."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

from PIL import ExifTags, Image, ImageCms, PngImagePlugin

if TYPE_CHECKING:
    from collections.abc import Iterable

# Marked: none of these may be left in any form. Each tells what it was hidden in.
PLACE, TIME, DEVICE, MAKER, OWNER = b"S-PLACE", b"2026:03:02 11:12:13", b"S-DEVICE", b"S-MAKER-NOTE", b"S-OWNER"
TEXT, XMP, IPTC, SECOND = b"S-TEXT", b"S-XMP", b"S-IPTC", b"S-SECOND"
SENTINELS = (PLACE, TIME, DEVICE, MAKER, OWNER, TEXT, XMP, IPTC, SECOND)
XMP_PACKET = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description exif:GPSLatitude="52,22N" a="' + XMP + b'"/></x:xmpmeta>'
)
TURNS = range(1, 9)
SIZE = (48, 32)


def scene(mode: str = "RGB", size: tuple[int, int] = SIZE) -> Image.Image:
    """Return a picture in which no two ways up look alike."""
    across, down = size
    image = Image.new("RGB", size)
    image.putdata([(x * 255 // across, y * 255 // down, (x * y) % 256) for y in range(down) for x in range(across)])
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(size))
        return image
    return image.convert(mode)


def profile() -> bytes:
    """Return a colour profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def exif(orientation: int = 6, *, thumbnail: bool = True) -> bytes:
    """Return an Exif block with a place, times, a device, a maker note and a preview."""
    told = Image.Exif()
    told[ExifTags.Base.Orientation] = orientation
    told[ExifTags.Base.Make] = DEVICE.decode()
    told[ExifTags.Base.Artist] = OWNER.decode()
    told[ExifTags.Base.DateTime] = TIME.decode()
    told[ExifTags.Base.ImageDescription] = TEXT.decode()
    details = told.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = TIME.decode()
    details[ExifTags.Base.MakerNote] = MAKER * 40
    details[ExifTags.Base.BodySerialNumber] = DEVICE.decode()
    place = told.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef] = "N"
    place[ExifTags.GPS.GPSLatitude] = (52.0, 22.0, 12.0)
    place[ExifTags.GPS.GPSAreaInformation] = PLACE
    block = told.tobytes()
    return with_thumbnail(block) if thumbnail else block


def with_thumbnail(block: bytes) -> bytes:
    """Append a second directory with a small picture, which Pillow does not write."""
    tiff = block[6:]
    order = "<" if tiff[:2] == b"II" else ">"
    (first,) = struct.unpack_from(order + "I", tiff, 4)
    (count,) = struct.unpack_from(order + "H", tiff, first)
    link = first + 2 + 12 * count
    small = encoded(scene(size=(8, 8)), "JPEG", comment=SECOND)
    at = len(tiff)
    where = at + 2 + 2 * 12 + 4
    entries = struct.pack(order + "HHII", 0x0201, 4, 1, where) + struct.pack(order + "HHII", 0x0202, 4, 1, len(small))
    second = struct.pack(order + "H", 2) + entries + bytes(4) + small
    return block[:6] + tiff[:link] + struct.pack(order + "I", at) + tiff[link + 4 :] + second


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return a picture as a file of this kind."""
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def drawn(raw: bytes) -> tuple[str, tuple[int, int], bytes, int]:
    """Return what an independent reader draws, and which way up: mode, size, pixels and orientation."""
    with Image.open(io.BytesIO(raw)) as image:
        image.load()
        return image.mode, image.size, image.tobytes(), image.getexif().get(ExifTags.Base.Orientation, 1)


def frames(raw: bytes) -> list[bytes]:
    """Return the pixels of each frame."""
    found = []
    with Image.open(io.BytesIO(raw)) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            found.append(image.convert("RGBA").tobytes())
    return found


def told(raw: bytes) -> set[str]:
    """Return what an independent reader finds beside the picture: the names of its pieces of information."""
    with Image.open(io.BytesIO(raw)) as image:
        image.load()
        tags = {ExifTags.TAGS.get(tag, str(tag)) for tag in image.getexif()}
        nested = {name.name for name in ExifTags.IFD if image.getexif().get_ifd(name)}
        info = set(image.info)
    return tags | nested | info


def segment(code: int, held: bytes) -> bytes:
    """Return a segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, code, len(held) + 2) + held


def jpeg(*segments: bytes, behind: bytes = b"", **options: object) -> bytes:
    """Return a JPEG with segments of one's own in front, and bytes behind its end."""
    raw = encoded(scene(), "JPEG", quality=90, **options)
    return raw[:2] + b"".join(segments) + raw[2:] + behind


def chunk(name: bytes, held: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))


def chunks(raw: bytes) -> list[tuple[bytes, bytes]]:
    """Return the chunks of a PNG with their names."""
    found, at = [], 8
    while at < len(raw):
        (size,) = struct.unpack_from(">I", raw, at)
        found.append((raw[at + 4 : at + 8], raw[at + 8 : at + 8 + size]))
        at += 12 + size
    return found


def png(mode: str = "RGB", *, in_front: Iterable[bytes] = (), behind: bytes = b"", **options: object) -> bytes:
    """Return a PNG with chunks of one's own in front of its pixels."""
    raw = encoded(scene(mode), "PNG", **options)
    place = raw.index(b"IDAT") - 4
    return raw[:place] + b"".join(in_front) + raw[place:] + behind


def telling_jpeg(orientation: int = 6) -> bytes:
    """Return a photo as a telephone makes it, and worse."""
    resources = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(IPTC)) + IPTC + b"\0"
    return jpeg(
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP_PACKET),
        segment(0xED, resources),
        segment(0xE2, b"MPF\0" + SECOND),
        segment(0xEB, b"JP\0\0" + DEVICE),
        segment(0xE0, b"JFXX\0\x10" + encoded(scene(size=(8, 8)), "JPEG", comment=SECOND)),
        segment(0xFE, TEXT),
        exif=exif(orientation),
        icc_profile=profile(),
        behind=encoded(scene(), "JPEG", comment=SECOND) + SECOND,
    )


def telling_png(orientation: int = 6, mode: str = "RGB") -> bytes:
    """Return a PNG with texts, packed and plain, a time, an Exif block and something behind its end."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", OWNER.decode())
    texts.add_text("Comment", TEXT.decode(), zip=True)
    texts.add_itxt("XML:com.adobe.xmp", XMP_PACKET.decode())
    return png(
        mode,
        in_front=[chunk(b"tIME", struct.pack(">HBBBBB", 2026, 3, 2, 11, 12, 13)), chunk(b"prVt", DEVICE)],
        behind=SECOND,
        pnginfo=texts,
        exif=exif(orientation)[6:],
        icc_profile=profile(),
        dpi=(72, 72),
    )


def telling_webp(orientation: int = 6, *, lossless: bool = False) -> bytes:
    """Return a WebP with Exif, XMP, a chunk that is nobody's, and something behind its end."""
    raw = encoded(
        scene("RGBA"), "WEBP", exif=exif(orientation), xmp=XMP_PACKET, icc_profile=profile(), lossless=lossless
    )
    own = b"own " + struct.pack("<I", len(DEVICE)) + DEVICE + bytes(len(DEVICE) % 2)
    return raw[:4] + struct.pack("<I", len(raw) - 8 + len(own)) + raw[8:] + own + SECOND


TELLING = {"jpg": telling_jpeg, "png": telling_png, "webp": telling_webp}
