"""Cases as JSON for scripts; docs/recipient/scripts.md says what each member is. It decides nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from keys.speech.words import date
from keys.wire import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from keys.cases import Alarm, Said, Standing, Summary
    from keys.roster import Recipient
    from keys.speech.bodies import Reading

    Saved = Callable[[bytes], Mapping[int, bytes]]


def summary_as_json(summary: Summary, standing: Standing, people: Mapping[bytes, Recipient]) -> dict[str, Any]:
    """Return what a list shows of a case."""
    return {
        "number": summary.number,
        "state": summary.state,
        "received": date(summary.happened.received),
        "latest": date(summary.latest),
        "topic": summary.topic,
        "category": summary.category,
        "assigned": _names(summary.assigned, people),
        "due": [
            {"what": due.what, "day": None if due.day is None else date(due.day), "nearness": due.nearness}
            for due in standing.due
        ],
        "alarms": summary.alarms,
    }


def case_as_json(
    reading: Reading, alarms: Collection[Alarm], summary: Summary, standing: Standing, saved: Saved
) -> dict[str, Any]:
    """Return a whole case."""
    case, people = reading.case, reading.people
    return summary_as_json(summary, standing, people) | {
        "concerned": _names(case.concerned, people),
        "readers": _names(case.readers, people),
        "opened_by": _names(case.opened_by, people),
        "alarms": _alarms(alarms),
        "thread": [_said(reading, said, saved) for said in case.said],
        "dossier": [_said(reading, said, saved) for said in case.dossier.said],
        "dossier_alarms": _alarms(case.dossier.alarms),
    }


def _said(reading: Reading, said: Said, saved: Saved) -> dict[str, Any]:
    author = said.author
    paths = saved(said.message.mac) if said.message.head.files else {}
    body = said.message.head.body
    hidden = reading.hides(said)
    return {
        "day": date(said.day),
        "author": author.name if author else None,
        "role": author.role if author else "reporter",
        "kind": said.kind,
        "body": None if hidden or isinstance(body, kinds.Unknown) else body.members(),
        "files": [
            {
                "name": file.name,
                "size": file.size,
                "type": file.type,
                "saved": os.fsdecode(paths[number]) if number in paths else None,
            }
            for number, file in enumerate(said.message.head.files)
        ],
    }


def _names(identities: Collection[bytes], people: Mapping[bytes, Recipient]) -> list[str]:
    # Each person once, whichever of their keys are named.
    found = {people[name].person: people[name].name for name in people if name in identities}
    return sorted(found.values())


def _alarms(alarms: Iterable[Alarm]) -> list[dict[str, Any]]:
    return [{"after": alarm.after, "code": alarm.code} for alarm in alarms]
