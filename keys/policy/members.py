"""The parsed members of a policy."""

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
    """A person at work to talk to; `name` and `text` are by language."""

    name: Mapping[str, str]
    phone: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A matter that this box is not for, and where to take it; both by language."""

    name: Mapping[str, str]
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Absence:
    """A person on the roster whom the roots declare away, up to and with a day."""

    name: str
    until: dt.date


@dataclass(frozen=True, slots=True)
class Named:
    """A category or a choice: its id, and its name by language."""

    id: str
    name: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of reports: the roles that get them, and the roles that the reporter may add."""

    id: str
    name: Mapping[str, str]
    hint: Mapping[str, str]
    categories: tuple[Named, ...]
    readers: tuple[str, ...]
    may_add: tuple[str, ...]
    board_informed: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A question beside the story, for all topics or some; an answer is optional."""

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
    """A template of a message to the reporter: its name in the tool, and the text by language."""

    id: str
    kind: str
    name: Mapping[str, str]
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """The look of the pages: a colour behind the name, and a PNG as base64url or ""."""

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
    """The name of each role, by language."""

    secretaris: Mapping[str, str]
    bestuur: Mapping[str, str]
    external: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Routing:
    """The roles that get a report if the topic does not decide.

    `away`: in addition, if no secretaris is there. `secretaris`, `bestuur`: if the report is about one of these. `all`:
    if it is about the chair, the whole board, or both roles. `late`: offered if the acknowledgement is late.
    """

    away: tuple[str, ...]
    secretaris: tuple[str, ...]
    bestuur: tuple[str, ...]
    all: tuple[str, ...]
    late: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """Deadlines and periods: `answer_days` are working days, the others calendar days, weeks and months."""

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
    """The organisation's own texts, on the first page and before the report is written; by language."""

    welcome: Mapping[str, str]
    before: Mapping[str, str]
