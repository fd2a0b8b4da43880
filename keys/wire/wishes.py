"""What is asked of the reporter, and what only the reporter can say; SPEC.md 5. Who wrote one is checked by `cases`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from keys.errors import MalformedError
from keys.wire.bodies import (
    RECIPIENT,
    REPORTER,
    THREAD,
    check_members,
    identities_of,
    listed,
    text_of,
)
from keys.wire.canonical import Json, b64, unb64
from keys.wire.sizes import ID_SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping


def _one_of(value: Json, words: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in words:
        raise MalformedError("answer")
    return value


@dataclass(frozen=True, slots=True)
class Request:
    """A recipient asks for consent: to tell `to` exactly `what`, because `text`; or to let `people` in."""

    KIND: ClassVar[str] = "request"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = THREAD
    text: str
    to: str
    what: str
    people: tuple[bytes, ...] = ()

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Request:
        """Read the body of a request."""
        check_members(body, "people", "text", "to", "what")
        return cls(text_of(body["text"]), text_of(body["to"]), text_of(body["what"]), identities_of(body["people"]))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"people": listed(self.people), "text": self.text, "to": self.to, "what": self.what}


@dataclass(frozen=True, slots=True)
class Consent:
    """The reporter's word on a request of a recipient, whose message id it names."""

    KIND: ClassVar[str] = "consent"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER,)
    CHANNEL: ClassVar[str] = THREAD
    ANSWERS: ClassVar[tuple[str, ...]] = ("yes", "no", "withdrawn")
    answer: str
    request: bytes

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Consent:
        """Read the body of a consent."""
        check_members(body, "answer", "request")
        return cls(_one_of(body["answer"], cls.ANSWERS), unb64(body["request"], ID_SIZE))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"answer": self.answer, "request": b64(self.request)}


@dataclass(frozen=True, slots=True)
class Admit:
    """The reporter lets people read it after all whom the report left out."""

    KIND: ClassVar[str] = "admit"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER,)
    CHANNEL: ClassVar[str] = THREAD
    people: tuple[bytes, ...]

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Admit:
        """Read the body of an admission."""
        check_members(body, "people")
        return cls(identities_of(body["people"], least=1))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"people": listed(self.people)}


@dataclass(frozen=True, slots=True)
class Agreed:
    """The reporter's word on minutes, whose message id it names; `text` is what is not right, or ""."""

    KIND: ClassVar[str] = "agreed"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER,)
    CHANNEL: ClassVar[str] = THREAD
    ANSWERS: ClassVar[tuple[str, ...]] = ("yes", "no")
    answer: str
    minutes: bytes
    text: str = ""

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Agreed:
        """Read the body of a word on minutes."""
        check_members(body, "answer", "minutes", "text")
        return cls(_one_of(body["answer"], cls.ANSWERS), unb64(body["minutes"], ID_SIZE), text_of(body["text"], 0))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"answer": self.answer, "minutes": b64(self.minutes), "text": self.text}


@dataclass(frozen=True, slots=True)
class Rating:
    """Whether the reporter finds that the report was handled well; `text` is why, or ""."""

    KIND: ClassVar[str] = "rating"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER,)
    CHANNEL: ClassVar[str] = THREAD
    ANSWERS: ClassVar[tuple[str, ...]] = ("yes", "partly", "no")
    answer: str
    text: str = ""

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Rating:
        """Read the body of a rating."""
        check_members(body, "answer", "text")
        return cls(_one_of(body["answer"], cls.ANSWERS), text_of(body["text"], 0))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"answer": self.answer, "text": self.text}


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The reporter's wish that the report be withdrawn; handling may go on. `text` is why, or ""."""

    KIND: ClassVar[str] = "withdrawn"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER,)
    CHANNEL: ClassVar[str] = THREAD
    text: str = ""

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Withdrawn:
        """Read the body of a wish."""
        check_members(body, "text")
        return cls(text_of(body["text"], 0))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"text": self.text}


@dataclass(frozen=True, slots=True)
class Left:
    """The reporter reads here no more: the server is asked to forget the code."""

    KIND: ClassVar[str] = "left"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER,)
    CHANNEL: ClassVar[str] = THREAD

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Left:
        """Read an empty body."""
        check_members(body)
        return cls()

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {}
