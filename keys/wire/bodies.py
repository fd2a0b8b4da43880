"""What the fields of bodies are, and the bodies that are words: report, answers, notices; SPEC.md 5."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Self

from keys.errors import MalformedError
from keys.wire.canonical import Json, b64, encode, encoded_size, unb64
from keys.wire.sizes import BOX_KEY_SIZE, KEM_KEY_SIZE, KEY_SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_TEXT_SIZE = 100_000  # SPEC.md 4
FIRST_CLASS_TEXT_SIZE = 12_000  # SPEC.md 4
MAX_OTHERS_SIZE = 1000  # SPEC.md 5
MAX_NAMED_SIZE = 1000  # SPEC.md 5: of a short text beside others
MAX_DAY = 2**32
MAX_PEOPLE = 31  # SPEC.md 3: what a roster has at most

REPORTER = "reporter"
RECIPIENT = "recipient"

THREAD = "thread"
DOSSIER = "dossier"
FEED = "feed"
CHANNELS = (THREAD, DOSSIER, FEED)

_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")


def check_members(body: Mapping[str, Json], *names: str) -> None:
    """Raise MalformedError unless a body has exactly these members."""
    if set(body) != set(names):
        raise MalformedError("members of the body")


def text_of(value: Json, least: int = 1, most: int = MAX_TEXT_SIZE) -> str:
    """Return a text of so many bytes as encoded."""
    if not isinstance(value, str) or not least <= encoded_size(value) <= most:
        raise MalformedError("text")
    return value


def day_of(value: Json) -> int:
    """Return a day number of SPEC.md 1."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < MAX_DAY:
        raise MalformedError("day")
    return value


def identities_of(value: Json, least: int = 0) -> tuple[bytes, ...]:
    """Return identity keys that stand in ascending order of their text, none twice."""
    if not isinstance(value, list) or not least <= len(value) <= MAX_PEOPLE:
        raise MalformedError("list of people")
    people = tuple(unb64(one, KEY_SIZE) for one in value)
    if value != listed(people):
        raise MalformedError("order of people")
    return people


def listed(identities: Sequence[bytes]) -> list[Json]:
    """Return identity keys as they stand in a body."""
    return [*sorted(set(map(b64, identities)))]


def id_of(value: Json) -> str:
    """Return the id of a topic or a question."""
    return _matching(value, _ID)


def _matching(value: Json, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise MalformedError("name")
    return value


@dataclass(frozen=True, slots=True)
class About:
    """Whom a report is about: the whole board, people on the roster, and others in the reporter's words, or "".

    `people` are places in the ascending list of all whom the report's head names, chosen or left out: an identity key
    each would take the room of a long text.
    """

    people: tuple[int, ...] = ()
    board: bool = False
    others: str = ""

    @classmethod
    def parse(cls, value: Json) -> About:
        """Read the member of a report's body."""
        if not isinstance(value, dict):
            raise MalformedError("about")
        check_members(value, "board", "others", "people")
        board, people = value["board"], value["people"]
        if not isinstance(board, bool) or not isinstance(people, list):
            raise MalformedError("about")
        places = tuple(place for place in people if isinstance(place, int) and not isinstance(place, bool))
        if len(places) != len(people) or list(places) != sorted(set(places)) or any(place < 0 for place in places):
            raise MalformedError("about")
        return cls(places, board, text_of(value["others"], 0, MAX_OTHERS_SIZE))

    def members(self) -> dict[str, Json]:
        """Return it as JSON members."""
        return {"board": self.board, "others": self.others, "people": [*self.people]}


@dataclass(frozen=True, slots=True)
class Report:
    """The first message of a case; `box` and `kem` are the reporter's public keys.

    `topic` and the names of `answers` are ids of the policy, `language` is that of the page.
    """

    KIND: ClassVar[str] = "report"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER,)
    CHANNEL: ClassVar[str] = THREAD
    text: str
    box: bytes
    kem: bytes
    topic: str
    language: str
    about: About = About()
    answers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Report:
        """Read the body of a report."""
        check_members(body, "about", "answers", "box", "kem", "language", "text", "topic")
        answers = body["answers"]
        if not isinstance(answers, dict):
            raise MalformedError("answers")
        read = cls(
            text=text_of(body["text"]),
            box=unb64(body["box"], BOX_KEY_SIZE),
            kem=unb64(body["kem"], KEM_KEY_SIZE),
            topic=id_of(body["topic"]),
            language=_matching(body["language"], _LANGUAGE),
            about=About.parse(body["about"]),
            answers={id_of(name): text_of(answer) for name, answer in answers.items()},
        )
        if read.size() > MAX_TEXT_SIZE:
            raise MalformedError("size of the text and the answers")
        return read

    def size(self) -> int:
        """Return how many bytes the reporter's words take as encoded: the text, the answers, whom else it is about."""
        answers = len(encode(dict(self.answers))) - len("{}")
        return encoded_size(self.text) + answers + encoded_size(self.about.others)

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {
            "about": self.about.members(),
            "answers": dict(self.answers),
            "box": b64(self.box),
            "kem": b64(self.kem),
            "language": self.language,
            "text": self.text,
            "topic": self.topic,
        }


@dataclass(frozen=True, slots=True)
class Words:
    """A body that is a text and nothing else."""

    KIND: ClassVar[str]
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = THREAD
    text: str

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Self:
        """Read a body that is a text and nothing else."""
        check_members(body, "text")
        return cls(text_of(body["text"]))

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"text": self.text}


class Answer(Words):
    """Words in the thread, by the reporter or a recipient."""

    KIND: ClassVar[str] = "answer"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER, RECIPIENT)


class Question(Words):
    """Words in the thread that ask the reporter for an answer."""

    KIND: ClassVar[str] = "question"


class Acknowledgement(Words):
    """The confirmation that the law wants within seven days."""

    KIND: ClassVar[str] = "acknowledgement"


class Feedback(Words):
    """What is done or planned, and why: the law wants it within three months."""

    KIND: ClassVar[str] = "feedback"


class Closed(Words):
    """The words to the reporter with which a case is closed."""

    KIND: ClassVar[str] = "closed"


class Minutes(Words):
    """What was said aloud, for the reporter to agree to or to correct."""

    KIND: ClassVar[str] = "minutes"


class Identity(Words):
    """Who the reporter is: a compartment of its own, to be opened on purpose."""

    KIND: ClassVar[str] = "identity"
    AUTHORS: ClassVar[tuple[str, ...]] = (REPORTER,)


@dataclass(frozen=True, slots=True)
class Entered:
    """Its author has written the report down for somebody who told it: by phone, in person or in a letter."""

    KIND: ClassVar[str] = "entered"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = THREAD
    WAYS: ClassVar[tuple[str, ...]] = ("phone", "in-person", "letter")
    way: str

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Entered:
        """Read the body of such a word."""
        check_members(body, "way")
        way = body["way"]
        if not isinstance(way, str) or way not in cls.WAYS:
            raise MalformedError("way")
        return cls(way)

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {"way": self.way}


@dataclass(frozen=True, slots=True)
class Opened:
    """A recipient has opened the report; before that the reporter's page says that nobody has."""

    KIND: ClassVar[str] = "opened"
    AUTHORS: ClassVar[tuple[str, ...]] = (RECIPIENT,)
    CHANNEL: ClassVar[str] = THREAD

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> Opened:
        """Read an empty body."""
        check_members(body)
        return cls()

    def members(self) -> dict[str, Json]:
        """Return the body as JSON members."""
        return {}
