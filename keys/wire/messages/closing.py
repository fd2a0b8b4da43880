"""Bodies of messages that decide when a case ends and how long it is kept (SPEC 5.1, 12.6, 12.7)."""

from dataclasses import dataclass
from typing import ClassVar

from keys.wire.messages.fields import DOSSIER, Day, Id, Message, Months, OptionalReason, OptionalText, Reason
from keys.wire.messages.kind import Body


@dataclass(frozen=True, slots=True)
class Outcome(Body):
    """How a case ended: the id of an outcome, what was done, and on what grounds; each text can be ""."""

    KIND: ClassVar[str] = "outcome"
    CHANNEL: ClassVar[str] = DOSSIER
    outcome: Id
    measures: OptionalText = ""
    grounds: OptionalText = ""


@dataclass(frozen=True, slots=True)
class Retention(Body):
    """For how many months a closed case is kept, and why, or ""."""

    KIND: ClassVar[str] = "retention"
    CHANNEL: ClassVar[str] = DOSSIER
    months: Months
    text: OptionalReason = ""


@dataclass(frozen=True, slots=True)
class Hold(Body):
    """The case must not be destroyed before a day, and why."""

    KIND: ClassVar[str] = "hold"
    CHANNEL: ClassVar[str] = DOSSIER
    text: Reason
    until: Day


@dataclass(frozen=True, slots=True)
class Purge(Body):
    """The author asks to destroy the case before its last day, and why."""

    KIND: ClassVar[str] = "purge"
    CHANNEL: ClassVar[str] = DOSSIER
    text: Reason


@dataclass(frozen=True, slots=True)
class Objection(Body):
    """The author objects to a purge."""

    KIND: ClassVar[str] = "objection"
    CHANNEL: ClassVar[str] = DOSSIER
    message: Message


@dataclass(frozen=True, slots=True)
class Approval(Body):
    """A second person approves a message that has no effect without it; `text` is why, or ""."""

    KIND: ClassVar[str] = "approval"
    CHANNEL: ClassVar[str] = DOSSIER
    message: Message
    text: OptionalReason = ""


@dataclass(frozen=True, slots=True)
class Reopened(Body):
    """A closed case is open again, and why."""

    KIND: ClassVar[str] = "reopened"
    CHANNEL: ClassVar[str] = DOSSIER
    text: Reason
