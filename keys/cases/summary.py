"""What a list shows of a case and what its clocks start from, small enough to keep; it knows no day and no policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keys.cases.clocks import Happened, happened_in
from keys.cases.closing import closing_of
from keys.cases.register import Line, lines_of
from keys.errors import MalformedError
from keys.wire import kinds
from keys.wire.canonical import b64, encode, parse_object, unb64

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keys.cases.received import Alarm, Said
    from keys.cases.review import Case

# States, of which a case has one.
LOCKED = "locked"  # we have stepped back
NEW = "new"  # we have not opened it
OURS = "ours"  # it waits for us
THEIRS = "theirs"  # it waits for the reporter
CLOSED = "closed"
STATES = (NEW, OURS, THEIRS, CLOSED, LOCKED)

DETRIMENT = "benadeling"  # the form of the policy that asks whether the reporter is harmed, SPEC.md 7.4

# An acknowledgement answers nothing, and a rating asks for nothing.
_SILENT = (kinds.Acknowledgement, kinds.Opened, kinds.Rating, kinds.Left)


@dataclass(frozen=True, slots=True)
class Summary:
    """A case for one recipient, on no day in particular; `latest` is the day of the last message, theirs or ours.

    `lines` are the register's, the last one counts; `told` is whether the board was told, `readers` who can open it,
    `checked` the days on which somebody asked whether the reporter is harmed for the report.
    """

    id: bytes
    number: str
    state: str
    happened: Happened
    latest: int
    lines: tuple[Line, ...]
    told: bool
    assigned: frozenset[bytes]
    readers: frozenset[bytes]
    checked: tuple[int, ...]
    alarms: int

    @property
    def line(self) -> Line:
        """The line of the register that counts."""
        return self.lines[-1]

    @property
    def topic(self) -> str:
        """What it is about: the handler's word, or the reporter's."""
        return self.line.topic

    @property
    def category(self) -> str:
        """The category of the topic, or ""."""
        return self.line.category

    def encode(self) -> bytes:
        """Return it as bytes to be wrapped."""
        happened = self.happened
        days = (happened.received, happened.answered, happened.acknowledged, happened.informed, happened.closed)
        return encode(
            {
                "alarms": self.alarms,
                "assigned": [b64(name) for name in sorted(self.assigned)],
                "checked": [*self.checked],
                "days": [-1 if day is None else day for day in days],
                "id": b64(self.id),
                "latest": self.latest,
                "lines": [line.members() for line in self.lines],
                "number": self.number,
                "readers": [b64(name) for name in sorted(self.readers)],
                "state": self.state,
                "told": self.told,
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
                lines=tuple(map(Line.parse, members["lines"])),
                told=members["told"],
                assigned=frozenset(unb64(name) for name in members["assigned"]),
                readers=frozenset(unb64(name) for name in members["readers"]),
                checked=tuple(members["checked"]),
                alarms=members["alarms"],
            )
        except (KeyError, TypeError) as error:
            raise MalformedError("summary") from error


def summarise(case: Case, own: bytes, alarms: Sequence[Alarm] = ()) -> Summary:
    """Return what a list shows of a case to the recipient with the identity `own`."""
    assigned = case.dossier.latest(kinds.Assigned)
    body = assigned.message.head.body if assigned else None
    people = frozenset(body.people if isinstance(body, kinds.Assigned) else ())
    return Summary(
        id=case.id,
        number=case.number,
        state=_state(case, own),
        happened=happened_in(case),
        latest=max(said.day for said in (*case.said, *case.dossier.said)),
        lines=lines_of(case),
        told=case.dossier.latest(kinds.Informed) is not None,
        assigned=people - case.left_out - case.stepped_back,
        readers=case.readers,
        checked=tuple(sorted({said.day for said in case.dossier.said if _is_check(said)})),
        alarms=len(alarms) + len(case.dossier.alarms),
    )


def words_of(case: Case, own: bytes) -> str:
    """Return every word of a case that a search looks through, never who the reporter is.

    Of a case that we have stepped back from that is its number alone.
    """
    return case.number if own in case.stepped_back else "\n".join(_words(case)).casefold()


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


def _is_check(said: Said) -> bool:
    body = said.message.head.body
    return isinstance(body, kinds.Filled) and body.form == DETRIMENT


def _state(case: Case, own: bytes) -> str:
    if own in case.stepped_back:
        return LOCKED
    if own not in case.opened_by:
        return NEW
    last = [said for said in case.said if not isinstance(said.message.head.body, _SILENT)][-1]
    if last.author is None:
        return OURS
    if not isinstance(last.message.head.body, kinds.Closed):
        return THEIRS
    return OURS if closing_of(case) is None else CLOSED
