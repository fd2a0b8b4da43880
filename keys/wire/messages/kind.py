"""A kind of message: its name, its authors, its channel, and the members of its body (SPEC 5.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from keys.errors import MalformedError
from keys.wire.canonical import Json, encode, parse_object
from keys.wire.files import MAX_FILES
from keys.wire.messages.fields import RECIPIENT, REPORTER, Members, Text

NO_FILES = (0, 0)
MANY_FILES = (0, MAX_FILES)

_KIND = re.compile(r"[a-z][a-z-]{0,39}")
# A message of such a kind would have the label of a signed document, and could pass for one.
_RESERVED_KINDS = ("root", "roster", "bundle")


class Body(Members):
    """The body of a message of one kind."""

    __slots__ = ()
    KIND: ClassVar[str]
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str]
    CASE: ClassVar[Literal["named", "absent", "named or absent"]] = "named"
    FILES: ClassVar[tuple[int, int]] = NO_FILES


@dataclass(frozen=True, slots=True)
class Words(Body):
    """A body with one text; messages of such a kind can have files."""

    FILES: ClassVar[tuple[int, int]] = MANY_FILES
    text: Text


@dataclass(frozen=True, slots=True)
class Unknown(Body):
    """A body of a kind that this version does not know: it is stored, and shown as "update the tool"."""

    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER, RECIPIENT)
    FILES: ClassVar[tuple[int, int]] = MANY_FILES
    raw: bytes

    @classmethod
    def parse(cls, members: Mapping[str, Json]) -> Self:
        """Store any object as its canonical bytes."""
        return cls(encode(dict(members)))

    def members(self) -> dict[str, Json]:
        """Return the JSON members."""
        return parse_object(self.raw)


def check_kind(kind: Json) -> str:
    """Return `kind` if it is the name of a kind, known or not; raise MalformedError otherwise."""
    if not isinstance(kind, str) or not _KIND.fullmatch(kind) or kind in _RESERVED_KINDS:
        raise MalformedError("kind")
    return kind
