"""How a case ends, SPEC.md 5: its outcome, how long it is kept, who agreed to destroy it, and what stays of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from keys.errors import MalformedError
from keys.wire.bodies import (
    DOSSIER,
    FEED,
    MAX_NAMED_SIZE,
    RECIPIENT,
    check_members,
    day_of,
    id_of,
    text_of,
)
from keys.wire.canonical import Json, b64, unb64
from keys.wire.sizes import ID_SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_STATEMENTS = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a case ended in: the id of an outcome, what was done, and on what grounds; either text may be ""."""

    KIND: ClassVar[str] = "outcome"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = DOSSIER
    outcome: str
    measures: str
    grounds: str

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Outcome:
        """Read the body of an outcome."""
        check_members(body, "grounds", "measures", "outcome")
        return cls(id_of(body["outcome"]), text_of(body["measures"], 0), text_of(body["grounds"], 0))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"grounds": self.grounds, "measures": self.measures, "outcome": self.outcome}


@dataclass(frozen=True, slots=True)
class Retention:
    """The last day on which a closed case is kept; `text` is why, or ""."""

    KIND: ClassVar[str] = "retention"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = DOSSIER
    until: int
    text: str = ""

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Retention:
        """Read the body of such a word."""
        check_members(body, "text", "until")
        return cls(day_of(body["until"]), text_of(body["text"], 0, MAX_NAMED_SIZE))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"text": self.text, "until": self.until}


@dataclass(frozen=True, slots=True)
class Reopened:
    """A closed case goes on, and why."""

    KIND: ClassVar[str] = "reopened"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = DOSSIER
    text: str

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Reopened:
        """Read the body of such a word."""
        check_members(body, "text")
        return cls(text_of(body["text"], most=MAX_NAMED_SIZE))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"text": self.text}


@dataclass(frozen=True, slots=True)
class Purge:
    """Somebody asks that a case be destroyed before its day, and why."""

    KIND: ClassVar[str] = "purge"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = DOSSIER
    text: str

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Purge:
        """Read the body of such a wish."""
        check_members(body, "text")
        return cls(text_of(body["text"], most=MAX_NAMED_SIZE))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"text": self.text}


@dataclass(frozen=True, slots=True)
class Approval:
    """A second recipient agrees to what a message asks for: to a purge before its day, or to a legal demand."""

    KIND: ClassVar[str] = "approval"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = DOSSIER
    message: bytes
    text: str = ""

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Approval:
        """Read the body of an approval."""
        check_members(body, "message", "text")
        return cls(unb64(body["message"], ID_SIZE), text_of(body["text"], 0, MAX_NAMED_SIZE))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"message": b64(self.message), "text": self.text}


@dataclass(frozen=True, slots=True)
class Correction:
    """What is right in a field of the register from now on, and why; what stood there stays visible."""

    KIND: ClassVar[str] = "correction"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = DOSSIER
    field: str
    value: str
    text: str

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Correction:
        """Read the body of a correction."""
        check_members(body, "field", "text", "value")
        return cls(
            id_of(body["field"]),
            text_of(body["value"], most=MAX_NAMED_SIZE),
            text_of(body["text"], most=MAX_NAMED_SIZE),
        )

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"field": self.field, "text": self.text, "value": self.value}


@dataclass(frozen=True, slots=True)
class Exported:
    """Its author has made a file of the case: what, for whom and why, and whether it says who the reporter is."""

    KIND: ClassVar[str] = "exported"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = DOSSIER
    what: str
    identity: bool
    text: str

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Exported:
        """Read the body of such a record."""
        check_members(body, "identity", "text", "what")
        identity = body["identity"]
        if not isinstance(identity, bool):
            raise MalformedError("identity")
        return cls(id_of(body["what"]), identity, text_of(body["text"]))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"identity": self.identity, "text": self.text, "what": self.what}


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What stays of a destroyed case: days, what it was in the register, its outcome or "", and who allowed it.

    Each of the `statements` is mac || signature || head of a message of the dossier: the retention whose day has
    passed, or a purge and its approval.
    """

    KIND: ClassVar[str] = "tombstone"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = FEED
    received: int
    closed: int
    topic: str
    category: str
    outcome: str
    statements: tuple[bytes, ...]

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Tombstone:
        """Read the body of a tombstone."""
        check_members(body, "category", "closed", "outcome", "received", "statements", "topic")
        statements = body["statements"]
        if not isinstance(statements, list) or len(statements) > MAX_STATEMENTS:
            raise MalformedError("statements")
        return cls(
            received=day_of(body["received"]),
            closed=day_of(body["closed"]),
            topic=id_of(body["topic"]),
            category="" if body["category"] == "" else id_of(body["category"]),
            outcome="" if body["outcome"] == "" else id_of(body["outcome"]),
            statements=tuple(unb64(one) for one in statements),
        )

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {
            "category": self.category,
            "closed": self.closed,
            "outcome": self.outcome,
            "received": self.received,
            "statements": [b64(one) for one in self.statements],
            "topic": self.topic,
        }
