"""The head of a message, SPEC.md 4; it checks no signature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import MalformedError
from keys.wire import kinds
from keys.wire.bodies import day_of
from keys.wire.canonical import Json, b64, encode, parse_object, unb64
from keys.wire.files import File, parse_files
from keys.wire.plaintext import MAX_HEAD_SIZE
from keys.wire.sizes import ID_SIZE, KEY_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.wire.kinds import Body

MAX_SEEN = 16

_MEMBERS = {"author", "body", "channel", "day", "files", "kind", "roster", "seen", "to", "without"}


@dataclass(frozen=True, slots=True)
class Head:
    """What an author signs; `case` is None in a report, whose own id is the case's."""

    author: bytes
    kind: str
    channel: str
    case: bytes | None
    day: int
    roster: bytes
    seen: tuple[bytes, ...]
    to: tuple[bytes, ...]
    without: tuple[bytes, ...]
    body: Body
    files: tuple[File, ...] = ()

    @classmethod
    def parse(cls, raw: bytes) -> Head:
        """Read the canonical JSON of a head.

        Raises MalformedError for a head that is not exactly as SPEC.md 4.1 says.
        """
        if len(raw) > MAX_HEAD_SIZE:
            raise MalformedError("head size")
        members = parse_object(raw)
        kind = kinds.check_kind(members.get("kind"))
        opens_case = kind == kinds.Report.KIND
        if set(members) != (_MEMBERS if opens_case else _MEMBERS | {"case"}):
            raise MalformedError("members of the head")
        files = parse_files(members["files"])
        if files and not kinds.may_have_files(kind):
            raise MalformedError("files")
        channel = members["channel"]
        known = kinds.KINDS.get(kind)
        if channel not in kinds.CHANNELS or (known is not None and channel != known.CHANNEL):
            raise MalformedError("channel")
        body = members["body"]
        if not isinstance(body, dict):
            raise MalformedError("body")
        to, without = _names(members["to"]), _names(members["without"])
        if set(to) & set(without) or (without and kind != kinds.Report.KIND):
            raise MalformedError("without")
        seen = _names(members["seen"])
        if len(seen) > MAX_SEEN:
            raise MalformedError("seen")
        read = known.parse(body) if known else kinds.Unknown.keep(body)
        if isinstance(read, kinds.Report) and any(place >= len(to) + len(without) for place in read.about.people):
            raise MalformedError("about")
        return cls(
            author=unb64(members["author"], KEY_SIZE),
            kind=kind,
            channel=str(channel),
            case=None if opens_case else unb64(members["case"], ID_SIZE),
            day=day_of(members["day"]),
            roster=unb64(members["roster"], ID_SIZE),
            seen=seen,
            to=to,
            without=without,
            body=read,
            files=files,
        )

    def encode(self) -> bytes:
        """Return the canonical JSON of this head."""
        members: dict[str, Json] = {
            "author": b64(self.author),
            "body": self._body_members(),
            "channel": self.channel,
            "day": self.day,
            "files": [file.members() for file in self.files],
            "kind": self.kind,
            "roster": b64(self.roster),
            "seen": _listed(self.seen),
            "to": _listed(self.to),
            "without": _listed(self.without),
        }
        if self.case is not None:
            members["case"] = b64(self.case)
        return encode(members)

    def _body_members(self) -> dict[str, Json]:
        if isinstance(self.body, kinds.Unknown):
            return parse_object(self.body.raw)
        return self.body.members()


def named(to: Iterable[bytes], without: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return all recipients whom a report names, chosen or left out, in the order of their text (SPEC.md 5)."""
    return tuple(sorted({*to, *without}, key=b64))


def _listed(names: Iterable[bytes]) -> list[Json]:
    return [*sorted(map(b64, names))]


def _names(value: Json) -> tuple[bytes, ...]:
    if not isinstance(value, list):
        raise MalformedError("list of names")
    names = tuple(unb64(name, ID_SIZE) for name in value)
    if list(value) != sorted(set(map(b64, names))):
        raise MalformedError("order of names")
    return names
