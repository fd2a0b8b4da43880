"""The head of a message and the plaintext around it, SPEC.md 4; it checks no signature."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import MalformedError
from keys.wire import kinds
from keys.wire.bodies import day_of
from keys.wire.canonical import Json, b64, encode, parse_object, unb64
from keys.wire.envelope import padded_size
from keys.wire.files import File, content_size, parse_files
from keys.wire.sizes import ID_SIZE, KEY_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.wire.kinds import Body

LENGTH_SIZE = 4
SIGNATURE_SIZE = 64
MAX_HEAD_SIZE = 262_144 - LENGTH_SIZE - SIGNATURE_SIZE  # SPEC.md 4: the log's prefix has room
MAX_SEEN = 16
LABEL_MESSAGE = b"meldbus/1 "

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


def signed_bytes(kind: str, mac: bytes, head: bytes) -> bytes:
    """Return what the author signs (SPEC.md 4.3)."""
    name = kind.encode("ascii")
    return LABEL_MESSAGE + name + bytes([len(name)]) + mac + head


def message_id(kind: str, mac: bytes, head: bytes) -> bytes:
    """Return the 32-byte id of a message (SPEC.md 4.3)."""
    return hashlib.sha256(signed_bytes(kind, mac, head)).digest()


def start(head: bytes, signature: bytes) -> bytes:
    """Return what stands in a plaintext before the files."""
    if len(head) > MAX_HEAD_SIZE:
        raise MalformedError("head size")
    return len(head).to_bytes(LENGTH_SIZE, "big") + head + signature


def pad(head: bytes, signature: bytes) -> bytes:
    """Return the plaintext of a message without files, padded to its class."""
    content = start(head, signature)
    return content.ljust(padded_size(len(content)), b"\0")


def start_size(plaintext: bytes) -> int:
    """Return how many bytes stand before the files, by the length that a plaintext begins with."""
    length = int.from_bytes(plaintext[:LENGTH_SIZE], "big")
    if not 0 < length <= MAX_HEAD_SIZE:
        raise MalformedError("length of the head")
    return LENGTH_SIZE + length + SIGNATURE_SIZE


def split(plaintext: bytes) -> tuple[bytes, bytes]:
    """Return head and signature of a plaintext; raise MalformedError where they do not fit in it."""
    end = start_size(plaintext)
    if len(plaintext) < end:
        raise MalformedError("length of the head")
    return plaintext[LENGTH_SIZE : end - SIGNATURE_SIZE], plaintext[end - SIGNATURE_SIZE : end]


def class_of(head: bytes, files: Iterable[File]) -> int:
    """Return the class that a message with this head and these files has (SPEC.md 4)."""
    return padded_size(LENGTH_SIZE + len(head) + SIGNATURE_SIZE + content_size(files))


def check_padding(plaintext: bytes, end: int) -> None:
    """Raise MalformedError unless a plaintext holds nothing but zeros behind `end`."""
    if plaintext.count(0, end) != len(plaintext) - end:
        raise MalformedError("padding")


def _listed(names: Iterable[bytes]) -> list[Json]:
    return [*sorted(map(b64, names))]


def _names(value: Json) -> tuple[bytes, ...]:
    if not isinstance(value, list):
        raise MalformedError("list of names")
    names = tuple(unb64(name, ID_SIZE) for name in value)
    if list(value) != sorted(set(map(b64, names))):
        raise MalformedError("order of names")
    return names
