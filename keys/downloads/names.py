"""Sanitising file names that a stranger chose, for any file system."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_BYTES = 200  # of UTF-8: file systems accept 255, and some programs add an extension
MAX_ENDING = 16
# Direction and format characters can make a name look like another one; control characters can control a terminal.
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
# Characters that separate folders, name streams or are refused, on any system that the file may be copied to.
_SPECIAL = frozenset('/\\:*?"<>|')
# Devices, with any extension, as Windows lists them; superscripts count too, spaces before the extension do not.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³]) *(?:\..*)?", re.IGNORECASE)
_ENDING = re.compile(r"[a-z0-9]{1,8}")


def harmless_name(name: str, number: int) -> str:
    """Return a name that is no path, hides nothing and is special on no system; `number` names a file without one.

    Its readable characters stay, and its extension stays at the end.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(map(_shown, last)).strip(" ").lstrip(".- ").rstrip(". ")
    short = _shortened(shown, MAX_BYTES - 1)
    if not short.strip("_"):
        return f"file-{number}"
    return f"_{short}" if _RESERVED.fullmatch(short) else short


def neutral_name(name: str, word: str, number: int) -> str:
    """Return a name that reveals only the kind of file: `word`-`number` and the old extension."""
    ending = PurePosixPath(name).suffix.lstrip(".").lower()
    return f"{word}-{number}.{ending}" if _ENDING.fullmatch(ending) else f"{word}-{number}"


def distinct(name: str, taken: Iterable[str]) -> str:
    """Return the name, with a number if another one equals it, ignoring case and Unicode form."""
    folded = {_folded(other) for other in taken}
    stem, ending = _split(name)
    found, number = name, 1
    while _folded(found) in folded:
        number += 1
        tail = f" ({number}){ending}"
        found = _cut(stem, MAX_BYTES - len(tail.encode("utf-8"))) + tail
    return found


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Zs":
        return " "  # a name of wide spaces would be invisible
    return "_" if character in _SPECIAL or category in _HIDDEN else character


def _shortened(name: str, room: int) -> str:
    if len(name.encode("utf-8")) <= room:
        return name
    stem, ending = _split(name)
    return _cut(stem, room - len(ending.encode("utf-8"))) + ending


def _split(name: str) -> tuple[str, str]:
    ending = PurePosixPath(name).suffix
    if len(ending.encode("utf-8")) > MAX_ENDING:
        ending = ""
    return name.removesuffix(ending), ending


def _cut(stem: str, room: int) -> str:
    return stem.encode("utf-8")[:room].decode("utf-8", "ignore").rstrip(". ")
