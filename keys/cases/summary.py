"""The summary of a case for one recipient: the content of a list and of deadlines, small enough to cache.

It follows from the case and its readers alone. Values that depend on the day are stored as days, and it contains no
policy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from keys.cases.approvals import APPROVAL_DAYS
from keys.cases.deadlines import DETRIMENT
from keys.cases.destruction import waits_long
from keys.cases.happened import Happened, happened_in
from keys.cases.register import Line, lines_of
from keys.cases.requests import asked_of
from keys.cases.states import state_of, unread_in
from keys.wire.ids import PERSON_SIZE, CaseId, PersonId
from keys.wire.messages import Assigned, Form, Identity, Informed, Report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keys.cases.case import Case
    from keys.cases.thread import JudgedMessage


@dataclass(frozen=True, slots=True)
class Summary:
    """A case for one recipient. All days are the server's; counts are of messages."""

    id: CaseId
    number: str
    state: str  # one of `states.STATES`
    happened: Happened
    latest: int  # the day of the last message
    lines: tuple[Line, ...]  # of the register; the last one counts
    told: bool  # the board was informed
    assigned: frozenset[PersonId]
    readers: frozenset[PersonId]
    checked: tuple[int, ...]  # when somebody asked whether the reporter is harmed for the report
    alarms: int
    waiting: int  # of the reporter, without a reply; 0 if the owner does not read
    unread: int  # of the reporter, read by no current reader; 0 if the owner does not read
    asked: tuple[int, ...]  # the last day of each message that waits for the owner's approval
    last_day: int | None
    waits_long: bool  # the vault waits thirty days before destroying it
    is_exercise: bool

    @property
    def line(self) -> Line:
        """The line of the register that counts."""
        return self.lines[-1]

    @property
    def topic(self) -> str:
        """The topic: the handler's choice, or the reporter's."""
        return self.line.topic

    @property
    def category(self) -> str:
        """The category of the topic, or ""."""
        return self.line.category

    def on(self, day: int) -> Summary:
        """Return the summary as of a later day, not before that on which it was computed."""
        asked = tuple(until for until in self.asked if day <= until)
        return self if asked == self.asked else replace(self, asked=asked)

    def row(self) -> list[Any]:
        """Return the summary as a compact JSON array: a list of thousands is read at once."""
        return [
            self.id.hex(),
            [getattr(self.happened, name) for name in _DAYS],
            [line.row() for line in self.lines],
            _ids(self.assigned),
            _ids(self.readers),
            self.checked,
            self.asked,
            *(getattr(self, name) for name in _PLAIN),
        ]

    @classmethod
    def of_row(cls, row: Any, people: dict[str, frozenset[PersonId]]) -> Summary:
        """Read the result of `row`, unchecked: a vault has wrapped it.

        `people` caches the sets of people that were read before: most cases have the same readers.
        """
        case, days, lines, assigned, readers, checked, asked, *plain = row
        return cls(
            **dict(zip(_PLAIN, plain, strict=True)),
            id=CaseId(bytes.fromhex(case)),
            happened=Happened(*days),
            lines=tuple(map(Line.of_row, lines)),
            assigned=_persons(assigned, people),
            readers=_persons(readers, people),
            checked=tuple(checked),
            asked=tuple(asked),
        )


_DAYS = ("received", "answered", "acknowledged", "informed", "closed")
_PLAIN = (
    "alarms",
    "is_exercise",
    "last_day",
    "latest",
    "number",
    "state",
    "told",
    "unread",
    "waiting",
    "waits_long",
)


def summarise(case: Case, own: PersonId) -> Summary:
    """Return the summary of a case for the person `own`."""
    assigned = case.latest(Assigned)
    body = assigned.body if assigned else None
    return Summary(
        id=case.id,
        number=case.number,
        state=state_of(case, own),
        happened=happened_in(case),
        latest=max(message.day for message in case.messages if message.is_shown),
        lines=lines_of(case),
        told=case.latest(Informed) is not None,
        assigned=case.readers.intersection(body.people if isinstance(body, Assigned) else ()),
        readers=case.readers,
        checked=tuple(sorted({message.day for message in case.dossier if _is_check(message)})),
        alarms=len(case.alarms),
        # If its owner does not read the case, others reply.
        waiting=len(case.waiting) if own in case.readers else 0,
        unread=len(unread_in(case)) if own in case.readers else 0,
        asked=tuple(message.day + APPROVAL_DAYS for message in asked_of(case, own)),
        last_day=case.last_day.day if case.last_day else None,
        waits_long=waits_long(case),
        is_exercise=case.is_exercise,
    )


def words_of(case: Case, own: PersonId) -> str:
    """Return all words of a case that a search looks through, without those that identify the reporter.

    If the person `own` does not read the case, it returns only its number.
    """
    return "\n".join(_words(case)).casefold() if own in case.readers else case.number


def _words(case: Case) -> Iterator[str]:
    yield case.number
    for message in (*case.thread, *case.dossier):
        body = message.body
        if isinstance(body, Identity):
            continue
        yield message.text
        if isinstance(body, Report | Form):
            yield from body.answers.values()
        yield from (file.name for file in message.files)


def _is_check(message: JudgedMessage) -> bool:
    return message.counts and isinstance(message.body, Form) and message.body.form == DETRIMENT


def _ids(ids: Iterable[PersonId]) -> str:
    return "".join(one.hex() for one in sorted(ids))


def _persons(ids: str, known: dict[str, frozenset[PersonId]]) -> frozenset[PersonId]:
    found = known.get(ids)
    if found is None:
        raw = bytes.fromhex(ids)
        found = frozenset(PersonId(raw[at : at + PERSON_SIZE]) for at in range(0, len(raw), PERSON_SIZE))
        known[ids] = found
    return found
