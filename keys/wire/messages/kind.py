"""What a kind of message is: its name, who may write it, its channel, and which members its body has (SPEC 5.1)."""

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
# Their labels are those of signed documents: a message of that kind could pass for one.
_RESERVED_KINDS = ("root", "roster", "bundle")


class Body(Members):
    """A body that one kind of message has."""

    __slots__ = ()
    KIND: ClassVar[str]
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str]
    CASE: ClassVar[Literal["named", "absent", "named or absent"]] = "named"
    FILES: ClassVar[tuple[int, int]] = NO_FILES


@dataclass(frozen=True, slots=True)
class Words(Body):
    """A body of one text; a message of such a kind may have files."""

    FILES: ClassVar[tuple[int, int]] = MANY_FILES
    text: Text


@dataclass(frozen=True, slots=True)
class Unknown(Body):
    """A body of a kind that this version does not know: kept, and shown as "update the tool"."""

    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER, RECIPIENT)
    FILES: ClassVar[tuple[int, int]] = MANY_FILES
    raw: bytes

    @classmethod
    def parse(cls, members: Mapping[str, Json]) -> Self:
        """Keep any object as its own canonical bytes."""
        return cls(encode(dict(members)))

    def members(self) -> dict[str, Json]:
        """Return the JSON members."""
        return parse_object(self.raw)


def check_kind(kind: Json) -> str:
    """Return `kind` if it is the name of a kind, known or not; raise MalformedError otherwise."""
    if not isinstance(kind, str) or not _KIND.fullmatch(kind) or kind in _RESERVED_KINDS:
        raise MalformedError("kind")
    return kind
