"""What a file is by its first bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.client.inspecting import Inspector

ZIP = b"PK\x03\x04" + bytes(26)


@pytest.mark.parametrize(
    ("start", "name", "expected"),
    [
        (b"GIF89a", "x.jpg", ("gif", "gif")),
        (b"\0\0\0\x18ftypheic", "IMG.JPG", ("heic", "heic")),
        (b"\0\0\0\x18ftypavif", "", ("heic", "avif")),
        (b"\0\0\0\x18ftypM4A ", "", ("audio", "m4a")),
        (b"\0\0\0\x18ftypqt  ", "", ("video", "mov")),
        (b"\0\0\0\x18ftypisom", "", ("video", "mp4")),
        (b"\0\0\0\x18ftyp3gp5", "", ("video", "3gp")),
        (b"%PDF-1.7\n\xe2\xe3", "letter.docx", ("pdf", "pdf")),
        (b"\n\n%PDF-1.7\n\xe2\xe3", "", ("pdf", "pdf")),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Loon.XLS", ("office", "xls")),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "no.exe", ("office", "doc")),
        (ZIP + b"[Content_Types].xml", "a.pptx", ("office", "pptx")),
        (ZIP + b"mimetypeapplication/vnd.oasis.opendocument.text", "a.odt", ("office", "odt")),
        (ZIP + b"photos/1.jpg", "photos.zip", ("archive", "zip")),
        (b"{\\rtf1", "", ("office", "rtf")),
        (b"ID3\x04", "", ("audio", "mp3")),
        (b"\xff\xfb\x90\x64", "", ("audio", "mp3")),
        (b"RIFF\0\0\0\0WAVE", "", ("audio", "wav")),
        (b"RIFF\0\0\0\0AVI ", "", ("video", "avi")),
        (b"OggS" + bytes(24) + b"OpusHead", "", ("audio", "ogg")),
        (b"OggS" + bytes(24) + b"\x80theora", "", ("video", "ogv")),
        (b"\x1a\x45\xdf\xa3", "", ("video", "webm")),
        (b"Rar!\x1a\x07\x01\0", "", ("archive", "rar")),
        (bytes(257) + b"ustar", "", ("archive", "tar")),
        ("Afspraak é".encode(), "notes.exe", ("text", "txt")),
        (b"a;b\n", "loon.CSV", ("text", "csv")),
        (b"a" * 4095 + "é".encode(), "", ("text", "txt")),
        (b"\xff\xfe\0\1", "database.DB", ("other", "db")),
        (b"\0\1\2", "no/../../path.e-x", ("other", "")),
        (b"", "empty.txt", ("other", "txt")),
    ],
)
def test_a_file_is_what_its_first_bytes_say(
    inspect: Inspector, start: bytes, name: str, expected: tuple[str, str]
) -> None:
    found = inspect(start, name)
    assert (found.kind, found.extension) == expected
    assert (found.stripped, found.traces) == (None, [])
