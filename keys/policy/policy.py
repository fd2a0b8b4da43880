"""The organisation's policy, SPEC 7.4: everything in which organisations may differ."""

from __future__ import annotations

import datetime as dt
import tomllib
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, cast

from keys.errors import MalformedError, PolicyError
from keys.policy import members as made
from keys.policy.days import day_number
from keys.policy.shapes import (
    ROLES,
    TOOL_LANGUAGES,
    Colour,
    Day,
    Id,
    Integer,
    Link,
    ListOf,
    Logo,
    OneOf,
    Reading,
    Table,
    Tag,
    Text,
    Texts,
    Timezone,
    Truth,
)
from keys.policy.texts import text_languages, texts_in, with_texts, without_texts
from keys.wire.canonical import encode, parse_object
from keys.wire.sizes import MAX_NAME
from keys.wire.stamp import MAX_WORK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keys.wire.canonical import Json

MAX_LANGUAGES = 16
MAX_COVER = 16
MAX_DECOYS_PER_WEEK = 1000
MAX_FILE_BYTES = 2**31  # 2 GiB
CHOICE = "choice"
# Kinds of messages to the reporter that consist of words, SPEC 5.
REPLY_KINDS = ("answer", "question", "acknowledgement", "feedback", "minutes", "closed")
DAY = "day"

_NAME = Text(MAX_NAME)
_PHONE = Text(MAX_NAME, least=0)
_LONG = Text(2000)
_HINT = Text(500, least=0)
_LABEL = Text(200)
_ROLES = ListOf(OneOf(ROLES), len(ROLES))
_LANGUAGES = ListOf(Tag(), MAX_LANGUAGES, least=1)
_CHOICES = Table(made.Named, {"id": Id(), "name": Texts(_NAME)})
_TOOL_CHOICES = Table(made.Named, {"id": Id(), "name": Texts(_NAME, tool=True)})
_FIELD = Table(
    made.Field,
    {
        "id": Id(),
        "kind": OneOf(("text", CHOICE, DAY)),
        "label": Texts(_LABEL, tool=True),
        "choices": ListOf(_TOOL_CHOICES, 16, key="id"),
    },
)
_TERMS: dict[str, Any] = {
    "answer_days": Integer(1, 30),
    "acknowledgement_days": Integer(1, 30),
    "acknowledgement_alerts": ListOf(Integer(1, 30), 4),
    "feedback_months": Integer(1, 12),
    "feedback_alert_weeks": Integer(1, 52),
    "feedback_alerts": ListOf(Integer(1, 365), 6),
    "detriment_months": ListOf(Integer(1, 60), 6),
    "late_days": Integer(1, 365),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """The organisation's policy; `work` is the expected number of hashes of a stamp at low load.

    The policy of a roster has no texts before `Roster.with_texts`.

    At the end of a session, the tool posts a multiple of `cover` entries (SPEC 10.5).

    `file_bytes` is the limit on the total size of a message's files; 0 allows none. `chair` is the name on the roster
    of the board's chair, or "".
    """

    version: int
    organisation: str
    timezone: str
    languages: tuple[str, ...]
    work: int
    cover: int
    decoys_per_week: int
    file_bytes: int
    exit: str
    chair: str
    away: tuple[made.Absence, ...]
    look: made.Look
    texts: made.PageTexts
    roles: made.RoleNames
    topics: tuple[made.Topic, ...]
    routing: made.Routing
    questions: tuple[made.Question, ...]
    terms: made.Terms
    holidays: tuple[dt.date, ...]
    retention: made.Retention
    forms: tuple[made.Form, ...]
    replies: tuple[made.Reply, ...]
    inside: tuple[made.InsideRoute, ...]
    elsewhere: tuple[made.Elsewhere, ...]
    outside: tuple[made.OutsideRoute, ...]

    @classmethod
    def parse(cls, value: Json, documents: Mapping[str, bytes] | None = None) -> Policy:
        """Read the policy of a roster, and its texts if there are `documents`, by language.

        Raises MalformedError if a member breaks SPEC 7.4, or contradicts another. `Roster.policy_in` checks that these
        are the documents that the roster names.
        """
        tags = _languages(value)
        trees = {tag: parse_object(document) for tag, document in (documents or {}).items()}
        whole = with_texts(tags, SHAPE, value, trees)
        reading = Reading(
            tuple(tag for tag in tags if tag in trees), tuple(tag for tag in TOOL_LANGUAGES if tag in trees)
        )
        try:
            return _read(whole, reading)
        except PolicyError as error:
            raise MalformedError("policy: " + ", ".join(error.args)) from None

    @classmethod
    def from_members(cls, value: object) -> Policy:
        """Read the tables of a `policy.toml`; raise PolicyError with every mistake, by key path."""
        return _read(value, Reading(_languages(value)))

    def members(self) -> dict[str, Json]:
        """Return the whole policy as JSON members, with the texts by language in their places."""
        return cast("dict[str, Json]", _json(self))

    def signed_members(self) -> dict[str, Json]:
        """Return the policy without its texts, as the JSON members of a roster."""
        return cast("dict[str, Json]", without_texts(SHAPE, self.members()))

    def documents(self) -> dict[str, bytes]:
        """Return the document of texts of each language (SPEC 7.4), canonical."""
        members = self.members()
        tags = text_languages(self.languages)
        return {tag: encode(texts_in(tag, self.languages, SHAPE, members)) for tag in tags}

    def day(self, now: dt.datetime) -> int:
        """Return the day number (SPEC 1) of an aware time in this policy's time zone."""
        return day_number(now.astimezone(zoneinfo.ZoneInfo(self.timezone)).date())

    def is_away(self, name: str, today: int) -> bool:
        """Say whether a person with this name on the roster is away, according to the root's keys."""
        return any(one.name == name and day_number(one.until) >= today for one in self.away)

    def topic(self, name: str) -> made.Topic | None:
        """Return the topic with this id, or None: it may be a topic of an earlier policy."""
        return next((topic for topic in self.topics if topic.id == name), None)


SHAPE = Table(
    Policy,
    {
        "version": Integer(1, 2**31),
        "organisation": _NAME,
        "timezone": Timezone(),
        "languages": _LANGUAGES,
        "work": Integer(1, MAX_WORK),
        "cover": Integer(1, MAX_COVER),
        "decoys_per_week": Integer(0, MAX_DECOYS_PER_WEEK),
        "file_bytes": Integer(0, MAX_FILE_BYTES),
        "exit": Link(),
        "chair": Text(MAX_NAME, least=0),
        "away": ListOf(Table(made.Absence, {"name": _NAME, "until": Day()}), 31, key="name"),
        "look": Table(made.Look, {"colour": Colour(), "logo": Logo()}),
        "texts": Table(made.PageTexts, {"welcome": Texts(_LONG), "before": Texts(_LONG)}),
        "roles": Table(made.RoleNames, {role: Texts(_NAME) for role in ROLES}),
        "topics": ListOf(
            Table(
                made.Topic,
                {
                    "id": Id(),
                    "name": Texts(_NAME),
                    "hint": Texts(_HINT),
                    "categories": ListOf(_CHOICES, 16, key="id"),
                    "readers": ListOf(OneOf(ROLES), len(ROLES), least=1),
                    "may_add": _ROLES,
                    "board_informed": Truth(),
                },
            ),
            16,
            least=1,
            key="id",
        ),
        "routing": Table(made.Routing, dict.fromkeys(("away", "secretaris", "bestuur", "all", "late"), _ROLES)),
        "questions": ListOf(
            Table(
                made.Question,
                {
                    "id": Id(),
                    "kind": OneOf(("text", CHOICE)),
                    "label": Texts(_LABEL),
                    "hint": Texts(_HINT),
                    "choices": ListOf(_CHOICES, 16, key="id"),
                    "topics": ListOf(Id(), 16),
                },
            ),
            24,
            key="id",
        ),
        "terms": Table(made.Terms, _TERMS),
        "holidays": ListOf(Day(), 400),
        "retention": Table(
            made.Retention, dict.fromkeys(("unfounded_months", "months", "most_months"), Integer(1, 120))
        ),
        "forms": ListOf(
            Table(
                made.Form,
                {
                    "id": Id(),
                    "name": Texts(_NAME, tool=True),
                    "fields": ListOf(_FIELD, 24, least=1, key="id"),
                },
            ),
            16,
            key="id",
        ),
        "replies": ListOf(
            Table(
                made.Reply,
                {
                    "id": Id(),
                    "kind": OneOf(REPLY_KINDS),
                    "name": Texts(_NAME, tool=True),
                    "text": Texts(_LONG),
                },
            ),
            16,
            key="id",
        ),
        "inside": ListOf(Table(made.InsideRoute, {"name": Texts(_NAME), "phone": _PHONE, "text": Texts(_LONG)}), 8),
        "elsewhere": ListOf(Table(made.Elsewhere, {"name": Texts(_NAME), "text": Texts(_LONG)}), 16),
        "outside": ListOf(
            Table(made.OutsideRoute, {"name": _NAME, "link": Link(), "phone": _PHONE, "text": Texts(_LONG)}), 32
        ),
    },
)


def table_of(text: str) -> dict[str, Any]:
    """Return the tables of a TOML file; raise PolicyError with the line of the mistake."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(str(error)) from None


def key_paths() -> list[str]:
    """Return every valid key path, lists as [], for the reference of keys."""
    return [path.removeprefix(".") for path in SHAPE.paths()]


def _languages(value: object) -> tuple[str, ...]:
    # First, since the texts are read by language; a mistake in it is reported once, with the others.
    tags = _LANGUAGES.read(value.get("languages") if isinstance(value, dict) else None, "", Reading(()))
    return tuple(tag for tag in tags if tag)


def _read(value: object, reading: Reading) -> Policy:
    policy = SHAPE.read(value, "", reading)
    if isinstance(policy, Policy):
        for where, remedy in _between(policy):
            reading.wrong(where, remedy)
    if not isinstance(policy, Policy) or reading.mistakes:
        raise PolicyError(*reading.mistakes)
    return policy


def _between(policy: Policy) -> Iterator[tuple[str, str]]:
    """Yield contradictions between members, as key path and remedy."""
    topics = [topic.id for topic in policy.topics]
    for at, topic in enumerate(policy.topics):
        if set(topic.readers) & set(topic.may_add):
            yield f"topics[{at}].may_add", "names a role that gets the report anyway, take it out"
    for at, question in enumerate(policy.questions):
        if not set(question.topics) <= set(topics):
            yield f"questions[{at}].topics", f"names a topic that is not there, use {', '.join(topics)}"
    for where, asked in _asked(policy):
        if (asked.kind == CHOICE) != bool(asked.choices):
            yield f"{where}.choices", "a choice needs some, everything else has none"
    if list(policy.holidays) != sorted(set(policy.holidays)):
        yield "holidays", "have to stand in order, each once"
    if any(day >= policy.terms.acknowledgement_days for day in policy.terms.acknowledgement_alerts):
        yield "terms.acknowledgement_alerts", "have to come before the last day of acknowledgement_days"
    kept = policy.retention
    if not kept.unfounded_months <= kept.months <= kept.most_months:
        yield "retention", "has to grow from unfounded_months over months to most_months"


def _asked(policy: Policy) -> Iterator[tuple[str, made.Question | made.Field]]:
    for at, question in enumerate(policy.questions):
        yield f"questions[{at}]", question
    for at, form in enumerate(policy.forms):
        yield from ((f"forms[{at}].fields[{below}]", field) for below, field in enumerate(form.fields))


def _json(value: object) -> object:
    if is_dataclass(value):
        return {field.name: _json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {name: _json(one) for name, one in value.items()}
    if isinstance(value, tuple):
        return [_json(one) for one in value]
    return value.isoformat() if isinstance(value, dt.date) else value
