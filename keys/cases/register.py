"""What the register says of a case: one line, and those that it said before a correction; it follows from messages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from keys.errors import MalformedError, RecordError
from keys.policy import date_of
from keys.wire import kinds
from keys.wire.canonical import Json, b64, unb64

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from keys.cases.received import Said
    from keys.cases.review import Case

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
ONLINE = "online"  # how a report came that nobody wrote down for somebody else


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the register; None or "" where something has not happened.

    `until` is the day that recipients want it kept to, `corrected` what stands in a field in place of what follows from
    the messages. `day` is the day of the last change, by `by`, whose `reason` a correction gives.
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
    until: int | None = None
    by: bytes | None = None
    reason: str = ""
    corrected: Mapping[str, str] = field(default_factory=dict)

    def date(self, name: str) -> str:
        """Return the day in one of the fields `DAYS` as it is written, or ""."""
        number = getattr(self, name)
        return self.corrected.get(name, "" if number is None else date_of(number).isoformat())

    def members(self) -> dict[str, Json]:
        """Return it as JSON members."""
        members: dict[str, Json] = {name: getattr(self, name) for name in _PLAIN}
        members["by"] = b64(self.by) if self.by else None
        members["corrected"] = dict(self.corrected)
        return members

    @classmethod
    def parse(cls, members: Any) -> Line:
        """Read what `members` made; raise MalformedError for anything else."""
        try:
            by = members["by"]
            plain = {name: members[name] for name in _PLAIN}
            return cls(**plain, by=unb64(by) if by else None, corrected=dict(members["corrected"]))
        except (KeyError, TypeError) as error:
            raise MalformedError("line of the register") from error


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
    "until",
    "reason",
)


def correction(name: str, value: str, why: str) -> kinds.Correction:
    """Return what corrects a field of the register; raise RecordError for a field or a day that there is not."""
    if name not in FIELDS:
        raise RecordError(", ".join(FIELDS))
    if name in DAYS and value != _written(value):
        raise RecordError(name)
    return kinds.Correction(name, value, why)


def lines_of(case: Case) -> tuple[Line, ...]:
    """Return the lines of a case, the one that counts last.

    The same for all who have the same messages, whenever these came. A word about what was not known before is written
    into the line; one that puts something else in the place of what stood there begins another.
    """
    report, entered = case.report, case.entered
    body, way = report.message.head.body, entered.message.head.body if entered else None
    line = Line(
        received=report.day,
        topic=body.topic if isinstance(body, kinds.Report) else "",
        way=way.way if isinstance(way, kinds.Entered) else ONLINE,
        day=report.day,
    )
    lines = [line]
    is_ours = False  # the topic is the reporter's until a recipient has said what it is
    for said in _merged(case):
        changes, replaces = _changes(said, lines[-1], is_ours=is_ours)
        is_ours |= "topic" in changes
        if not changes:
            continue
        author = said.author.identity if said.author else None
        reason = changes.pop("reason", "")
        changed = replace(lines[-1], **changes, day=said.day, by=author, reason=reason)
        lines[len(lines) - (0 if replaces else 1) :] = [changed]
    return tuple(lines)


def _changes(said: Said, line: Line, *, is_ours: bool) -> tuple[dict[str, Any], bool]:
    """Return what a message changes in a line, and whether that takes the place of something."""
    body = said.message.head.body
    if isinstance(body, kinds.Acknowledgement) and line.acknowledged is None:
        return {"acknowledged": said.day}, False
    if isinstance(body, kinds.Closed):
        return {"closed": said.day}, line.closed is not None
    if isinstance(body, kinds.Reopened) and line.closed is not None:
        return {"closed": None, "reason": body.text}, True
    if isinstance(body, kinds.Categorised):
        return {"topic": body.topic, "category": body.category}, is_ours
    if isinstance(body, kinds.Informed) and line.informed is None:
        return {"informed": body.day}, False
    if isinstance(body, kinds.Outcome):
        return {"outcome": body.outcome}, line.outcome not in ("", body.outcome)
    if isinstance(body, kinds.Retention):
        return {"until": body.until, "reason": body.text}, line.until not in (None, body.until)
    if isinstance(body, kinds.Correction) and body.field in FIELDS:
        return {"corrected": {**line.corrected, body.field: body.value}, "reason": body.text}, True
    return {}, False


def _merged(case: Case) -> Iterator[Said]:
    """Yield thread and dossier in one order: each note behind the latest message of the thread that it had seen."""
    behind: dict[int, list[Said]] = {}
    for place, said in zip(case.dossier.places, case.dossier.said, strict=True):
        behind.setdefault(place, []).append(said)
    for place, said in enumerate(case.said):
        yield said
        yield from behind.get(place, ())


def _written(value: str) -> str | None:
    try:
        return dt.date.fromisoformat(value).isoformat()
    except ValueError:
        return None
