"""Bodies of the dossier, except those that end a case (SPEC 5.1). The reporter cannot read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from keys.wire.messages.fields import (
    DOSSIER,
    AnswersField,
    Day,
    Flag,
    Id,
    Message,
    OptionalId,
    People,
    Reason,
    SomePeople,
    Text,
)
from keys.wire.messages.kind import Body, Words


@dataclass(frozen=True, slots=True)
class Note(Words):
    """A text for the other readers only."""

    KIND: ClassVar[str] = "note"
    CHANNEL: ClassVar[str] = DOSSIER


@dataclass(frozen=True, slots=True)
class Form(Body):
    """A filled-in form of the policy: answers by field id, choices by their id, days as 2026-03-02."""

    KIND: ClassVar[str] = "form"
    CHANNEL: ClassVar[str] = DOSSIER
    form: Id
    answers: Annotated[Mapping[str, str], AnswersField(least=1)]


@dataclass(frozen=True, slots=True)
class Assigned(Body):
    """The person who handles the case from now on; nobody if it is empty."""

    KIND: ClassVar[str] = "assigned"
    CHANNEL: ClassVar[str] = DOSSIER
    people: People = ()


@dataclass(frozen=True, slots=True)
class Informed(Body):
    """The board was informed: which members, on which day, how, by whom, and of what."""

    KIND: ClassVar[str] = "informed"
    CHANNEL: ClassVar[str] = DOSSIER
    people: SomePeople
    day: Day
    how: Reason
    by: Reason
    text: Text


@dataclass(frozen=True, slots=True)
class Category(Body):
    """How the register counts the case: a topic of the policy, and one of its categories, or ""."""

    KIND: ClassVar[str] = "category"
    CHANNEL: ClassVar[str] = DOSSIER
    topic: Id
    category: OptionalId = ""


@dataclass(frozen=True, slots=True)
class Revealed(Body):
    """The author opens an `identity`, and why."""

    KIND: ClassVar[str] = "revealed"
    CHANNEL: ClassVar[str] = DOSSIER
    message: Message
    text: Text


@dataclass(frozen=True, slots=True)
class Correction(Body):
    """The correct value of a field of the register, and why; the former value stays visible."""

    KIND: ClassVar[str] = "correction"
    CHANNEL: ClassVar[str] = DOSSIER
    field: Id
    value: Reason
    text: Reason


@dataclass(frozen=True, slots=True)
class Exported(Body):
    """The author exported the case: what, for whom and why, and whether the file names the reporter."""

    KIND: ClassVar[str] = "exported"
    CHANNEL: ClassVar[str] = DOSSIER
    what: Id
    identity: Flag
    text: Text


@dataclass(frozen=True, slots=True)
class Exercise(Body):
    """The case is a drill and counts in no published number; if two people read it, a second one must approve."""

    KIND: ClassVar[str] = "exercise"
    CHANNEL: ClassVar[str] = DOSSIER
    text: Reason
