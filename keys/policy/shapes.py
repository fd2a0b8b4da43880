"""Parsers of a policy's members, which note each mistake with its key path and the remedy.

A shape checks one member alone; `policy` checks the members against each other.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import difflib
import re
import struct
import zoneinfo
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TOOL_LANGUAGES = ("nl", "en")  # of the recipients' tool
ROLES = ("secretaris", "bestuur", "external")
MAX_LINK = 2000
MAX_LOGO_SIZE = 8192  # bytes: every visitor fetches it
MAX_LOGO_SIDE = 512  # pixels
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3

_TAG = re.compile(r"[a-z]{2,3}")
_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")  # no chunk that could reveal an author or a time


@dataclass(slots=True)
class Reading:
    """The state of reading a policy: the languages of its texts and tool texts, and every mistake so far."""

    languages: tuple[str, ...]
    tool_languages: tuple[str, ...] = TOOL_LANGUAGES
    mistakes: list[str] = field(default_factory=list)

    def wrong(self, where: str, remedy: str) -> None:
        """Note a mistake at a key path, with its remedy."""
        self.mistakes.append(f"{where}: {remedy}")


class Shape(Protocol):
    """A parser of one member. `read` returns its value; it notes mistakes and does not raise."""

    def read(self, value: object, where: str, reading: Reading) -> Any:
        """Return the parsed `value`."""

    def paths(self) -> Iterator[str]:
        """Yield the key paths below the member itself."""


class _Leaf:
    def paths(self) -> Iterator[str]:
        """Yield nothing: there are no keys below."""
        yield from ()


@dataclass(frozen=True)
class Text(_Leaf):
    """A text of `least` to `most` characters."""

    most: int
    least: int = 1

    def read(self, value: object, where: str, reading: Reading) -> str:
        """Return the text."""
        if isinstance(value, str) and self.least <= len(value) <= self.most and not _CONTROLS.search(value):
            return value
        reading.wrong(where, f"has to be a text of {self.least} to {self.most} characters on one line")
        return ""


@dataclass(frozen=True)
class Integer(_Leaf):
    """A whole number from `least` to `most`."""

    least: int
    most: int

    def read(self, value: object, where: str, reading: Reading) -> int:
        """Return the number."""
        if isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most:
            return value
        reading.wrong(where, f"has to be a whole number from {self.least} to {self.most}")
        return self.least


class Truth(_Leaf):
    """True or false."""

    def read(self, value: object, where: str, reading: Reading) -> bool:
        """Return the flag."""
        if not isinstance(value, bool):
            reading.wrong(where, "has to be true or false")
        return value is True


@dataclass(frozen=True)
class OneOf(_Leaf):
    """One of some words."""

    words: Sequence[str]

    def read(self, value: object, where: str, reading: Reading) -> str:
        """Return the word."""
        if isinstance(value, str) and value in self.words:
            return value
        reading.wrong(where, f"has to be one of {', '.join(self.words)}{_guess(value, self.words)}")
        return ""


class Id(_Leaf):
    """An id, by which other keys and messages refer to a table."""

    def read(self, value: object, where: str, reading: Reading) -> str:
        """Return the id."""
        if isinstance(value, str) and _ID.fullmatch(value):
            return value
        reading.wrong(where, "has to begin with a small letter; then at most 39 small letters, digits and dashes")
        return ""


class Tag(_Leaf):
    """A language tag; a release decides which ones have pages, by the folders of templates/locale."""

    def read(self, value: object, where: str, reading: Reading) -> str:
        """Return the tag."""
        if isinstance(value, str) and _TAG.fullmatch(value):
            return value
        reading.wrong(where, 'has to be the tag of a language, such as "nl"')
        return ""


class Link(_Leaf):
    """An https address."""

    def read(self, value: object, where: str, reading: Reading) -> str:
        """Return the address."""
        # A link that is not https could run script, or show a network which page is read.
        if (
            isinstance(value, str)
            and value.startswith("https://")
            and len(value) <= MAX_LINK
            and not _CONTROLS.search(value)
        ):
            return value
        reading.wrong(where, f"has to begin with https:// and have at most {MAX_LINK} characters")
        return ""


class Day(_Leaf):
    """A calendar day, as YYYY-MM-DD; TOML allows it without quotes too."""

    def read(self, value: object, where: str, reading: Reading) -> dt.date:
        """Return the day."""
        if type(value) is dt.date:
            return value
        try:
            day = dt.date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            day = dt.date.min
        if isinstance(value, str) and day.isoformat() == value:
            return day
        reading.wrong(where, "has to be a day such as 2026-12-25")
        return dt.date.min


class Timezone(_Leaf):
    """An IANA time zone."""

    def read(self, value: object, where: str, reading: Reading) -> str:
        """Return its name."""
        if isinstance(value, str) and value in _time_zones():
            return value
        reading.wrong(where, "has to be a name of the IANA list, such as Europe/Amsterdam")
        return ""


class Colour(_Leaf):
    """A colour on which white text can be read."""

    def read(self, value: object, where: str, reading: Reading) -> str:
        """Return the colour as #rrggbb."""
        if not isinstance(value, str) or not _COLOUR.fullmatch(value):
            reading.wrong(where, "has to be a colour such as #0b5d63, in small letters")
            return ""
        # Rounded: every reader must accept and refuse the same colours.
        contrast = round(1.05 / (_luminance(value) + 0.05), 2)
        if contrast < LEAST_CONTRAST:
            reading.wrong(where, f"white text on it has {contrast}:1 and needs {LEAST_CONTRAST}:1, choose a darker one")
        return value


class Logo(_Leaf):
    """A PNG picture as base64url, or "": with pixels only, as `meldbus policy check` writes it."""

    def read(self, value: object, where: str, reading: Reading) -> str:
        """Return the base64url text."""
        if not isinstance(value, str) or (value and not _is_plain_png(value)):
            reading.wrong(
                where,
                f"has to be a PNG of at most {MAX_LOGO_SIZE} bytes and {MAX_LOGO_SIDE} pixels a side, of pixels alone",
            )
            return ""
        return value


@dataclass(frozen=True)
class Texts(_Leaf):
    """A text in each language of the policy, or of the recipients' tool."""

    text: Text
    tool: bool = False

    def read(self, value: object, where: str, reading: Reading) -> Mapping[str, str]:
        """Return the texts by language."""
        languages = reading.tool_languages if self.tool else reading.languages
        found = _members(value, where, languages, reading)
        return {tag: self.text.read(found[tag], f"{where}.{tag}", reading) for tag in languages if tag in found}


@dataclass(frozen=True)
class ListOf:
    """A list without duplicates, of elements or of their `key`."""

    shape: Shape
    most: int
    least: int = 0
    key: str = ""

    def read(self, value: object, where: str, reading: Reading) -> tuple[Any, ...]:
        """Return the elements."""
        if not isinstance(value, (list, tuple)) or not self.least <= len(value) <= self.most:
            reading.wrong(where, f"has to be a list of {self.least} to {self.most}")
            return ()
        found = tuple(self.shape.read(one, f"{where}[{at}]", reading) for at, one in enumerate(value))
        names = [getattr(one, self.key, one) if self.key else one for one in found]
        for at, name in enumerate(names):
            if name not in (None, "") and isinstance(name, (str, int)) and name in names[:at]:
                reading.wrong(f"{where}[{at}]", f"{name} is there already, each once")
        return found

    def paths(self) -> Iterator[str]:
        """Yield the paths of an element."""
        yield from (f"[]{path}" for path in self.shape.paths())


@dataclass(frozen=True)
class Table:
    """A table with exactly these members, read into the dataclass `made`, whose fields have the same names."""

    made: type
    shapes: Mapping[str, Shape]

    def read(self, value: object, where: str, reading: Reading) -> Any:
        """Return an instance of `made`, or None if a member is wrong."""
        before = len(reading.mistakes)
        found = _members(value, where, tuple(self.shapes), reading)
        inside = f"{where}." if where else ""
        read = {
            name: shape.read(found[name], f"{inside}{name}", reading)
            for name, shape in self.shapes.items()
            if name in found
        }
        return self.made(**read) if len(reading.mistakes) == before else None

    def paths(self) -> Iterator[str]:
        """Yield every key path."""
        for name, shape in self.shapes.items():
            yield f".{name}"
            yield from (f".{name}{path}" for path in shape.paths())


def _members(value: object, where: str, names: Sequence[str], reading: Reading) -> Mapping[str, object]:
    if not isinstance(value, dict):
        reading.wrong(where or "policy", "has to be a table")
        return {}
    inside = f"{where}." if where else ""
    for name in value:
        if name not in names:
            reading.wrong(f"{inside}{name}", f"unknown, take it out{_guess(name, names)}")
    for name in names:
        if name not in value:
            reading.wrong(f"{inside}{name}", "missing, add it")
    return value


def _guess(value: object, words: Sequence[str]) -> str:
    near = difflib.get_close_matches(value, words, 1) if isinstance(value, str) else []
    return f" (did you mean {near[0]}?)" if near else ""


def _luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def _is_plain_png(text: str) -> bool:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if len(raw) > MAX_LOGO_SIZE or not raw.startswith(_PNG):
            return False
        if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
            return False
        names = []
        at = len(_PNG)
        while at < len(raw):
            length, name = struct.unpack_from(">I4s", raw, at)
            body = raw[at + 4 : at + 8 + length]
            (check,) = struct.unpack_from(">I", raw, at + 8 + length)
            if check != binascii.crc32(body) or name not in _PNG_CHUNKS:
                return False
            names.append(name)
            at += 12 + length
        width, height = struct.unpack_from(">II", raw, len(_PNG) + 8)
    except (ValueError, struct.error):
        return False
    sides = 1 <= width <= MAX_LOGO_SIDE and 1 <= height <= MAX_LOGO_SIDE
    return sides and names[:1] == [b"IHDR"] and names[-1:] == [b"IEND"] and b"IDAT" in names


@cache
def _time_zones() -> frozenset[str]:
    """Return the time zones of this machine, cached: reading their folder takes longer than reading a policy."""
    return frozenset(zoneinfo.available_timezones())
