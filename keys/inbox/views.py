"""View models: cases as plain words for the pages. They make each word of a stranger harmless first."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.deadlines import deadlines
from keys.cases.states import unread_in
from keys.cases.summary import summarise
from keys.wire.messages import DOSSIER, Identity, Report
from keys.wording.bodies import Reading
from keys.wording.cases import (
    STATES,
    author_in_words,
    due_in_words,
    kind_in_words,
    names_in_words,
    standing_in_words,
    topic_in_words,
)
from keys.wording.notices import case_notice_in_words
from keys.wording.words import _, day_in_words, harmless, language_in_words, one_line, size_in_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from keys.cases import Case, Deadlines, JudgedMessage, Summary
    from keys.cases.notices import Notice
    from keys.inbox.session import Screen, Session
    from keys.sync import Trust
    from keys.wire.ids import CaseId, MessageId, PersonId


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the list; `name` is its name in addresses."""

    name: str
    summary: Summary
    deadlines: Deadlines
    topic: str
    assigned: str
    is_changed: bool

    @property
    def state(self) -> str:
        """Its state, in words."""
        return _(STATES[self.summary.state])

    @property
    def received(self) -> str:
        """The day of the report."""
        return day_in_words(self.summary.happened.received)

    @property
    def due(self) -> tuple[tuple[str, str], ...]:
        """Its deadlines: how near each is, and in words."""
        return tuple((due.nearness, due_in_words(due, day_in_words)) for due in self.deadlines.due)


@dataclass(frozen=True, slots=True)
class Mark:
    """A word beside a message; with `is_alarm` it accuses somebody."""

    words: str
    is_alarm: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A message on the page; `side` is its author: reporter, own or other. `anchor` is its place on the page."""

    anchor: str
    side: str
    day: str
    author: str
    kind: str
    lines: tuple[str, ...]
    text: str
    is_hidden: bool
    files: tuple[tuple[str, str, str], ...]  # name, size and type, where it was saved or ""
    marks: tuple[Mark, ...]
    is_new: bool  # it came after the page on which somebody began to write


@dataclass(frozen=True, slots=True)
class Opened:
    """A case with everything on its page."""

    number: str
    state: str
    topic: str
    due: tuple[tuple[str, str], ...]
    concerned: str
    readers: str
    unread: str
    assigned: str
    language: str
    notices: tuple[Mark, ...]  # those about no single message
    thread: tuple[Shown, ...]
    dossier: tuple[Shown, ...]
    timeline: tuple[str, ...]
    has_files: bool
    tells_identity: bool
    is_exercise: bool

    @property
    def new(self) -> tuple[Shown, ...]:
        """The messages that came after the page on which somebody began to write."""
        return tuple(one for one in (*self.thread, *self.dossier) if one.is_new)


def rows(found: Sequence[tuple[Summary, Deadlines]], names: Mapping[CaseId, str], trust: Trust, seen: int) -> list[Row]:
    """Return the rows of the list; `seen` is the day of the previous visit."""
    policy = trust.roster.policy
    return [
        Row(
            name=names[summary.id],
            summary=summary,
            deadlines=due,
            topic=topic_in_words(policy, summary.topic, summary.category),
            assigned=_first_names(summary.assigned, trust),
            is_changed=summary.latest >= seen,
        )
        for summary, due in found
    ]


def opened(session: Session, case: Case, *, identity: bool, before: Screen | None = None) -> Opened:
    """Return the content of a case's page, with the reporter's identity only if `identity`.

    With `before`, the page on which somebody began to write, later messages are marked as new.
    """
    trust, recipient = session.trust(), session.recipient
    policy, own = trust.roster.policy, recipient.person
    summary = summarise(case, own)
    reading = Reading(case, trust.persons, policy, identity=identity)
    report = case.report.body
    showing = _Showing(session, reading, _beside(case, session), before)
    return Opened(
        number=case.number,
        state=_(STATES[summary.state]),
        topic=topic_in_words(policy, summary.topic, summary.category),
        due=tuple(
            (due.nearness, due_in_words(due, day_in_words)) for due in deadlines(summary, policy, recipient.today).due
        ),
        concerned=reading.concerned(),
        readers=names_in_words(case.readers, trust.persons),
        unread=names_in_words(case.readers - case.opened_by - {own}, trust.persons),
        assigned=names_in_words(summary.assigned, trust.persons),
        language=language_in_words(report.language) if isinstance(report, Report) else "",
        notices=tuple(_case_marks(session, case)),
        thread=tuple(map(showing.message, case.thread)),
        dossier=tuple(map(showing.message, case.dossier)),
        timeline=tuple(_timeline(case, trust)),
        has_files=any(message.files for message in (*case.thread, *case.dossier)),
        tells_identity=any(isinstance(message.body, Identity) and message.counts for message in case.thread),
        is_exercise=case.is_exercise,
    )


@dataclass(frozen=True, slots=True)
class _Showing:
    """The rendering of the messages of one case."""

    session: Session
    reading: Reading
    marks: Mapping[MessageId, tuple[Mark, ...]]
    before: Screen | None

    def message(self, message: JudgedMessage) -> Shown:
        """Return what the page shows of a message."""
        trust = self.session.trust()
        is_hidden = self.reading.hides(message)
        own = message.person is not None and message.person == self.session.recipient.person
        return Shown(
            anchor=f"m{self.reading.case.numbers[message.id]}",
            side="reporter" if message.by_reporter else "own" if own else "other",
            day=day_in_words(message.day),
            author=author_in_words(message, trust.persons),
            kind=kind_in_words(message.kind),
            lines=() if is_hidden else tuple(self.reading.beside(message)),
            text="" if is_hidden else harmless(message.text),
            is_hidden=is_hidden,
            files=tuple(_files(self.session, message)),
            marks=self.marks.get(message.id, ()),
            is_new=self.before is not None and not self.before.shows(message.id),
        )


def _beside(case: Case, session: Session) -> dict[MessageId, tuple[Mark, ...]]:
    """Return the marks beside messages: their verdict, their notices, and who has not read them."""
    found: dict[MessageId, list[Mark]] = {}
    for notice, is_alarm in _notices(session, case):
        for message_id in notice.messages[:1]:
            found.setdefault(message_id, []).append(
                Mark(case_notice_in_words(notice, session.trust().persons), is_alarm)
            )
    read, unread = case.read_by(), {message.id for message in unread_in(case)}
    for message in (*case.thread, *case.dossier):
        found.setdefault(message.id, []).extend(_marks(message, case, session, read[message.id], unread))
    return {message_id: tuple(marks) for message_id, marks in found.items()}


def _marks(
    message: JudgedMessage,
    case: Case,
    session: Session,
    read_by: Collection[PersonId],
    unread: Collection[MessageId],
) -> Iterator[Mark]:
    persons, own = session.trust().persons, session.recipient.person
    if not message.counts:
        yield Mark(standing_in_words(message))
    if message.id in case.waiting:
        yield Mark(_("It waits for an answer."))
    if not message.placed.place.is_posted:
        yield Mark(_("Not sent yet."))
    elif message.id in unread:
        yield Mark(_("Not known to have been read by anybody yet."))
    elif message.text and message is not case.report and (message.by_reporter or message.person == own):
        # For a report the page says who has opened it; for a colleague's message that colleague can ask.
        left = case.readers - set(read_by) - {own}
        if left:
            yield Mark(_("Not known to have been read by: %(names)s") % {"names": names_in_words(left, persons)})
    if not message.is_sealed_to_all and not message.by_reporter:
        names = names_in_words(message.head.to, persons)
        yield Mark(_("Sent to these people alone: %(names)s") % {"names": names})


def _case_marks(session: Session, case: Case) -> Iterator[Mark]:
    """Yield the marks about the case as a whole."""
    shown = {message.id for message in (*case.thread, *case.dossier)}
    for notice, is_alarm in _notices(session, case):
        if not shown.intersection(notice.messages[:1]):
            yield Mark(case_notice_in_words(notice, session.trust().persons), is_alarm)


def _notices(session: Session, case: Case) -> Iterator[tuple[Notice, bool]]:
    yield from ((notice, True) for notice in case.alarms)
    yield from ((notice, False) for notice in case.lines_after(is_complete=session.recipient.is_complete))


def _timeline(case: Case, trust: Trust) -> Iterator[str]:
    """Yield the events of the case, in its order."""
    for message in case.messages:
        if message.is_shown:
            where = f" ({_('dossier')})" if message.head.channel == DOSSIER else ""
            author, kind = author_in_words(message, trust.persons), kind_in_words(message.kind)
            yield f"{day_in_words(message.day)} · {author} · {kind}{where}"


def _files(session: Session, message: JudgedMessage) -> Iterator[tuple[str, str, str]]:
    vault = session.recipient.vault
    stored = vault.messages.by_id(message.id) if message.files else None
    paths = vault.saved(stored.message.mac) if stored else {}
    for number, file in enumerate(message.files):
        kind = " · ".join(filter(None, [size_in_words(file.size), one_line(file.type)]))
        yield one_line(file.name) or "-", kind, one_line(os.fsdecode(paths[number])) if number in paths else ""


def _first_names(people: Collection[PersonId], trust: Trust) -> str:
    return ", ".join(sorted(harmless(trust.persons[person].name) for person in people if person in trust.persons))
