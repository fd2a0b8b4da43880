"""The kinds of message and their bodies, SPEC.md 5; who really wrote one is checked by `cases`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self, TypeAlias

from keys.errors import MalformedError
from keys.wire.canonical import Json, b64, encode, encoded_size, unb64

if TYPE_CHECKING:
    from collections.abc import Mapping

BOX_KEY_SIZE = 32
KEM_KEY_SIZE = 1184  # FIPS 203, table 3
ID_SIZE = 32
KEY_SIZE = 32  # of K, of a capability, of an Ed25519 key
MAX_TEXT_SIZE = 100_000  # SPEC.md 4
FIRST_CLASS_TEXT_SIZE = 12_000  # SPEC.md 4

REPORTER = "reporter"
RECIPIENT = "recipient"
ANYONE = "anyone"

THREAD = "thread"
DOSSIER = "dossier"
FEED = "feed"
CHANNELS = (THREAD, DOSSIER, FEED)

_KIND = re.compile(r"[a-z][a-z-]{0,39}")
# Their labels are those of signed documents: a message of that kind could pass for one.
_RESERVED_KINDS = ("root", "roster", "bundle")


def _members(body: Mapping[str, Json], *names: str) -> None:
    if set(body) != set(names):
        raise MalformedError("members of the body")


def _text(value: Json) -> str:
    if not isinstance(value, str) or not 1 <= encoded_size(value) <= MAX_TEXT_SIZE:
        raise MalformedError("text")
    return value


@dataclass(frozen=True, slots=True)
class Report:
    """The first message of a case; `box` and `kem` are the reporter's public keys."""

    KIND: ClassVar[str] = "report"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER,)
    CHANNEL: ClassVar[str] = THREAD
    text: str
    box: bytes
    kem: bytes

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Report:
        """Read the body of a report."""
        _members(body, "box", "kem", "text")
        box, kem = unb64(body["box"], BOX_KEY_SIZE), unb64(body["kem"], KEM_KEY_SIZE)
        return cls(_text(body["text"]), box, kem)

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"box": b64(self.box), "kem": b64(self.kem), "text": self.text}


@dataclass(frozen=True, slots=True)
class _Text:
    KIND: ClassVar[str]
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = THREAD
    text: str

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Self:
        """Read a body that is a text and nothing else."""
        _members(body, "text")
        return cls(_text(body["text"]))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"text": self.text}


class Answer(_Text):
    """Words in the thread, by the reporter or a recipient."""

    KIND: ClassVar[str] = "answer"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER, RECIPIENT)


class Question(_Text):
    """Words in the thread that ask the reporter for an answer."""

    KIND: ClassVar[str] = "question"


class Acknowledgement(_Text):
    """The confirmation that the law wants within seven days."""

    KIND: ClassVar[str] = "acknowledgement"


@dataclass(frozen=True, slots=True)
class Opened:
    """A recipient has opened the report; before that the reporter's page says that nobody has."""

    KIND: ClassVar[str] = "opened"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = THREAD

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Opened:
        """Read an empty body."""
        _members(body)
        return cls()

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {}


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
        _members(body, "answer", "request")
        answer = body["answer"]
        if not isinstance(answer, str) or answer not in cls.ANSWERS:
            raise MalformedError("answer")
        return cls(answer, unb64(body["request"], ID_SIZE))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"answer": self.answer, "request": b64(self.request)}


@dataclass(frozen=True, slots=True)
class Share:
    """The content keys by which a case recipient lets others in, by message id; the report's among them."""

    KIND: ClassVar[str] = "share"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = FEED
    keys: tuple[tuple[bytes, bytes], ...]

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Share:
        """Read the body of a share."""
        _members(body, "keys")
        keys = body["keys"]
        if not isinstance(keys, dict) or not keys:
            raise MalformedError("keys")
        return cls(tuple((unb64(name, ID_SIZE), unb64(key, KEY_SIZE)) for name, key in keys.items()))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"keys": {b64(name): b64(key) for name, key in self.keys}}


@dataclass(frozen=True, slots=True)
class FeedKey:
    """The feed's capability; it counts when its SHA-256 stands in the roster, whoever wrote this."""

    KIND: ClassVar[str] = "feed"
    AUTHORS: ClassVar[tuple[str, ...]] = (ANYONE,)
    CHANNEL: ClassVar[str] = FEED
    capability: bytes

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> FeedKey:
        """Read the body of a feed envelope."""
        _members(body, "capability")
        return cls(unb64(body["capability"], KEY_SIZE))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"capability": b64(self.capability)}


@dataclass(frozen=True, slots=True)
class Unknown:
    """A body of a kind that this version does not know: kept, and shown as "update the tool"."""

    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER, RECIPIENT)
    raw: bytes

    @classmethod
    def keep(cls, body: Mapping[str, Json]) -> Unknown:
        """Keep a body as its own canonical bytes."""
        return cls(encode(dict(body)))


Body: TypeAlias = Report | Answer | Question | Acknowledgement | Opened | Consent | Share | FeedKey | Unknown | _Text

KINDS: dict[str, type[Report | _Text | Opened | Consent | Share | FeedKey]] = {
    body.KIND: body for body in (Report, Answer, Question, Acknowledgement, Opened, Consent, Share, FeedKey)
}


def check_kind(kind: Json) -> str:
    """Return `kind` if it is the name of a kind, known or not; raise MalformedError otherwise."""
    if not isinstance(kind, str) or not _KIND.fullmatch(kind) or kind in _RESERVED_KINDS:
        raise MalformedError("kind")
    return kind


def may_have_files(kind: str) -> bool:
    """Say whether a message of this kind may have files: those with a text, and those that are not known."""
    known = KINDS.get(kind)
    return known is None or issubclass(known, (Report, _Text))
