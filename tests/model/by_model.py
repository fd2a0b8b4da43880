"""A run as a term of the model and back, and the model's outcome for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.model.outcome import Outcome
from tests.model.runs import MADE_UP, REPORTER, Run, Said, Seats
from tests.model.search import module_with

if TYPE_CHECKING:
    from collections.abc import Iterable

    import maude  # type: ignore[import-untyped]


def by_model(run: Run) -> Outcome | None:
    """Return the outcome of the model's rules; None if the report is missing."""
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
    """Return the ids and the people that an honest tool names if it holds this run and writes this message."""
    held = f"{drawn.today}, {_rosters(drawn.rosters)}, {_log(drawn.log)}"
    term = module_with("WORLDS").parseTerm(f"compose({_author(said)}, {said.number}, {held}, no, {_body(said)})")
    term.reduce()
    _, _, _, _, seen, to, _, _ = term.arguments()
    return frozenset(_numbers(seen)), frozenset(_names(to))


def run_of(world: maude.Term) -> Run | None:
    """Return the run in a world's log; None if the log has a kind of a draft rule."""
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
