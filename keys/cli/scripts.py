"""Cases as JSON for scripts; docs/recipient/scripts.md describes the members."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from keys.cases.numbers import case_number
from keys.wire.messages import Unknown
from keys.wording.words import date

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from keys.cases.case import Case
    from keys.cases.deadlines import Deadlines
    from keys.cases.destruction import Destruction
    from keys.cases.notices import Notice as CaseNotice
    from keys.cases.summary import Summary
    from keys.cases.thread import JudgedMessage
    from keys.roster import Recipient
    from keys.sync import Notice
    from keys.wire.ids import MessageId, PersonId
    from keys.wording.bodies import Reading

    Saved = Callable[[MessageId], Mapping[int, bytes]]


def write_json(value: object) -> None:
    """Write JSON to standard output, and escape everything that could control a terminal."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=True)
    click.echo()


def summary_as_json(
    summary: Summary, found: Deadlines, going: Destruction | None, persons: Mapping[PersonId, Recipient]
) -> dict[str, Any]:
    """Return the summary of a case; `going` says when this computer destroys it."""
    return {
        "number": summary.number,
        "state": summary.state,
        "received": date(summary.happened.received),
        "latest": date(summary.latest),
        "topic": summary.topic,
        "category": summary.category,
        "assigned": _names(summary.assigned, persons),
        "due": [{"what": due.what, "day": _day(due.day), "nearness": due.nearness} for due in found.due],
        "waiting": summary.waiting,
        "unread": summary.unread,
        "asked": len(summary.asked),
        "last_day": _day(summary.last_day),
        "destroyed_on": None if going is None else date(going.day),
        "waits": [] if going is None else [wait.value for wait in going.waits],
        "exercise": summary.is_exercise,
        "alarms": summary.alarms,
    }


def case_as_json(
    reading: Reading, lines: Iterable[CaseNotice], summary: Mapping[str, Any], saved: Saved
) -> dict[str, Any]:
    """Return a whole case: its `summary` as in a list, and more; `lines` are the notices about it."""
    case, persons = reading.case, reading.persons
    read = case.read_by()
    return {
        **summary,
        "concerned": _names(case.concerned, persons),
        "readers": _names(case.readers, persons),
        "opened_by": _names(case.opened_by, persons),
        "notices": [_case_notice(case, notice, persons) for notice in (*case.alarms, *lines)],
        "thread": [_message(reading, message, read, saved) for message in case.thread],
        "dossier": [_message(reading, message, read, saved) for message in case.dossier],
    }


def notice_as_json(notice: Notice) -> dict[str, Any]:
    """Return a notice for the vault's owner; docs/recipient/scripts.md lists each `kind`."""
    return {
        "kind": notice.kind.value,
        "alarm": notice.is_alarm,
        "people": list(notice.people),
        "days": [*map(date, notice.days)],
        "cases": [*map(case_number, notice.cases)],
        "count": notice.count,
        "waits": [wait.value for wait in notice.waits],
    }


def _message(
    reading: Reading, message: JudgedMessage, read: Mapping[MessageId, Collection[PersonId]], saved: Saved
) -> dict[str, Any]:
    person = reading.persons.get(message.person) if message.person else None
    paths = saved(message.id) if message.files else {}
    is_hidden = reading.hides(message) or isinstance(message.body, Unknown)
    return {
        "number": reading.case.numbers[message.id],
        "day": date(message.day),
        "author": person.name if person else None,
        "role": "reporter" if message.by_reporter else person.role if person else None,
        "kind": message.kind,
        "standing": message.standing.value,
        "read_by": _names(read[message.id], reading.persons),
        "body": None if is_hidden else message.body.members(),
        "files": [
            {
                "name": file.name,
                "size": file.size,
                "type": file.type,
                "saved": os.fsdecode(paths[number]) if number in paths else None,
            }
            for number, file in enumerate(message.files)
        ],
    }


def _case_notice(case: Case, notice: CaseNotice, persons: Mapping[PersonId, Recipient]) -> dict[str, Any]:
    return {
        "kind": notice.kind.value,
        "alarm": notice in case.alarms,
        "messages": [case.numbers.get(message_id) for message_id in notice.messages],
        "person": next(iter(_names([notice.person] if notice.person else [], persons)), None),
        "people": _names(notice.people, persons),
    }


def _names(people: Collection[PersonId], persons: Mapping[PersonId, Recipient]) -> list[str]:
    return sorted(persons[person].name for person in people if person in persons)


def _day(day: int | None) -> str | None:
    return None if day is None else date(day)
