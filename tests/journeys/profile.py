"""Finds a text in the files that a browser or a server leaves, however it was written down; it reads no live memory."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FIREFOX_MAGIC = b"mozLz40\0"
LENGTH_SIZE = 4
LONGER = 15  # a length of an LZ4 sequence that goes on in the bytes behind it
SHORTEST_COPY = 4


def traces(folder: Path, texts: Iterable[str]) -> dict[str, list[str]]:
    """Return which files of a folder hold which of `texts`: by text, the files' names in the folder."""
    wanted = list(texts)
    found: dict[str, list[str]] = {}
    for path, content in contents(folder):
        for text in held(content, wanted):
            found.setdefault(text, []).append(str(path.relative_to(folder)))
    return found


def held(content: bytes, texts: Iterable[str]) -> list[str]:
    """Return which of `texts` stand in some bytes, whatever their capitals, spaces and dashes, wide or coded."""
    squeezed = _squeeze(content)
    return [text for text in texts if any(spelling in squeezed for spelling in _spellings(text))]


def _spellings(text: str) -> set[bytes]:
    plain = text.encode("utf-8")
    found = {plain, plain.hex().encode()}
    for shift in range(3):
        # Whole groups that no neighbour has a bit in, at each place where a group can begin.
        inner = plain[shift:]
        inner = inner[: len(inner) // 3 * 3]
        found |= {base64.b64encode(inner), base64.urlsafe_b64encode(inner)}
    return {_squeeze(spelling) for spelling in found}


def _squeeze(content: bytes) -> bytes:
    # Without zeros UTF-16 reads as ASCII, without spaces and dashes a code reads the same however it was typed.
    return content.upper().translate(None, b"\0 -")


def contents(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield every file of a folder with its bytes, and once more unpacked where Firefox packed it."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            continue  # a browser that is running replaces its files
        yield path, raw
        if raw.startswith(FIREFOX_MAGIC):
            yield path, unpack(raw)


def unpack(raw: bytes) -> bytes:
    """Return what is in a Firefox session file: a magic, the length, one LZ4 block. Raise ValueError for another."""
    start = len(FIREFOX_MAGIC) + LENGTH_SIZE
    if not raw.startswith(FIREFOX_MAGIC) or len(raw) < start:
        raise ValueError("not a file that Firefox packed")
    out, at = bytearray(), start
    while at < len(raw):
        token = raw[at]
        literals, at = _length(raw, at + 1, token >> 4)
        out += raw[at : at + literals]
        at += literals
        if at >= len(raw):
            break
        back = int.from_bytes(raw[at : at + 2], "little")
        copied, at = _length(raw, at + 2, token & LONGER)
        for _ in range(copied + SHORTEST_COPY):
            out.append(out[-back])
    if len(out) != int.from_bytes(raw[len(FIREFOX_MAGIC) : start], "little"):
        raise ValueError("cut")
    return bytes(out)


def _length(raw: bytes, at: int, length: int) -> tuple[int, int]:
    """Return a length and where it ends."""
    if length == LONGER:
        while raw[at] == 255:
            length += 255
            at += 1
        length += raw[at]
        at += 1
    return length, at
