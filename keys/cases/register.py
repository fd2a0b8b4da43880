"""The register: one line for each case, and its earlier lines if something in it was replaced (SPEC 12.8)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from keys.cases.thread import stands_before
from keys.cases.waiting import asks
from keys.errors import MalformedError, RecordError
from keys.policy import date_of
from keys.wire.canonical import Json, b64, unb64
from keys.wire.ids import PersonId
from keys.wire.messages import (
    Acknowledgement,
    Approval,
    Category,
    Closed,
    Correction,
    Informed,
    Outcome,
    Reopened,
    Report,
    Retention,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keys.cases.case import Case
    from keys.cases.thread import JudgedMessage

# Fields of a line that can be corrected. Days are written as 2026-03-02.
RECEIVED = "received"
ACKNOWLEDGED = "acknowledged"
INFORMED = "informed"
CLOSED = "closed"
NATURE = "nature"
WAY = "way"
OUTCOME = "outcome"
DAYS = (RECEIVED, ACKNOWLEDGED, INFORMED, CLOSED)
FIELDS = (*DAYS, NATURE, WAY, OUTCOME)
ONLINE = "online"  # for a report that its reporter wrote


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the register; a field is None or "" if its event has not happened.

    `months` is the retention that a reader asked for last, `until` the last day of the case. `corrected` has the
    replaced fields. `day` is the day of the last change, `by` its author (None for the reporter), `reason` why.
    """

    received: int
    topic: str
    way: str
    day: int
    category: str = ""
    acknowledged: int | None = None
    informed: int | None = None
    outcome: str = ""
    closed: int | None = None
    months: int | None = None
    until: int | None = None
    is_exercise: bool = False
    reason: str = ""
    by: PersonId | None = None
    corrected: Mapping[str, str] = field(default_factory=dict)

    def date(self, name: str) -> str:
        """Return the day in one of the fields `DAYS` in its written form, or ""."""
        number = getattr(self, name)
        return self.corrected.get(name, "" if number is None else date_of(number).isoformat())

    def members(self) -> dict[str, Json]:
        """Return the line as JSON members."""
        members: dict[str, Json] = {name: getattr(self, name) for name in _PLAIN}
        members["by"] = b64(self.by) if self.by else None
        members["corrected"] = dict(self.corrected)
        return members

    def row(self) -> list[Json]:
        """Return the line as a JSON array, which is faster to read in thousands."""
        row: list[Json] = [getattr(self, name) for name in _PLAIN]
        return [*row, self.by.hex() if self.by else None, dict(self.corrected)]

    @classmethod
    def of_row(cls, row: Any) -> Line:
        """Read the result of `row`, unchecked: a vault has wrapped it."""
        *plain, by, corrected = row
        values = [*plain, PersonId(bytes.fromhex(by)) if by else None, corrected]
        return cls(*values)

    @classmethod
    def parse(cls, members: Any) -> Line:
        """Read the result of `members`; raise MalformedError for anything else."""
        try:
            by = members["by"]
            plain = {name: members[name] for name in _PLAIN}
            return cls(**plain, by=PersonId(unb64(by)) if by else None, corrected=dict(members["corrected"]))
        except (KeyError, TypeError) as error:
            raise MalformedError("line of the register") from error


# In the order of the fields, as `of_row` takes them.
_PLAIN = (
    "received",
    "topic",
    "way",
    "day",
    "category",
    "acknowledged",
    "informed",
    "outcome",
    "closed",
    "months",
    "until",
    "is_exercise",
    "reason",
)


def correction(name: str, value: str, why: str) -> Correction:
    """Return the correction of a field of the register; raise RecordError for an unknown field or an impossible day."""
    if name not in FIELDS:
        raise RecordError(", ".join(FIELDS))
    if name in DAYS and value != _written(value):
        raise RecordError(name)
    return Correction(name, value, why)


def lines_of(case: Case) -> tuple[Line, ...]:
    """Return the lines of a case; the last one counts.

    Everybody with the same messages has the same lines. A message that adds an unknown value completes the last line;
    one that replaces a value starts another.
    """
    report, entered = case.report, case.entered
    line = Line(
        received=report.day,
        topic=report.body.topic if isinstance(report.body, Report) else "",
        way=entered.way if entered else ONLINE,
        day=report.day,
    )
    lines = [line]
    asked = [number for number, message in enumerate(case.messages) if asks(message)]
    is_ours = False  # the topic is the reporter's until a reader has set one
    for number, message in enumerate(case.messages):
        changes, replaces = _changes(case, number, lines[-1], asked, is_ours=is_ours) if message.counts else ({}, False)
        if not changes:
            continue
        is_ours |= "topic" in changes
        reason = changes.pop("reason", "")
        changed = replace(lines[-1], **changes, day=message.day, by=message.person, reason=reason)
        lines[len(lines) - (0 if replaces else 1) :] = [changed]
    closing = None if case.closed_by is None else case.find(case.closed_by)
    lines[-1] = replace(
        lines[-1],
        closed=None if closing is None else closing.day,
        until=None if case.last_day is None else case.last_day.day,
        is_exercise=case.is_exercise,
    )
    return tuple(lines)


def _changes(
    case: Case, number: int, line: Line, asked: Sequence[int], *, is_ours: bool
) -> tuple[dict[str, Any], bool]:
    """Return a message's changes in a line, and whether it replaces a value; `asked` are the asking messages."""
    message = case.messages[number]
    match message.body:
        case Acknowledgement() if line.acknowledged is None:
            return {"acknowledged": message.day}, False
        case Closed() if line.closed is None and _has_read_all(case, number, asked):
            return {"closed": message.day}, False
        case Category() as body:
            return {"topic": body.topic, "category": body.category}, is_ours
        case Informed() as body if line.informed is None:
            return {"informed": body.day}, False
        case Outcome() as body:
            return {"outcome": body.outcome}, line.outcome not in ("", body.outcome)
        case Retention() as body:
            return {"months": body.months, "reason": body.text}, line.months not in (None, body.months)
        case Correction() as body if body.field in FIELDS:
            return {"corrected": {**line.corrected, body.field: body.value}, "reason": body.text}, True
    if line.closed is not None and _opens(case, message):
        return {"closed": None, "reason": message.text if isinstance(message.body, Reopened) else ""}, True
    return {}, False


def _has_read_all(case: Case, closed: int, asked: Sequence[int]) -> bool:
    """Say whether all asking messages before a `closed` are in its past (SPEC 12.6)."""
    past = case.messages[closed].past
    return not any(stands_before(case.messages, number, closed) for number in reversed(asked) if not past >> number & 1)


def _opens(case: Case, message: JudgedMessage) -> bool:
    """Say whether a message opens a closed case: a reporter's message, or a reader's with effect."""
    if isinstance(message.body, Reopened):
        return message.id not in case.approved and message.id not in case.unapproved
    if isinstance(message.body, Approval):
        asked = case.find(message.body.message)
        is_reopened = asked is not None and isinstance(asked.body, Reopened)
        return is_reopened and case.approved.get(message.body.message) == message.id
    return asks(message)


def _written(value: str) -> str | None:
    try:
        return dt.date.fromisoformat(value).isoformat()
    except ValueError:
        return None
