"""What recipients write to each other in a dossier, SPEC.md 5; the reporter never sees one of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from keys.errors import MalformedError
from keys.wire.bodies import (
    DOSSIER,
    MAX_NAMED_SIZE,
    MAX_TEXT_SIZE,
    RECIPIENT,
    Words,
    check_members,
    day_of,
    id_of,
    identities_of,
    listed,
    text_of,
)
from keys.wire.canonical import Json, b64, encode, unb64
from keys.wire.sizes import ID_SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Begun:
    """The first message of a dossier: its content key gives the capability of the channel that it opens."""

    KIND: ClassVar[str] = "dossier"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = DOSSIER

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Begun:
        """Read an empty body."""
        check_members(body)
        return cls()

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {}


class Note(Words):
    """Words for the other recipients alone."""

    KIND: ClassVar[str] = "note"
    CHANNEL: ClassVar[str] = DOSSIER


@dataclass(frozen=True, slots=True)
class Filled:
    """A form of the policy, filled in: an answer by the id of its field, a choice by its id, a day as 2026-03-02."""

    KIND: ClassVar[str] = "form"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = DOSSIER
    form: str
    answers: Mapping[str, str]

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Filled:
        """Read the body of a form."""
        check_members(body, "answers", "form")
        answers = body["answers"]
        if not isinstance(answers, dict) or not answers:
            raise MalformedError("answers")
        read = cls(id_of(body["form"]), {id_of(name): text_of(answer) for name, answer in answers.items()})
        if len(encode(dict(read.answers))) > MAX_TEXT_SIZE:
            raise MalformedError("size of the answers")
        return read

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"answers": dict(self.answers), "form": self.form}


@dataclass(frozen=True, slots=True)
class Assigned:
    """Who is on the case from now on; nobody where it is empty."""

    KIND: ClassVar[str] = "assigned"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = DOSSIER
    people: tuple[bytes, ...]

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Assigned:
        """Read the body of an assignment."""
        check_members(body, "people")
        return cls(identities_of(body["people"]))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"people": listed(self.people)}


@dataclass(frozen=True, slots=True)
class Informed:
    """The board was told: who of it, on which day, how, by whom, and what."""

    KIND: ClassVar[str] = "informed"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = DOSSIER
    people: tuple[bytes, ...]
    day: int
    how: str
    by: str
    text: str

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Informed:
        """Read the body of such a record."""
        check_members(body, "by", "day", "how", "people", "text")
        return cls(
            people=identities_of(body["people"], least=1),
            day=day_of(body["day"]),
            how=text_of(body["how"], most=MAX_NAMED_SIZE),
            by=text_of(body["by"], most=MAX_NAMED_SIZE),
            text=text_of(body["text"]),
        )

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"by": self.by, "day": self.day, "how": self.how, "people": listed(self.people), "text": self.text}


@dataclass(frozen=True, slots=True)
class Categorised:
    """What the case is in the register: a topic of the policy, and one of its categories, or ""."""

    KIND: ClassVar[str] = "category"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = DOSSIER
    topic: str
    category: str

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Categorised:
        """Read the body of a category."""
        check_members(body, "category", "topic")
        return cls(id_of(body["topic"]), "" if body["category"] == "" else id_of(body["category"]))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"category": self.category, "topic": self.topic}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Its author is too near to the case and reads it no more; `text` is why, or ""."""

    KIND: ClassVar[str] = "conflict"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = DOSSIER
    text: str = ""

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Conflict:
        """Read the body of such a word."""
        check_members(body, "text")
        return cls(text_of(body["text"], 0))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"text": self.text}


@dataclass(frozen=True, slots=True)
class HandedOver:
    """People who were let in by a share of its author, and why, or ""."""

    KIND: ClassVar[str] = "handed-over"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = DOSSIER
    people: tuple[bytes, ...]
    text: str = ""

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> HandedOver:
        """Read the body of such a record."""
        check_members(body, "people", "text")
        return cls(identities_of(body["people"], least=1), text_of(body["text"], 0))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"people": listed(self.people), "text": self.text}


@dataclass(frozen=True, slots=True)
class Revealed:
    """Its author has looked at who the reporter is: in which message, and what for."""

    KIND: ClassVar[str] = "revealed"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = DOSSIER
    message: bytes
    text: str

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Revealed:
        """Read the body of such a record."""
        check_members(body, "message", "text")
        return cls(unb64(body["message"], ID_SIZE), text_of(body["text"]))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"message": b64(self.message), "text": self.text}
