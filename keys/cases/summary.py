"""What a list shows of a case and what its clocks start from, small enough to keep; it knows no day and no policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keys.cases.clocks import Happened, happened_in
from keys.errors import MalformedError
from keys.wire import kinds
from keys.wire.canonical import b64, encode, parse_object, unb64

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keys.cases.received import Alarm
    from keys.cases.review import Case

# States, of which a case has one.
LOCKED = "locked"  # we have stepped back
NEW = "new"  # we have not opened it
OURS = "ours"  # it waits for us
THEIRS = "theirs"  # it waits for the reporter
CLOSED = "closed"
STATES = (NEW, OURS, THEIRS, CLOSED, LOCKED)

# An acknowledgement answers nothing, and a rating asks for nothing.
_SILENT = (kinds.Acknowledgement, kinds.Opened, kinds.Rating, kinds.Left)


@dataclass(frozen=True, slots=True)
class Summary:
    """A case for one recipient, on no day in particular; `latest` is the day of the last message, theirs or ours.

    `topic` and `category` are the register's: the handler's, or the reporter's. `told` is whether the board was told.
    """

    id: bytes
    number: str
    state: str
    happened: Happened
    latest: int
    topic: str
    category: str
    told: bool
    assigned: frozenset[bytes]
    alarms: int

    def encode(self) -> bytes:
        """Return it as bytes to be wrapped."""
        happened = self.happened
        days = (happened.received, happened.answered, happened.acknowledged, happened.informed, happened.closed)
        return encode(
            {
                "alarms": self.alarms,
                "assigned": [b64(name) for name in sorted(self.assigned)],
                "category": self.category,
                "days": [-1 if day is None else day for day in days],
                "id": b64(self.id),
                "latest": self.latest,
                "number": self.number,
                "state": self.state,
                "told": self.told,
                "topic": self.topic,
            }
        )

    @classmethod
    def parse(cls, raw: bytes) -> Summary:
        """Read what `encode` made; raise MalformedError for anything else."""
        members: Any = parse_object(raw)
        try:
            received, *days = members["days"]
            return cls(
                id=unb64(members["id"]),
                number=members["number"],
                state=members["state"],
                happened=Happened(received, *(None if day < 0 else day for day in days)),
                latest=members["latest"],
                topic=members["topic"],
                category=members["category"],
                told=members["told"],
                assigned=frozenset(unb64(name) for name in members["assigned"]),
                alarms=members["alarms"],
            )
        except (KeyError, TypeError) as error:
            raise MalformedError("summary") from error


def summarise(case: Case, own: bytes, alarms: Sequence[Alarm] = ()) -> Summary:
    """Return what a list shows of a case to the recipient with the identity `own`."""
    topic, category = _register(case)
    assigned = case.dossier.latest(kinds.Assigned)
    body = assigned.message.head.body if assigned else None
    people = frozenset(body.people if isinstance(body, kinds.Assigned) else ())
    return Summary(
        id=case.id,
        number=case.number,
        state=_state(case, own),
        happened=happened_in(case),
        latest=max(said.day for said in (*case.said, *case.dossier.said)),
        topic=topic,
        category=category,
        told=case.dossier.latest(kinds.Informed) is not None,
        assigned=people - case.left_out - case.dossier.stepped_back,
        alarms=len(alarms) + len(case.dossier.alarms),
    )


def words_of(case: Case, own: bytes) -> str:
    """Return every word of a case that a search looks through, never who the reporter is.

    Of a case that we have stepped back from that is its number alone.
    """
    return case.number if own in case.dossier.stepped_back else "\n".join(_words(case)).casefold()


def _words(case: Case) -> Iterator[str]:
    yield case.number
    for said in (*case.said, *case.dossier.said):
        body = said.message.head.body
        if isinstance(body, kinds.Identity):
            continue
        yield said.text
        if isinstance(body, kinds.Report | kinds.Filled):
            yield from body.answers.values()
        yield from (file.name for file in said.message.head.files)


def _register(case: Case) -> tuple[str, str]:
    """Return topic and category: the handler's, or the reporter's."""
    set_by_us = case.dossier.latest(kinds.Categorised)
    body = set_by_us.message.head.body if set_by_us else case.report.message.head.body
    if isinstance(body, kinds.Categorised):
        return body.topic, body.category
    return (body.topic if isinstance(body, kinds.Report) else ""), ""


def _state(case: Case, own: bytes) -> str:
    if own in case.dossier.stepped_back:
        return LOCKED
    if own not in case.opened_by:
        return NEW
    last = [said for said in case.said if not isinstance(said.message.head.body, _SILENT)][-1]
    if last.author is None:
        return OURS
    return CLOSED if isinstance(last.message.head.body, kinds.Closed) else THEIRS
