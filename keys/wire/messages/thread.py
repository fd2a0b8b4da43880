"""Bodies that recipients write into the thread, and the report (SPEC 5.1, 5.2)."""

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
from keys.wire.sizes import BOX_KEY_SIZE, ID_SIZE, KEM_KEY_SIZE, SIGNATURE_SIZE


@dataclass(frozen=True, slots=True)
class About(Members):
    """The people that a report is about: the whole board, people on the roster, and others in the reporter's words."""

    board: Flag = False
    others: Annotated[str, TextField(least=0, most=MAX_REASON_SIZE)] = ""
    people: People = ()


@dataclass(frozen=True, slots=True)
class Entered(Members):
    """The recipient who wrote down a report for somebody; `signature` is theirs, over the report's author key."""

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
        """Raise MalformedError if the words exceed the limit of a text."""
        if self.size() > MAX_TEXT_SIZE:
            raise MalformedError("size of the text and the answers")

    def size(self) -> int:
        """Return the encoded size in bytes of the reporter's words: the text, the answers, and the names in `about`."""
        return encoded_size(self.text) + answers_size(self.answers) + encoded_size(self.about.others)


@dataclass(frozen=True, slots=True)
class Answer(Words):
    """A text in the thread, by the reporter or a recipient."""

    KIND: ClassVar[str] = "answer"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER, RECIPIENT)
    CHANNEL: ClassVar[str] = THREAD


@dataclass(frozen=True, slots=True)
class Question(Words):
    """A text in the thread that asks the reporter for an answer."""

    KIND: ClassVar[str] = "question"
    CHANNEL: ClassVar[str] = THREAD


@dataclass(frozen=True, slots=True)
class Acknowledgement(Words):
    """The acknowledgement that the law requires within seven days."""

    KIND: ClassVar[str] = "acknowledgement"
    CHANNEL: ClassVar[str] = THREAD


@dataclass(frozen=True, slots=True)
class Opened(Body):
    """A recipient opened the report: before that, the reporter's page says that nobody has."""

    KIND: ClassVar[str] = "opened"
    CHANNEL: ClassVar[str] = THREAD


@dataclass(frozen=True, slots=True)
class Feedback(Words):
    """What is done or planned, and why: the law requires it within three months."""

    KIND: ClassVar[str] = "feedback"
    CHANNEL: ClassVar[str] = THREAD


@dataclass(frozen=True, slots=True)
class Minutes(Words):
    """What was said orally, for the reporter to agree to or to correct."""

    KIND: ClassVar[str] = "minutes"
    CHANNEL: ClassVar[str] = THREAD


@dataclass(frozen=True, slots=True)
class Closed(Words):
    """The closing words to the reporter."""

    KIND: ClassVar[str] = "closed"
    CHANNEL: ClassVar[str] = THREAD


@dataclass(frozen=True, slots=True)
class Request(Body):
    """A recipient asks for consent: to tell `to` exactly `what`, because of `text`; or to let `people` in."""

    KIND: ClassVar[str] = "request"
    CHANNEL: ClassVar[str] = THREAD
    text: Text
    to: Text
    what: Text
    people: People = ()


@dataclass(frozen=True, slots=True)
class Joined(Body):
    """A reader lets people read the case; it has no effect for people whom the reporter left out."""

    KIND: ClassVar[str] = "joined"
    CHANNEL: ClassVar[str] = THREAD
    people: SomePeople


@dataclass(frozen=True, slots=True)
class SteppedBack(Body):
    """The author stops reading the case; the reason goes into the dossier."""

    KIND: ClassVar[str] = "stepped-back"
    CHANNEL: ClassVar[str] = THREAD
