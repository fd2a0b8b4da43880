"""Field types of bodies (SPEC 5): each parses and encodes a member, and describes the values it takes.

The annotations of a body are the only description of its kind: the parser, the encoder and the table (SPEC 5.1) follow
from them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import get_annotations
from typing import Annotated, Any, ClassVar, Final, Protocol, Self

from keys.errors import MalformedError
from keys.wire.canonical import Json, b64, encode, encoded_size, unb64
from keys.wire.ids import PERSON_SIZE, IdentityKey, MessageId, PersonId
from keys.wire.sizes import ID_SIZE, KEY_SIZE, MAX_DAY

REPORTER: Final = "reporter"
RECIPIENT: Final = "recipient"

THREAD: Final = "thread"
DOSSIER: Final = "dossier"
LOG: Final = "log"
CHANNELS = (THREAD, DOSSIER, LOG)

MAX_TEXT_SIZE = 100_000  # SPEC 4
MAX_REASON_SIZE = 1000  # SPEC 5.1
MAX_PEOPLE = 31  # SPEC 7.2: the most entries of a roster
MAX_MONTHS = 120  # SPEC 7.4

_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")


class FieldType(Protocol):
    """Reads and writes one member of a JSON object."""

    @property
    def name(self) -> str:
        """The words for the table of SPEC 5.1."""

    def parse(self, value: Json) -> Any:
        """Return the Python value; raise MalformedError for any other JSON."""

    def encode(self, value: Any) -> Json:
        """Return the JSON of a value that `parse` would return."""


class Members:
    """An object with exactly the members that its dataclass annotates with a field type."""

    __slots__ = ()
    FIELDS: ClassVar[Mapping[str, FieldType]] = {}

    def __init_subclass__(cls) -> None:
        """Collect the field types from the annotations, those of the base class first."""
        super().__init_subclass__()
        hints = get_annotations(cls)
        own = {name: hint.__metadata__[0] for name, hint in hints.items() if hasattr(hint, "__metadata__")}
        cls.FIELDS = {**cls.FIELDS, **own}

    @classmethod
    def parse(cls, members: Mapping[str, Json]) -> Self:
        """Read an object; raise MalformedError for another member, a missing one, or a value out of bounds."""
        if set(members) != set(cls.FIELDS):
            raise MalformedError("members")
        read = cls(**{name: field.parse(members[name]) for name, field in cls.FIELDS.items()})
        read.check()
        return read

    def check(self) -> None:
        """Raise MalformedError if the members contradict each other."""

    def members(self) -> dict[str, Json]:
        """Return the JSON members."""
        return {name: field.encode(getattr(self, name)) for name, field in self.FIELDS.items()}


@dataclass(frozen=True, slots=True)
class TextField:
    """A text with a limit on its encoded size in bytes."""

    least: int = 1
    most: int = MAX_TEXT_SIZE

    @property
    def name(self) -> str:
        """Return the name of the bounds (SPEC 5.1)."""
        name = "text" if self.most == MAX_TEXT_SIZE else "short text"
        return name if self.least else f'{name} or ""'

    def parse(self, value: Json) -> str:
        """Read a text."""
        if not isinstance(value, str) or not self.least <= encoded_size(value) <= self.most:
            raise MalformedError("text")
        return value

    def encode(self, value: str) -> Json:
        """Write a text."""
        return value


@dataclass(frozen=True, slots=True)
class PatternField:
    """A short text that matches a pattern, or "" if `optional`."""

    what: str
    pattern: re.Pattern[str]
    optional: bool = False

    @property
    def name(self) -> str:
        """Return the name of the pattern."""
        return f'{self.what} or ""' if self.optional else self.what

    def parse(self, value: Json) -> str:
        """Read a text that matches as a whole."""
        if not isinstance(value, str) or not (self.pattern.fullmatch(value) or (self.optional and not value)):
            raise MalformedError(self.what)
        return value

    def encode(self, value: str) -> Json:
        """Write a text."""
        return value


@dataclass(frozen=True, slots=True)
class ChoiceField:
    """One word out of a few."""

    words: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the words."""
        return ", ".join(f'"{word}"' for word in self.words[:-1]) + f' or "{self.words[-1]}"'

    def parse(self, value: Json) -> str:
        """Read one of the words."""
        if not isinstance(value, str) or value not in self.words:
            raise MalformedError("choice")
        return value

    def encode(self, value: str) -> Json:
        """Write a word."""
        return value


@dataclass(frozen=True, slots=True)
class BytesField:
    """Bytes of a fixed length, in base64url."""

    name: str
    size: int

    def parse(self, value: Json) -> bytes:
        """Read the bytes."""
        return unb64(value, self.size)

    def encode(self, value: bytes) -> Json:
        """Write the bytes."""
        return b64(value)


@dataclass(frozen=True, slots=True)
class ListField:
    """Bytes of a fixed length, in ascending order of their base64url text, without duplicates."""

    what: str
    size: int
    least: int
    most: int

    @property
    def name(self) -> str:
        """Return the bounds and the type of the elements."""
        return f"{self.least} to {self.most} {self.what}s"

    def parse(self, value: Json) -> tuple[bytes, ...]:
        """Read the list."""
        if not isinstance(value, list) or not self.least <= len(value) <= self.most:
            raise MalformedError(f"list of {self.what}s")
        found = tuple(unb64(text, self.size) for text in value)
        if value != self.encode(found):
            raise MalformedError(f"order of {self.what}s")
        return found

    def encode(self, value: tuple[bytes, ...]) -> Json:
        """Write the list in its canonical order."""
        return [*sorted(set(map(b64, value)))]


@dataclass(frozen=True, slots=True)
class IntegerField:
    """A whole number within bounds."""

    name: str
    least: int
    most: int

    def parse(self, value: Json) -> int:
        """Read the number; refuse `true`, though Python counts it as 1."""
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            raise MalformedError(self.name)
        return value

    def encode(self, value: int) -> Json:
        """Write the number."""
        return value


@dataclass(frozen=True, slots=True)
class FlagField:
    """True or false."""

    name: str = "true or false"

    def parse(self, value: Json) -> bool:
        """Read the flag."""
        if not isinstance(value, bool):
            raise MalformedError("true or false")
        return value

    def encode(self, value: bool) -> Json:
        """Write the flag."""
        return value


@dataclass(frozen=True, slots=True)
class AnswersField:
    """An object from ids to texts, with a limit on their total encoded size in bytes."""

    least: int = 0
    most: int = MAX_TEXT_SIZE

    @property
    def name(self) -> str:
        """Return the least number of texts."""
        return "texts by id" if not self.least else f"{self.least} or more texts by id"

    def parse(self, value: Json) -> Mapping[str, str]:
        """Read the object."""
        if not isinstance(value, dict) or len(value) < self.least:
            raise MalformedError("answers")
        answers = {_id.parse(name): _text.parse(answer) for name, answer in value.items()}
        if answers_size(answers) > self.most:
            raise MalformedError("size of the answers")
        return answers

    def encode(self, value: Mapping[str, str]) -> Json:
        """Write the object."""
        return dict(value)


@dataclass(frozen=True, slots=True)
class RecordField:
    """An object with members of its own."""

    record: type[Members]

    @property
    def name(self) -> str:
        """Return the members."""
        return "{" + described(self.record) + "}"

    def parse(self, value: Json) -> Members:
        """Read the object."""
        if not isinstance(value, dict):
            raise MalformedError("object")
        return self.record.parse(value)

    def encode(self, value: Members) -> Json:
        """Write the object."""
        return value.members()


@dataclass(frozen=True, slots=True)
class OptionalField:
    """A field that may be null."""

    field: FieldType

    @property
    def name(self) -> str:
        """Return what the field is."""
        return f"{self.field.name} or null"

    def parse(self, value: Json) -> Any:
        """Read the value, or null as None."""
        return None if value is None else self.field.parse(value)

    def encode(self, value: Any) -> Json:
        """Write the value."""
        return None if value is None else self.field.encode(value)


def answers_size(answers: Mapping[str, str]) -> int:
    """Return the number of bytes that answers take as encoded, without their braces."""
    return len(encode(dict(answers))) - len("{}")


def described(members: type[Members]) -> str:
    """Return the members of an object, in ascending order, with their types unless the names are the same."""
    named = {name: members.FIELDS[name].name for name in sorted(members.FIELDS)}
    return "; ".join(name if name == what else f"{name}: {what}" for name, what in named.items())


_id = PatternField("id", _ID)
_text = TextField()
_message = BytesField("message id", ID_SIZE)
DAY = IntegerField("day", 0, MAX_DAY)
PEOPLE = ListField("person", PERSON_SIZE, 0, MAX_PEOPLE)

Text = Annotated[str, _text]
OptionalText = Annotated[str, TextField(least=0)]
Reason = Annotated[str, TextField(most=MAX_REASON_SIZE)]
OptionalReason = Annotated[str, TextField(least=0, most=MAX_REASON_SIZE)]
Id = Annotated[str, _id]
OptionalId = Annotated[str, PatternField("id", _ID, optional=True)]
Language = Annotated[str, PatternField("language tag", _LANGUAGE)]
Answers = Annotated[Mapping[str, str], AnswersField()]
Day = Annotated[int, DAY]
Months = Annotated[int, IntegerField(f"1 to {MAX_MONTHS}", 1, MAX_MONTHS)]
Flag = Annotated[bool, FlagField()]
Message = Annotated[MessageId, _message]
OptionalMessage = Annotated[MessageId | None, OptionalField(_message)]
Author = Annotated[IdentityKey, BytesField("identity key", KEY_SIZE)]
People = Annotated[tuple[PersonId, ...], PEOPLE]
SomePeople = Annotated[tuple[PersonId, ...], ListField("person", PERSON_SIZE, 1, MAX_PEOPLE)]
