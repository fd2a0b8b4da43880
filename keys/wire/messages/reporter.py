"""Bodies that only the reporter writes, except the report and answers (SPEC 5.1, 5.2)."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from keys.errors import MalformedError
from keys.wire.ids import MessageId
from keys.wire.messages.fields import (
    REPORTER,
    THREAD,
    ChoiceField,
    ListField,
    Message,
    OptionalMessage,
    OptionalText,
    People,
    Text,
)
from keys.wire.messages.kind import Body
from keys.wire.sizes import ID_SIZE

MAX_AFTER = 256  # SPEC 5.2
YES = "yes"
NO = "no"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Consent(Body):
    """The reporter lets people in or keeps them out, or answers a request of a recipient.

    A "yes" names in `after` every earlier "no" and "withdrawn" about these people that the page shows.
    """

    KIND: ClassVar[str] = "consent"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER,)
    CHANNEL: ClassVar[str] = THREAD
    answer: Annotated[str, ChoiceField((YES, NO, WITHDRAWN))]
    people: People = ()
    after: Annotated[tuple[MessageId, ...], ListField("message id", ID_SIZE, 0, MAX_AFTER)] = ()
    request: OptionalMessage = None

    def check(self) -> None:
        """Raise MalformedError for a denial with `after`, and for consent that names no people and no request."""
        if self.after and self.answer != YES:
            raise MalformedError("after")
        if self.request is None and not self.people:
            raise MalformedError("people")


@dataclass(frozen=True, slots=True)
class Agreed(Body):
    """The reporter's opinion of the minutes; `text` says what is wrong in them, or is ""."""

    KIND: ClassVar[str] = "agreed"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER,)
    CHANNEL: ClassVar[str] = THREAD
    answer: Annotated[str, ChoiceField((YES, NO))]
    minutes: Message
    text: OptionalText = ""


@dataclass(frozen=True, slots=True)
class Identity(Body):
    """The reporter's name and details: a separate compartment, which a recipient must open explicitly."""

    KIND: ClassVar[str] = "identity"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER,)
    CHANNEL: ClassVar[str] = THREAD
    text: Text


@dataclass(frozen=True, slots=True)
class Rating(Body):
    """Whether the reporter thinks that the report was handled well; `text` is why, or ""."""

    KIND: ClassVar[str] = "rating"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER,)
    CHANNEL: ClassVar[str] = THREAD
    answer: Annotated[str, ChoiceField((YES, "partly", NO))]
    text: OptionalText = ""


@dataclass(frozen=True, slots=True)
class ReportWithdrawn(Body):
    """The reporter asks to withdraw the report; its handling may continue. `text` is why, or ""."""

    KIND: ClassVar[str] = "report-withdrawn"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER,)
    CHANNEL: ClassVar[str] = THREAD
    text: OptionalText = ""


@dataclass(frozen=True, slots=True)
class Left(Body):
    """The reporter stops reading here and asks the server to forget the code."""

    KIND: ClassVar[str] = "left"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER,)
    CHANNEL: ClassVar[str] = THREAD
