"""What the pages show of cases, as plain words; every word of a stranger is made harmless first. It opens nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases import Standing, standing, summarise
from keys.speech.bodies import Reading
from keys.speech.cases import (
    STATES,
    alarm_in_words,
    author_in_words,
    due_in_words,
    kind_in_words,
    names_in_words,
    topic_in_words,
)
from keys.speech.words import _, day_in_words, harmless, language_in_words, one_line, size_in_words
from keys.wire import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from keys.cases import Alarm, Case, Said, Summary
    from keys.sync import Desk, Trust


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the list; `name` is what it is called in addresses."""

    name: str
    summary: Summary
    standing: Standing
    topic: str
    assigned: str
    is_changed: bool

    @property
    def state(self) -> str:
        """Where it stands, in words."""
        return _(STATES[self.summary.state])

    @property
    def received(self) -> str:
        """The day of the report."""
        return day_in_words(self.summary.happened.received)

    @property
    def due(self) -> tuple[tuple[str, str], ...]:
        """What is due: how near it is, and in words."""
        return tuple((due.nearness, due_in_words(due, day_in_words)) for due in self.standing.due)


@dataclass(frozen=True, slots=True)
class Shown:
    """A message; `side` is who wrote it: reporter, own or other."""

    side: str
    day: str
    author: str
    kind: str
    lines: tuple[str, ...]
    text: str
    is_hidden: bool
    files: tuple[tuple[str, str, str], ...]  # name, size and type, where it was saved or ""
    alarms: tuple[str, ...]  # those that stand before it


@dataclass(frozen=True, slots=True)
class Opened:
    """A case with all that its page shows."""

    number: str
    state: str
    topic: str
    due: tuple[tuple[str, str], ...]
    concerned: str
    readers: str
    unread: str
    assigned: str
    language: str
    thread: tuple[Shown, ...]
    thread_alarms: tuple[str, ...]  # behind the last message
    dossier: tuple[Shown, ...]
    dossier_alarms: tuple[str, ...]
    timeline: tuple[str, ...]
    has_files: bool
    tells_identity: bool


def rows(summaries: Sequence[Summary], names: Mapping[bytes, str], trust: Trust, today: int, seen: int) -> list[Row]:
    """Return what the list shows of cases; `seen` is the day of the visit before."""
    policy = trust.roster.policy
    return [
        Row(
            name=names[summary.id],
            summary=summary,
            standing=standing(summary, policy, today),
            topic=topic_in_words(policy, summary.topic, summary.category),
            assigned=_first_names(summary, trust),
            is_changed=summary.latest >= seen,
        )
        for summary in summaries
    ]


def opened(desk: Desk, case: Case, alarms: Sequence[Alarm], trust: Trust, today: int, *, identity: bool) -> Opened:
    """Return what the page of a case shows; who the reporter is only with `identity`."""
    policy = trust.roster.policy
    own = desk.signer.public
    summary = summarise(case, own, alarms)
    reading = Reading(case, trust.recipients_by_id, policy, identity=identity)
    report = case.report.message.head.body
    return Opened(
        number=case.number,
        state=_(STATES[summary.state]),
        topic=topic_in_words(policy, summary.topic, summary.category),
        due=tuple((due.nearness, due_in_words(due, day_in_words)) for due in standing(summary, policy, today).due),
        concerned=reading.concerned(),
        readers=names_in_words(case.readers, trust.recipients_by_id),
        unread=names_in_words(case.readers - case.opened_by - case.people.same_people([own]), trust.recipients_by_id),
        assigned=names_in_words(summary.assigned, trust.recipients_by_id),
        language=language_in_words(report.language) if isinstance(report, kinds.Report) else "",
        thread=tuple(_shown(desk, reading, case.said, alarms)),
        thread_alarms=_alarms_at(alarms, len(case.said)),
        dossier=tuple(_shown(desk, reading, case.dossier.said, case.dossier.alarms)),
        dossier_alarms=_alarms_at(case.dossier.alarms, len(case.dossier.said)),
        timeline=tuple(_timeline(case)),
        has_files=any(said.message.head.files for said in (*case.said, *case.dossier.said)),
        tells_identity=any(isinstance(said.message.head.body, kinds.Identity) for said in case.said),
    )


def _timeline(case: Case) -> Iterator[str]:
    """Yield what happened, by day: in the talk, and then in the dossier."""
    every = [*((said, "") for said in case.said), *((said, f" ({_('dossier')})") for said in case.dossier.said)]
    for said, where in sorted(every, key=lambda pair: pair[0].day):
        yield f"{day_in_words(said.day)} · {author_in_words(said)} · {kind_in_words(said)}{where}"


def _shown(desk: Desk, reading: Reading, said: Sequence[Said], alarms: Sequence[Alarm]) -> Iterator[Shown]:
    for at, one in enumerate(said):
        is_hidden = reading.hides(one)
        own = one.author is not None and one.author.identity == desk.signer.public
        yield Shown(
            side="reporter" if one.author is None else "own" if own else "other",
            day=day_in_words(one.day),
            author=author_in_words(one),
            kind=kind_in_words(one),
            lines=() if is_hidden else tuple(reading.beside(one)),
            text="" if is_hidden else harmless(one.text),
            is_hidden=is_hidden,
            files=tuple(_files(desk, one)),
            alarms=_alarms_at(alarms, at),
        )


def _files(desk: Desk, said: Said) -> Iterator[tuple[str, str, str]]:
    files = said.message.head.files
    paths = desk.vault.saved(said.message.mac) if files else {}
    for number, file in enumerate(files):
        kind = " · ".join(filter(None, [size_in_words(file.size), one_line(file.type)]))
        yield one_line(file.name) or "-", kind, one_line(os.fsdecode(paths[number])) if number in paths else ""


def _alarms_at(alarms: Sequence[Alarm], at: int) -> tuple[str, ...]:
    return tuple(alarm_in_words(alarm.code) for alarm in alarms if alarm.after == at)


def _first_names(summary: Summary, trust: Trust) -> str:
    return ", ".join(
        sorted(
            harmless(trust.recipients_by_id[name].name) for name in summary.assigned if name in trust.recipients_by_id
        )
    )
