"""Bodies of the dossier but for those that end a case (SPEC 5.1); the reporter sees none of them."""

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
    """Words for the other readers alone."""

    KIND: ClassVar[str] = "note"
    CHANNEL: ClassVar[str] = DOSSIER


@dataclass(frozen=True, slots=True)
class Form(Body):
    """A form of the policy, filled in: an answer by the id of its field, a choice by its id, a day as 2026-03-02."""

    KIND: ClassVar[str] = "form"
    CHANNEL: ClassVar[str] = DOSSIER
    form: Id
    answers: Annotated[Mapping[str, str], AnswersField(least=1)]


@dataclass(frozen=True, slots=True)
class Assigned(Body):
    """Who handles the case from now on; nobody where it is empty."""

    KIND: ClassVar[str] = "assigned"
    CHANNEL: ClassVar[str] = DOSSIER
    people: People = ()


@dataclass(frozen=True, slots=True)
class Informed(Body):
    """The board was told: which members, on which day, how, by whom, and what."""

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
    """Its author opens an `identity`, and what for."""

    KIND: ClassVar[str] = "revealed"
    CHANNEL: ClassVar[str] = DOSSIER
    message: Message
    text: Text


@dataclass(frozen=True, slots=True)
class Correction(Body):
    """What is right in a field of the register from now on, and why; the former value stays visible."""

    KIND: ClassVar[str] = "correction"
    CHANNEL: ClassVar[str] = DOSSIER
    field: Id
    value: Reason
    text: Reason


@dataclass(frozen=True, slots=True)
class Exported(Body):
    """Its author made a file of the case: what, for whom and why, and whether it says who the reporter is."""

    KIND: ClassVar[str] = "exported"
    CHANNEL: ClassVar[str] = DOSSIER
    what: Id
    identity: Flag
    text: Text


@dataclass(frozen=True, slots=True)
class Exercise(Body):
    """The case is a drill; approved where two people read, it counts in no published number."""

    KIND: ClassVar[str] = "exercise"
    CHANNEL: ClassVar[str] = DOSSIER
    text: Reason
