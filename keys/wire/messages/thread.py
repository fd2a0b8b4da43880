"""Bodies of the thread that recipients write, and the report (SPEC 5.1, 5.2)."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from keys.errors import MalformedError
from keys.wire.canonical import encoded_size
from keys.wire.messages.fields import (
    MAX_REASON_SIZE,
    MAX_TEXT_SIZE,
    RECIPIENT,
    REPORTER,
    THREAD,
    Answers,
    Author,
    BytesField,
    ChoiceField,
    Flag,
    Id,
    Language,
    Members,
    OptionalField,
    People,
    RecordField,
    SomePeople,
    Text,
    TextField,
    answers_size,
)
from keys.wire.messages.kind import MANY_FILES, Body, Words
from keys.wire.plaintext import SIGNATURE_SIZE
from keys.wire.sizes import BOX_KEY_SIZE, ID_SIZE, KEM_KEY_SIZE


@dataclass(frozen=True, slots=True)
class About(Members):
    """Whom a report is about: the whole board, people on the roster, and others in the reporter's words."""

    board: Flag = False
    others: Annotated[str, TextField(least=0, most=MAX_REASON_SIZE)] = ""
    people: People = ()


@dataclass(frozen=True, slots=True)
class Entered(Members):
    """The recipient who wrote a report down for somebody: `signature` is theirs, over the report's author key."""

    author: Author
    signature: Annotated[bytes, BytesField("signature", SIGNATURE_SIZE)]
    way: Annotated[str, ChoiceField(("phone", "in-person", "letter"))]


@dataclass(frozen=True, slots=True)
class Report(Body):
    """The first message of a case; `box` and `kem` are the reporter's keys, `mailbox` is the SHA-256 of a capability.

    `topic` and the names of `answers` are ids of the policy; `language` is that of the page.
    """

    KIND: ClassVar[str] = "report"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER,)
    CHANNEL: ClassVar[str] = THREAD
    CASE: ClassVar[Literal["absent"]] = "absent"
    FILES: ClassVar[tuple[int, int]] = MANY_FILES
    text: Text
    box: Annotated[bytes, BytesField("X25519 key", BOX_KEY_SIZE)]
    kem: Annotated[bytes, BytesField("ML-KEM-768 key", KEM_KEY_SIZE)]
    mailbox: Annotated[bytes, BytesField("SHA-256", ID_SIZE)]
    topic: Id
    language: Language
    about: Annotated[About, RecordField(About)] = About()
    answers: Answers = field(default_factory=dict)
    entered: Annotated[Entered | None, OptionalField(RecordField(Entered))] = None

    def check(self) -> None:
        """Raise MalformedError for more words than a text may have."""
        if self.size() > MAX_TEXT_SIZE:
            raise MalformedError("size of the text and the answers")

    def size(self) -> int:
        """Return the bytes of the reporter's words as encoded: the text, the answers, whom else the report is about."""
        return encoded_size(self.text) + answers_size(self.answers) + encoded_size(self.about.others)


@dataclass(frozen=True, slots=True)
class Answer(Words):
    """Words in the thread, by the reporter or a recipient."""

    KIND: ClassVar[str] = "answer"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER, RECIPIENT)
    CHANNEL: ClassVar[str] = THREAD


@dataclass(frozen=True, slots=True)
class Question(Words):
    """Words in the thread that ask the reporter for an answer."""

    KIND: ClassVar[str] = "question"
    CHANNEL: ClassVar[str] = THREAD


@dataclass(frozen=True, slots=True)
class Acknowledgement(Words):
    """The confirmation that the law wants within seven days."""

    KIND: ClassVar[str] = "acknowledgement"
    CHANNEL: ClassVar[str] = THREAD


@dataclass(frozen=True, slots=True)
class Opened(Body):
    """A recipient opens the report: before that, the reporter's page says that nobody has."""

    KIND: ClassVar[str] = "opened"
    CHANNEL: ClassVar[str] = THREAD


@dataclass(frozen=True, slots=True)
class Feedback(Words):
    """What is done or planned, and why: the law wants it within three months."""

    KIND: ClassVar[str] = "feedback"
    CHANNEL: ClassVar[str] = THREAD


@dataclass(frozen=True, slots=True)
class Minutes(Words):
    """What was said aloud, for the reporter to agree to or to correct."""

    KIND: ClassVar[str] = "minutes"
    CHANNEL: ClassVar[str] = THREAD


@dataclass(frozen=True, slots=True)
class Closed(Words):
    """The words to the reporter with which a case is closed."""

    KIND: ClassVar[str] = "closed"
    CHANNEL: ClassVar[str] = THREAD


@dataclass(frozen=True, slots=True)
class Request(Body):
    """A recipient asks for consent: to tell `to` exactly `what`, because `text`; or to let `people` in."""

    KIND: ClassVar[str] = "request"
    CHANNEL: ClassVar[str] = THREAD
    text: Text
    to: Text
    what: Text
    people: People = ()


@dataclass(frozen=True, slots=True)
class Joined(Body):
    """A reader lets people read the case; it has no effect for those whom the reporter left out."""

    KIND: ClassVar[str] = "joined"
    CHANNEL: ClassVar[str] = THREAD
    people: SomePeople


@dataclass(frozen=True, slots=True)
class SteppedBack(Body):
    """Its author reads the case no more; the reason goes into the dossier."""

    KIND: ClassVar[str] = "stepped-back"
    CHANNEL: ClassVar[str] = THREAD
