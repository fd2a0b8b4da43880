"""A run as heads and rosters of the code, and the code's outcome for it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from keys.cases.addressees import addressees_of
from keys.cases.case import Case
from keys.cases.notices import NoticeKind
from keys.cases.place import Place, PlacedMessage, Way
from keys.cases.rosters import Rosters
from keys.cases.seen import seen_of
from keys.policy.members import Retention as Months
from keys.wire import messages as kinds
from keys.wire.ids import CaseId, IdentityKey, MessageId, PersonId, RosterId
from tests.model.outcome import Outcome
from tests.model.runs import MADE_UP, REPORTER, Run, Said, Seats

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class _Entry:
    person: PersonId
    identity: IdentityKey
    start: int = 0
    end: int = 2**32


@dataclass(frozen=True)
class _Revoked:
    identity: IdentityKey
    day: int


@dataclass(frozen=True)
class _Policy:
    retention: Months


@dataclass(frozen=True)
class _Roster:
    id: RosterId
    version: int
    start: int
    recipients: tuple[_Entry, ...]
    revoked: tuple[_Revoked, ...]
    policy: _Policy


def by_code(run: Run) -> Outcome | None:
    """Return the outcome of `Case.of`."""
    case = Case.of(_placed(run.log), Rosters(map(roster_of, run.rosters)), run.today)
    if case is None:
        return None
    numbers = {message_id(number): number for number in (*range(1, 40), MADE_UP, MADE_UP + 1)}
    accusing = {NoticeKind.FORBIDDEN, NoticeKind.LEFT_OUT_NAMED}
    return Outcome(
        _letters(case.readers),
        _letters(case.left_out),
        tuple(numbers[message.id] for message in case.messages),
        tuple(sorted((numbers[message.id], message.standing.value) for message in case.messages)),
        case.is_closed,
        case.last_day.day if case.last_day else None,
        tuple(sorted(numbers[one] for one in case.waiting)),
        tuple(sorted({numbers[one] for notice in case.alarms if notice.kind in accusing for one in notice.messages})),
        tuple(sorted(numbers[lack.id] for lack in case.missing)),
        frozenset(_owner(line.author) for line in case.lines if line.kind is NoticeKind.TWICE and line.author),
        tuple(sorted(numbers[one] for one in case.approved)),
    )


def _placed(log: Iterable[Said]) -> list[PlacedMessage]:
    return [
        PlacedMessage(message_id(said.number), head_of(said), Place(place), said.day, Way.LOG)
        for place, said in enumerate(log, start=1)
    ]


def _letters(persons: Iterable[PersonId]) -> str:
    return "".join(sorted(one.rstrip(b".").decode() for one in persons))


def _owner(identity: IdentityKey) -> tuple[str, int]:
    label = identity.rstrip(b".").decode()
    return label[0], int(label[1:])


def composed_by_code(drawn: Run, said: Said) -> tuple[frozenset[int], frozenset[str]]:
    """Return the ids and the people that the code names when a tool that holds this run writes this message."""
    rosters = Rosters(map(roster_of, drawn.rosters))
    case = Case.of(_placed(drawn.log), rosters, drawn.today)
    assert case is not None
    head = head_of(replace(said, sealed=drawn.today))
    screen = {message.id for message in case.messages}
    seen = seen_of(case, head.author, head.channel, screen)
    draft = PlacedMessage(
        message_id(said.number), replace(head, seen=seen, to=()), Place.unposted(1), drawn.today, Way.OWN
    )
    written = Case.of([*_placed(drawn.log), draft], rosters, drawn.today)
    assert written is not None
    numbers = {message_id(number): number for number in range(40)}
    return frozenset(numbers[one] for one in seen), frozenset(_letters(addressees_of(written, draft.id)))


@cache
def message_id(number: int) -> MessageId:
    return MessageId(hashlib.sha256(b"message %d" % number).digest())


def identity_of(author: str, key: int) -> IdentityKey:
    return IdentityKey(f"{author}{key}".encode().ljust(32, b"."))


def person_of(name: str) -> PersonId:
    return PersonId(name.encode().ljust(16, b"."))


def _persons(names: Iterable[str]) -> tuple[PersonId, ...]:
    return tuple(person_of(name) for name in sorted(names))


def _roster_id(version: int) -> RosterId:
    return RosterId(hashlib.sha256(b"roster %d" % version).digest())


def roster_of(seats: Seats) -> _Roster:
    return _Roster(
        _roster_id(seats.version),
        seats.version,
        seats.start,
        tuple(_Entry(person_of(who), identity_of(who, key)) for who, key in seats.keys.items()),
        tuple(_Revoked(identity_of(who, key), day) for who, key, day in seats.revoked),
        _Policy(Months(*seats.months)),
    )


def head_of(said: Said) -> kinds.Head:
    """Return the head with the same content as the model's term."""
    body = body_of(said)
    is_report = said.kind == "report"
    return kinds.Head(
        author=identity_of(said.author, said.key),
        body=body,
        case=None if is_report else CaseId(message_id(1)),
        channel=body.CHANNEL,
        day=said.sealed,
        kind=body.KIND,
        roster=_roster_id(said.roster),
        seen=tuple(sorted(message_id(number) for number in said.seen)),
        to=_persons(said.to),
        missing=_persons(said.missing),
        without=_persons(said.people) if is_report else (),
    )


def body_of(said: Said) -> kinds.Body:
    people, about = _persons(said.people), message_id(said.about)
    match said.kind:
        case "report":
            return _report(said)
        case "consent":
            after = tuple(message_id(number) for number in sorted(said.after)) if said.answer == "yes" else ()
            return kinds.Consent(said.answer, people, after)
        case "request":
            return kinds.Request("Tekst.", "Iemand", "Iets", people)
        case "joined":
            return kinds.Joined(people)
        case "retention":
            return kinds.Retention(said.about)
        case "hold":
            return kinds.Hold("Reden.", said.about)
        case "approval" | "objection":
            return kinds.Approval(about) if said.kind == "approval" else kinds.Objection(about)
    plain = _PLAIN[said.kind]
    if said.kind == ("ask" if said.author == REPORTER else "reply"):
        plain = (kinds.Answer("Tekst."), *plain)  # the only kind that both may write
    return plain[said.number % len(plain)]


def _report(said: Said) -> kinds.Report:
    report = kinds.Report("Tekst.", bytes(32), bytes(1184), bytes(32), "anders", "nl")
    if not said.is_entered:
        return report
    author = identity_of(min(said.to | said.missing), 1)
    return replace(report, entered=kinds.Entered(author, bytes(64), "phone"))


# All kinds that one kind of the model stands for.
_PLAIN: dict[str, tuple[kinds.Body, ...]] = {
    "ask": (
        kinds.ReportWithdrawn("Tekst."),
        kinds.Agreed("no", message_id(1), "Tekst."),
        kinds.Rating("no", "Tekst."),
    ),
    "identity": (kinds.Identity("Tekst."),),
    "word": (kinds.Rating("yes", ""), kinds.Agreed("yes", message_id(1), ""), kinds.Left()),
    "reply": (kinds.Question("Tekst."), kinds.Feedback("Tekst.")),
    "opened": (kinds.Opened(), kinds.Acknowledgement("Tekst."), kinds.Minutes("Tekst.")),
    "note": (kinds.Note("Tekst."), kinds.Category("anders"), kinds.Form("iets", {"veld": "Tekst."})),
    "demand": (kinds.Form("vordering", {"veld": "Tekst."}),),
    "stepped-back": (kinds.SteppedBack(),),
    "closed": (kinds.Closed("Tekst."),),
    "reopened": (kinds.Reopened("Reden."),),
    "purge": (kinds.Purge("Reden."),),
}
