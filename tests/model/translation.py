"""One run in two languages: as a term of the model, and as heads and rosters of the code; and what each makes of it."""

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
from tests.model.runs import MADE_UP, REPORTER, Run, Said, Seats
from tests.model.search import module_with

if TYPE_CHECKING:
    from collections.abc import Iterable

    import maude  # type: ignore[import-untyped]


@dataclass(frozen=True)
class Outcome:
    """What a case is, as far as model and code both say it. Messages are numbers of the run."""

    readers: str
    left_out: str
    order: tuple[int, ...]
    verdicts: tuple[tuple[int, str], ...]
    is_closed: bool
    last_day: int | None
    waiting: tuple[int, ...]
    accused: tuple[int, ...]
    missing: tuple[int, ...]
    twice: frozenset[tuple[str, int]]
    approved: tuple[int, ...]


# --- The model's side.


def by_model(run: Run) -> Outcome | None:
    """Return the outcome of the model's rules; None where the report is not here."""
    module = module_with("OUTCOME", functional=True)
    term = module.parseTerm(f"outcomeOf({_log(run.log)}, {_rosters(run.rosters)}, {run.today})")
    term.reduce()
    readers, left_out, dones, closed, last, waiting, accused, missing, twice, approved = term.arguments()
    if str(dones) in ("nil", "(nil).Dones"):
        return None
    verdicts = [(_number(done), str(verdict)) for done, verdict in map(_done, _flat(dones, "_._"))]
    days = list(last.arguments())
    return Outcome(
        _names(readers),
        _names(left_out),
        tuple(number for number, _ in verdicts),
        tuple(sorted(verdicts)),
        str(closed) == "true",
        int(str(days[0])) if days else None,
        _numbers(waiting),
        _numbers(accused),
        _numbers(missing),
        frozenset(_key(one) for one in _flat(twice, "_;_") if str(one.symbol()) == "id"),
        _numbers(approved),
    )


def _done(done: maude.Term) -> tuple[maude.Term, maude.Term]:
    entry, verdict, *_ = done.arguments()
    message = list(entry.arguments())[2]
    return next(iter(message.arguments())), verdict


def _flat(term: maude.Term, symbol: str) -> list[maude.Term]:
    return list(term.arguments()) if str(term.symbol()) == symbol else [term]


def _names(persons: maude.Term) -> str:
    return "".join(sorted(str(one) for one in _flat(persons, "_&_") if str(one) != "nobody"))


def _key(ident: maude.Term) -> tuple[str, int]:
    return _key_of(next(iter(ident.arguments())))


def _numbers(ids: maude.Term) -> tuple[int, ...]:
    return tuple(sorted(_number(one) for one in _flat(ids, "_;_") if str(one) != "(no).Ids" and str(one) != "no"))


def _number(ident: maude.Term) -> int:
    return int(str(list(ident.arguments())[-1]))


def _log(log: Iterable[Said]) -> str:
    return " . ".join(f"at({place}, {said.day}, {_message(said)})" for place, said in enumerate(log, start=1))


def _message(said: Said) -> str:
    return (
        f"msg({_id(said.number)}, {_author(said)}, {said.sealed}, {said.roster}, {_ids(said.seen)}, "
        f"{_people(said.to)}, {_people(said.missing)}, {_body(said)})"
    )


def _author(said: Said) -> str:
    return "rep" if said.author == REPORTER else f"key({said.author}, {said.key})"


def _id(number: int) -> str:
    return f"unknown({number})" if number >= MADE_UP else f"id(rep, {number})"


def _ids(numbers: Iterable[int]) -> str:
    return f"({' ; '.join(['no', *map(_id, sorted(numbers))])})"


def _people(people: Iterable[str]) -> str:
    return f"({' & '.join(['nobody', *sorted(people)])})"


def _body(said: Said) -> str:
    match said.kind:
        case "report":
            return f"report({_people(said.people)}, {str(said.is_entered).lower()})"
        case "consent":
            answer = {"no": "denies"}.get(said.answer, said.answer)
            after = said.after if said.answer == "yes" else ()
            return f"consent({answer}, {_people(said.people)}, {_ids(after)}, no)"
        case "request" | "joined":
            return f"{said.kind}({_people(said.people)})"
        case "retention" | "hold":
            return f"{said.kind}({said.about})"
        case "approval" | "objection":
            return f"{said.kind}({_id(said.about)})"
    return said.kind


def _rosters(rosters: Iterable[Seats]) -> str:
    return " . ".join(map(_roster, rosters))


def _roster(seats: Seats) -> str:
    listed = " + ".join(f"seat({who}, key({who}, {number}))" for who, number in seats.keys.items())
    revoked = " + ".join(["none", *(f"revoked(key({who}, {number}), {day})" for who, number, day in seats.revoked)])
    return f"roster({seats.version}, {seats.start}, {listed}, {revoked}, months{seats.months})"


def composed_by_model(drawn: Run, said: Said) -> tuple[frozenset[int], frozenset[str]]:
    """Return the ids and the people that an honest tool names which holds this run and writes this."""
    held = f"{drawn.today}, {_rosters(drawn.rosters)}, {_log(drawn.log)}"
    term = module_with("WORLDS").parseTerm(f"compose({_author(said)}, {said.number}, {held}, no, {_body(said)})")
    term.reduce()
    _, _, _, _, seen, to, _, _ = term.arguments()
    return frozenset(_numbers(seen)), frozenset(_names(to))


# --- A world of the model as a run, so that the code can judge it too.


def run_of(world: maude.Term) -> Run | None:
    """Return what stands in a world's log; None where a draft's kind does."""
    (soup,) = world.arguments()
    parts = {str(part.symbol()): list(part.arguments()) for part in _all(soup, "__")}
    numbers: dict[str, int] = {}
    log = [_said(entry, numbers) for entry in _all(parts["log"][0], "_._")]
    if any(said.kind in ("entered", "destroyed") for said in log):
        return None
    seats = tuple(_seats(roster) for roster in _all(parts["rosters"][0], "_._"))
    return Run(seats, tuple(log), int(str(parts["day"][0])))


def _all(term: maude.Term, symbol: str) -> list[maude.Term]:
    return [one for part in term.arguments() for one in _all(part, symbol)] if str(term.symbol()) == symbol else [term]


def _said(entry: maude.Term, numbers: dict[str, int]) -> Said:
    _, day, message = entry.arguments()
    ident, author, sealed, roster, seen, to, missing, body = message.arguments()

    def number(one: maude.Term) -> int:
        if str(one.symbol()) == "unknown":
            return MADE_UP + int(str(next(iter(one.arguments()))))
        return numbers.setdefault(str(one), len(numbers) + 1)

    def ids(term: maude.Term) -> frozenset[int]:
        return frozenset(number(one) for one in _all(term, "_;_") if str(one.symbol()) in ("id", "unknown"))

    number(ident)
    kind, values = str(body.symbol()), list(body.arguments())
    who, key = (str(one) for one in author.arguments()) if str(author) != "rep" else (REPORTER, "1")
    said = Said(
        number(ident), who, int(key), int(str(sealed)), int(str(roster)), ids(seen), _set(to), _set(missing), kind
    )  # fmt: skip
    said = replace(said, day=int(str(day)))
    match kind:
        case "report":
            return replace(said, people=_set(values[0]), is_entered=str(values[1]) == "true")
        case "consent":
            answer = {"denies": "no"}.get(str(values[0]), str(values[0]))
            return replace(said, answer=answer, people=_set(values[1]), after=ids(values[2]))
        case "joined" | "request":
            return replace(said, people=_set(values[0]))
        case "retention" | "hold":
            return replace(said, about=int(str(values[0])))
        case "approval" | "objection":
            return replace(said, about=number(values[0]))
    return said


def _set(persons: maude.Term) -> frozenset[str]:
    return frozenset(_names(persons))


def _seats(roster: maude.Term) -> Seats:
    version, start, listed, revoked, months = roster.arguments()
    keys = {}
    for seat in _all(listed, "_+_"):
        who, author = seat.arguments()
        keys[str(who)] = _key_of(author)[1]
    gone = [list(one.arguments()) for one in _all(revoked, "_+_") if str(one.symbol()) == "revoked"]
    ended = tuple((*_key_of(author), int(str(day))) for author, day in gone)
    unfounded, usual, most = (int(str(one)) for one in months.arguments())
    return Seats(int(str(version)), int(str(start)), keys, ended, (unfounded, usual, most))


def _key_of(author: maude.Term) -> tuple[str, int]:
    who, number = author.arguments()
    return str(who), int(str(number))


# --- The code's side.


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
    """Return the ids and the people that the code names for a tool which holds this run and writes this."""
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
    """Return the head that says the same as the model's term."""
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
        plain = (kinds.Answer("Tekst."), *plain)  # the one kind that both write
    return plain[said.number % len(plain)]


def _report(said: Said) -> kinds.Report:
    report = kinds.Report("Tekst.", bytes(32), bytes(1184), bytes(32), "anders", "nl")
    if not said.is_entered:
        return report
    author = identity_of(min(said.to | said.missing), 1)
    return replace(report, entered=kinds.Entered(author, bytes(64), "phone"))


# Of one word of the model all the kinds that mean it.
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
