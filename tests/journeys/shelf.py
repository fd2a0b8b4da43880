"""The files that a reporter has at hand: a photo that tells more than it shows, a document, a recording."""

from __future__ import annotations

import base64
import secrets
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PHOTO, DOCUMENT, RECORDING = "IMG_2033.JPG", "Verslag van Jan.pdf", "opname"
LARGE = 6 * 2**20 + 12_345
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
# One grey pixel: start of image, JFIF, a table of 64 ones, frame, Huffman table, scan, end of image.
PIXEL = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP///////////////////////////////////////////////////////////////////////////"
    "///////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxD/2Q=="
)
START_SIZE = 2
NO_KIND = b"\0opname\0"  # by chance alone, one recording in some thousands begins like a frame of MP3


def fill(folder: Path, told: str) -> None:
    """Put the files into a folder; the photo tells this."""
    (folder / PHOTO).write_bytes(photo(told))
    (folder / DOCUMENT).write_bytes(PDF)
    (folder / RECORDING).write_bytes(unknown(LARGE))


def unknown(size: int) -> bytes:
    """Return the bytes of a file of no known kind, other ones each time."""
    return NO_KIND + secrets.token_bytes(size - len(NO_KIND))


def photo(told: str) -> bytes:
    """Return a picture that tells this, where it was taken, when and by which device."""

    def entry(tag: int, kind: int, count: int, value: bytes) -> bytes:
        return struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")

    texts = [told.encode() + b"\0", b"Merk\0", b"2026:03:02 12:00:00\0"]
    first = 8 + 2 + 4 * 12 + 4
    places = [first]
    for text in texts:
        places.append(places[-1] + len(text))
    north = b"N\0"
    position = struct.pack("<6I", 52, 1, 22, 1, 12, 1)
    entries = [
        entry(tag, 2, len(text), struct.pack("<I", place))
        for tag, text, place in zip((0x010E, 0x010F, 0x0132), texts, places, strict=False)
    ]
    where = places[-1] + 2 + 2 * 12 + 4
    gps = [entry(1, 2, len(north), north), entry(2, 5, 3, struct.pack("<I", where))]
    entries.append(entry(0x8825, 4, 1, struct.pack("<I", places[-1])))
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<H", 4) + b"".join(entries) + bytes(4) + b"".join(texts)
    tiff += struct.pack("<H", 2) + b"".join(gps) + bytes(4) + position
    exif = b"Exif\0\0" + tiff
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    return PIXEL[:START_SIZE] + segment + PIXEL[START_SIZE:]
