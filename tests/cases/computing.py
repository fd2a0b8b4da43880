"""A case as JSON, for both languages: the input of the computation, and its result."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING, Any

from keys.cases.case import Case
from keys.cases.happened import happened_in
from keys.cases.place import Place, PlacedMessage
from keys.cases.requests import grounds
from keys.cases.rosters import Rosters
from keys.cases.seen import seen_of
from keys.cases.sharing import owed
from keys.wire.canonical import b64, encode, parse_object, unb64
from keys.wire.messages import THREAD, Head
from tests.cases.story import Entry, Revoked, Roster

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from keys.wire.ids import MessageId, PersonId

UNPOSTED = None  # the position of a message that is not in the mailbox yet


def asked_of(
    messages: Iterable[PlacedMessage],
    rosters: Iterable[Roster],
    day: int,
    author: bytes,
    screen: Collection[bytes],
    given: Collection[tuple[PersonId, MessageId]] = (),
) -> dict[str, Any]:
    """Return the input from which a case is computed, as JSON; `given` is what the page has already shared."""
    shared = {"given": sorted([b64(who), b64(what)] for who, what in given)} if given else {}
    return {
        **shared,
        "author": b64(author),
        "day": day,
        "messages": [
            {
                "day": message.day,
                "head": parse_object(message.head.encode()),
                "id": b64(message.id),
                "place": [message.place.position if message.place.is_posted else UNPOSTED, message.place.after],
            }
            for message in messages
        ],
        "rosters": [
            {
                "id": b64(roster.id),
                "recipients": [
                    {
                        "end": entry.end,
                        "identity": b64(entry.identity),
                        "person": b64(entry.person),
                        "start": entry.start,
                    }
                    for entry in roster.recipients
                ],
                "revoked": [{"day": one.day, "identity": b64(one.identity)} for one in roster.revoked],
                "start": roster.start,
                "version": roster.version,
            }
            for roster in rosters
        ],
        "screen": sorted(map(b64, screen)),
    }


def computed(asked: dict[str, Any]) -> dict[str, Any] | None:
    """Return the result of `Case.of`, as JSON; messages are named by their ids, in order."""
    rosters = Rosters(map(_roster, asked["rosters"]))
    case = Case.of(map(_message, asked["messages"]), rosters, asked["day"])
    if case is None:
        return None
    read = case.read_by()
    screen = {unb64(name, 32) for name in asked["screen"]}
    listed = rosters.persons_on(asked["day"]) or frozenset()
    given = {(unb64(who, 16), unb64(what, 32)) for who, what in asked.get("given", ())}
    return {
        "admitted": _sorted(case.admitted),
        "agreed": [b64(ground.id) for ground in grounds(case)],
        "alarms": [[alarm.kind.value, *map(b64, alarm.messages), *_sorted(alarm.people)] for alarm in case.alarms],
        "complete": [message.is_complete for message in case.messages],
        "closed": b64(case.closed_by) if case.closed_by else None,
        "current": [rosters.is_current(message.placed.head.author) for message in case.messages],
        "ended": [_sorted(message.ended) for message in case.messages],
        "happened": [*astuple(happened_in(case))],
        "leftOut": _sorted(case.left_out),
        "missing": [[b64(one.id), *map(b64, one.named_by)] for one in case.missing],
        "owed": {b64(person): [*map(b64, ids)] for person, ids in owed(case, None, listed, given).items()},  # type: ignore[arg-type]
        "order": [b64(message.id) for message in case.messages],
        "read": [_sorted(read[message.id]) for message in case.messages],
        "readers": _sorted(case.readers),
        "readersThere": [_sorted(message.readers) for message in case.messages],
        "seen": [*map(b64, seen_of(case, unb64(asked["author"], 32), THREAD, screen))],  # type: ignore[arg-type]
        "standings": [message.standing.value for message in case.messages],
        "waiting": [*map(b64, case.waiting)],
    }


def outcome(result: dict[str, Any]) -> str:
    """Return the alarms in order, then the missing ids; or "accepted"."""
    return " ".join([*(kind for kind, *_ in result["alarms"]), *("missing" for _ in result["missing"])]) or "accepted"


def header_of(asked: dict[str, Any], result: dict[str, Any]) -> dict[str, str]:
    """Return the header lines of a vector; messages are named by their numbers in its list, people in hex."""
    numbers = {message["id"]: str(number) for number, message in reversed([*enumerate(asked["messages"])])}
    lists = {
        "order": [numbers[name] for name in result["order"]],
        "standings": result["standings"],
        "readers": _hex(result["readers"]),
        "left-out": _hex(result["leftOut"]),
        "waiting": [numbers[name] for name in result["waiting"]],
        "closed": [numbers[result["closed"]]] if result["closed"] else [],
        "names": [numbers[name] for name in result["seen"]],
    }
    return {name: " ".join(found) for name, found in lists.items() if found}


def _hex(names: Iterable[str]) -> list[str]:
    return [unb64(name).hex() for name in names]


def _sorted(ids: Iterable[bytes]) -> list[str]:
    return sorted(map(b64, ids))


def _message(value: dict[str, Any]) -> PlacedMessage:
    position, after = value["place"]
    place = Place.unposted(after) if position is UNPOSTED else Place(position, after)
    return PlacedMessage(unb64(value["id"], 32), Head.parse(encode(value["head"])), place, value["day"])  # type: ignore[arg-type]


def _roster(value: dict[str, Any]) -> Roster:
    entries = tuple(
        Entry(unb64(one["person"], 16), unb64(one["identity"], 32), one["start"], one["end"])  # type: ignore[arg-type]
        for one in value["recipients"]
    )
    revoked = tuple(Revoked(unb64(one["identity"], 32), one["day"]) for one in value["revoked"])  # type: ignore[arg-type]
    return Roster(value["version"], value["start"], entries, revoked)
