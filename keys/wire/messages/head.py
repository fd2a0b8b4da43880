"""The head of a message (SPEC 4.1). It checks no signature."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, cast

from keys.errors import MalformedError
from keys.wire.canonical import Json, b64, encode, parse_object, unb64
from keys.wire.files import File, parse_files
from keys.wire.ids import CaseId, IdentityKey, MessageId, PersonId, RosterId
from keys.wire.messages.fields import CHANNELS, DAY, LOG, PEOPLE, ListField
from keys.wire.messages.kind import Body, Unknown, check_kind
from keys.wire.messages.log import MAX_ARCHIVE_SIZE, Share
from keys.wire.messages.table import KINDS
from keys.wire.messages.thread import Report
from keys.wire.plaintext import MAX_HEAD_SIZE
from keys.wire.sizes import ID_SIZE, KEY_SIZE

MAX_SEEN = 64  # SPEC 5.3

_MEMBERS = {"author", "body", "channel", "day", "files", "kind", "missing", "roster", "seen", "to", "without"}
_SEEN = ListField("message id", ID_SIZE, 0, MAX_SEEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The part of a message that its author signs.

    `to` are the readers that it is sealed to, `missing` those that it could not be sealed to. Only a report leaves
    people out, in `without`. `case` is None in a report, whose own id is the case's, and in a message about all cases.
    """

    author: IdentityKey
    body: Body
    case: CaseId | None
    channel: str
    day: int
    files: tuple[File, ...] = ()
    kind: str
    roster: RosterId
    seen: tuple[MessageId, ...]
    to: tuple[PersonId, ...]
    missing: tuple[PersonId, ...] = ()
    without: tuple[PersonId, ...] = ()

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read the canonical JSON of a head; raise MalformedError unless it is exactly as SPEC 4.1 says."""
        if len(raw) > MAX_HEAD_SIZE:
            raise MalformedError("head size")
        members = parse_object(raw)
        if not _MEMBERS <= set(members) <= _MEMBERS | {"case"}:
            raise MalformedError("members of the head")
        kind = check_kind(members["kind"])
        body = members["body"]
        if not isinstance(body, dict):
            raise MalformedError("body")
        head = cls(
            author=IdentityKey(unb64(members["author"], KEY_SIZE)),
            body=KINDS.get(kind, Unknown).parse(body),
            case=CaseId(unb64(members["case"], ID_SIZE)) if "case" in members else None,
            channel=_channel(members),
            day=DAY.parse(members["day"]),
            files=parse_files(members["files"]),
            kind=kind,
            roster=RosterId(unb64(members["roster"], ID_SIZE)),
            seen=cast(tuple[MessageId, ...], _SEEN.parse(members["seen"])),
            to=_people(members, "to"),
            missing=_people(members, "missing"),
            without=_people(members, "without"),
        )
        head.check()
        return head

    def check(self) -> None:
        """Raise MalformedError if members contradict each other or the kind."""
        known = KINDS.get(self.kind)
        if known is not None and self.channel != known.CHANNEL:
            raise MalformedError("channel")
        if (self.case is None and self.body.CASE == "named") or (self.case is not None and self.body.CASE == "absent"):
            raise MalformedError("case")
        self._check_files()
        self._check_people()
        if self.seen and (self.channel == LOG or self.kind == Report.KIND):
            raise MalformedError("seen")

    def _check_files(self) -> None:
        least, most = self.body.FILES
        if not least <= len(self.files) <= most:
            raise MalformedError("files")
        if isinstance(self.body, Share) and any(
            file.name or file.type or file.size > MAX_ARCHIVE_SIZE for file in self.files
        ):
            raise MalformedError("archive")

    def _check_people(self) -> None:
        people = {*self.to, *self.missing, *self.without}
        if len(people) != len(self.to) + len(self.missing) + len(self.without):
            raise MalformedError("a person in two lists")
        if self.without and self.kind != Report.KIND:
            raise MalformedError("without")
        if isinstance(self.body, Report) and not people.issuperset(self.body.about.people):
            raise MalformedError("about")

    def encode(self) -> bytes:
        """Return the canonical JSON of this head."""
        members: dict[str, Json] = {
            "author": b64(self.author),
            "body": self.body.members(),
            "channel": self.channel,
            "day": self.day,
            "files": [file.members() for file in self.files],
            "kind": self.kind,
            "missing": PEOPLE.encode(self.missing),
            "roster": b64(self.roster),
            "seen": _SEEN.encode(self.seen),
            "to": PEOPLE.encode(self.to),
            "without": PEOPLE.encode(self.without),
        }
        if self.case is not None:
            members["case"] = b64(self.case)
        return encode(members)


def _channel(members: Mapping[str, Json]) -> str:
    channel = members["channel"]
    if not isinstance(channel, str) or channel not in CHANNELS:
        raise MalformedError("channel")
    return channel


def _people(members: Mapping[str, Json], name: str) -> tuple[PersonId, ...]:
    return cast(tuple[PersonId, ...], PEOPLE.parse(members[name]))
