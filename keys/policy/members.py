"""What the members of a policy are, once they are read; it decides nothing by itself."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - part of what the fields are
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class OutsideRoute:
    """A place outside the box that a reporter can turn to; `text` is by language."""

    name: str
    link: str
    phone: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class InsideRoute:
    """Somebody at work to talk to; `name` and `text` are by language."""

    name: Mapping[str, str]
    phone: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Something that this box is not for, and where it goes; both by language."""

    name: Mapping[str, str]
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody on the roster whom the roots declare away, up to and with a day."""

    name: str
    until: dt.date


@dataclass(frozen=True, slots=True)
class Named:
    """A category or a choice: its id, and its name by language."""

    id: str
    name: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Topic:
    """What a report can be about: who gets it, and whom the reporter may add; roles."""

    id: str
    name: Mapping[str, str]
    hint: Mapping[str, str]
    categories: tuple[Named, ...]
    readers: tuple[str, ...]
    may_add: tuple[str, ...]
    board_informed: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A question beside the story, of all topics or of some; nobody has to answer it."""

    id: str
    kind: str
    label: Mapping[str, str]
    hint: Mapping[str, str]
    choices: tuple[Named, ...]
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form."""

    id: str
    kind: str
    label: Mapping[str, str]
    choices: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A form for the dossier, in the languages of the tool."""

    id: str
    name: Mapping[str, str]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """A text to begin a message to the reporter with: its name in the tool, and the text by language."""

    id: str
    kind: str
    name: Mapping[str, str]
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """How pages look: a colour behind the name, and a PNG as base64url or ""."""

    colour: str
    logo: str


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many months a closed case is kept."""

    unfounded_months: int
    months: int
    most_months: int


@dataclass(frozen=True, slots=True)
class RoleNames:
    """What each role is called, by language."""

    secretaris: Mapping[str, str]
    bestuur: Mapping[str, str]
    external: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Routing:
    """Which roles get a report where the topic does not decide.

    `away`: too, where no secretaris is there; `secretaris`, `bestuur`: where it is about one of these; `all`: where it
    is about the chair, the whole board, or both roles; `late`: offered, where no acknowledgement came.
    """

    away: tuple[str, ...]
    secretaris: tuple[str, ...]
    bestuur: tuple[str, ...]
    all: tuple[str, ...]
    late: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """The clocks: `answer_days` are working days, the others calendar days, weeks and months."""

    answer_days: int
    acknowledgement_days: int
    acknowledgement_alerts: tuple[int, ...]
    feedback_months: int
    feedback_alert_weeks: int
    feedback_alerts: tuple[int, ...]
    detriment_months: tuple[int, ...]
    late_days: int


@dataclass(frozen=True, slots=True)
class PageTexts:
    """What the organisation says itself: on the first page, and before somebody writes; by language."""

    welcome: Mapping[str, str]
    before: Mapping[str, str]
