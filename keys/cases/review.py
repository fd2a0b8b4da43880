"""A channel read as a case, SPEC.md 5.1 and 5.2: who said what, in which order, what is wrong; it opens nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.cases.admission import Admission
from keys.cases.dossier import Dossier, Thread
from keys.cases.received import (
    FORBIDDEN,
    MISSING,
    MOVED,
    REORDERED,
    REPEATED,
    SPOILT,
    UNSUPPORTED,
    Alarm,
    Received,
    Said,
)
from keys.errors import UnsupportedError
from keys.roster import People, proquint
from keys.wire import kinds
from keys.wire.head import MAX_SEEN, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.sealing import Message

NUMBER_WORD_SIZE = 2
NUMBER_WORDS = 2


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it follows from its messages; nothing of it is stored beside them."""

    id: bytes
    said: tuple[Said, ...]
    alarms: tuple[Alarm, ...]
    people: People = field(compare=False)
    dossier: Dossier = field(default_factory=Dossier)

    @property
    def report(self) -> Said:
        """The report."""
        return self.said[0]

    @property
    def number(self) -> str:
        """The case's number: words drawn from its id, so that it tells no order and no count."""
        return case_number(self.id)

    @property
    def admission(self) -> Admission:
        """Whom the report leaves out, and whom the reporter has let in since."""
        admission = Admission(frozenset(self.report.message.head.without), self.people)
        for said in self.said:
            admission.take(said.message)
        return admission

    @property
    def entered(self) -> Said | None:
        """The word of the recipient who wrote the report down for somebody, or None."""
        said = self.said[1] if len(self.said) > 1 else None
        return said if said and isinstance(said.message.head.body, kinds.Entered) else None

    @property
    def left_out(self) -> frozenset[bytes]:
        """The identities of those who stay out, earlier and later ones too.

        The report leaves them out, and the reporter has not let them in.
        """
        return self.admission.left_out()

    @property
    def concerned(self) -> frozenset[bytes]:
        """The identities of the people whom the report is about, earlier and later ones too."""
        head = self.report.message.head
        places = head.body.about.people if isinstance(head.body, kinds.Report) else ()
        everyone = named(head.to, head.without)
        return self.people.same_people(everyone[place] for place in places)

    @property
    def readers(self) -> frozenset[bytes]:
        """The identities of the case recipients (SPEC.md 5.1), without those who are too near to the case.

        All that a roster lists for them: whoever gets a new key stays a reader.
        """
        admission = self.admission
        readers = {*self.report.message.head.to, *admission.let_in(), *self.dossier.handed_to}
        for said in self.said[1:]:
            if said.author:
                readers |= {said.author.identity, *said.message.head.to}
        return self.people.same_people(readers) - admission.left_out() - self.stepped_back

    @property
    def given_to(self) -> frozenset[bytes]:
        """The identities that have all of it: by the report, by a share that was recorded, or by what they wrote.

        A reader's new key is none of them: it has what came since.
        """
        authors = {said.author.identity for said in (*self.said, *self.dossier.said) if said.author}
        return frozenset({*self.report.message.head.to, *self.dossier.handed_to, *authors}) & self.dossier.readers

    @property
    def reader_count(self) -> int:
        """How many persons are case recipients."""
        return len({self.people.person_of(identity) or identity for identity in self.readers})

    @property
    def stepped_back(self) -> frozenset[bytes]:
        """The identities of those who are too near to the case, earlier and later ones too."""
        return self.people.same_people(self.dossier.stepped_back)

    @property
    def opened_by(self) -> frozenset[bytes]:
        """The identities of those who confirmed, by any message, that they opened the report."""
        return self.people.same_people(said.author.identity for said in self.said if said.author)

    def places(self) -> Thread:
        """Return what of the thread decides about the dossier."""
        admission = Admission(frozenset(self.report.message.head.without), self.people)
        left_out = []
        for said in self.said:
            admission.take(said.message)
            left_out.append(admission.left_out())
        return Thread(self.id, [said.message.id for said in self.said], left_out)

    def frontier(self) -> tuple[bytes, ...]:
        """Return the ids of messages that no later one has seen, for the next head's `seen`."""
        ids = [said.message.id for said in self.said]
        seen = {name for said in self.said for name in said.message.head.seen}
        return tuple(name for name in ids if name not in seen)[-MAX_SEEN:]


def case_number(case: bytes) -> str:
    """Return the number of a case: two words, from the first bytes of its id."""
    starts = range(0, NUMBER_WORDS * NUMBER_WORD_SIZE, NUMBER_WORD_SIZE)
    return "-".join(proquint(case[start : start + NUMBER_WORD_SIZE]) for start in starts)


def review(
    received: Sequence[Received],
    people: People,
    *,
    recipient: bytes | None = None,
    reporter: bytes | None = None,
) -> tuple[Case | None, tuple[Alarm, ...]]:
    """Return the case that a thread's envelopes make, or None without a report, and every alarm.

    `received` stands in the channel's order, `people` are those of all rosters. The reader
    gives one key: `recipient` is one's own identity, `reporter` the Ed25519 key of one's own receipt.
    """
    desk = _Reading(people, recipient, reporter)
    for at, envelope in enumerate(received):
        desk.take(at, envelope)
    desk.look_for_gaps(nothing_came=not received)
    alarms = tuple(desk.alarms)
    if not desk.said:
        return None, alarms
    return Case(desk.said[0].message.id, tuple(desk.said), alarms, people), alarms


class _Reading:
    """The state of one pass over a channel."""

    def __init__(self, people: People, recipient: bytes | None, reporter: bytes | None) -> None:
        self.people = people
        self.recipient = recipient
        self.reporter = reporter
        self.said: list[Said] = []
        self.alarms: list[Alarm] = []
        self.places: dict[bytes, int] = {}
        self.pending: dict[bytes, int] = {}
        self.admission = Admission(frozenset(), people)

    def take(self, at: int, envelope: Received) -> None:
        message = envelope.message
        code = self._fault(at, envelope)
        if code or message is None:
            self.alarms.append(Alarm(len(self.said), code or SPOILT))
            return
        for name in message.head.seen:
            if name not in self.places:
                self.pending.setdefault(name, len(self.said))
        self.places[message.id] = at
        if not self.said:
            self.admission = Admission(frozenset(message.head.without), self.people)
        self.admission.take(message)
        author = None if self._is_reporter(message) else self.people.recipients_by_id.get(message.head.author)
        self.said.append(Said(message, envelope.day, author))

    def look_for_gaps(self, *, nothing_came: bool) -> None:
        """An id seen before it came is a change of order; one that never came was left out, and so was a report."""
        if nothing_came:
            self.alarms.append(Alarm(0, MISSING))
        for name, after in self.pending.items():
            self.alarms.append(Alarm(after, REORDERED if name in self.places else MISSING))
        self.alarms.sort(key=lambda alarm: alarm.after)

    def _fault(self, at: int, envelope: Received) -> str | None:
        message = envelope.message
        if message is None:
            return UNSUPPORTED if isinstance(envelope.error, UnsupportedError) else SPOILT
        head = message.head
        if message.id in self.places:
            return REPEATED
        if self.recipient and envelope.addressed and self.recipient not in head.to:
            return SPOILT
        if at == 0 or not self.said:
            return None if at == 0 and self._is_own_report(message) else MOVED
        if head.channel != kinds.THREAD or message.case != self.said[0].message.id:
            return MOVED
        return None if self._may_say(message, envelope.day) else FORBIDDEN

    def _is_own_report(self, message: Message) -> bool:
        is_report = message.head.kind == kinds.Report.KIND
        return is_report and self.reporter in (None, message.head.author)

    def _is_reporter(self, message: Message) -> bool:
        return not self.said or message.head.author == self.said[0].message.head.author

    def _may_say(self, message: Message, day: int) -> bool:
        head, left_out = message.head, self.admission.left_out()
        authors = kinds.KINDS[head.kind].AUTHORS if head.kind in kinds.KINDS else kinds.Unknown.AUTHORS
        if left_out.intersection(head.to):
            return False
        if self._is_reporter(message):
            return kinds.REPORTER in authors and self.admission.refers(message)
        if isinstance(head.body, kinds.Entered) and not self.admission.may_enter():
            return False
        # Neither a former recipient nor a revoked key has a word in what goes on.
        counts = self.people.may_write(head.author, day, head.day) and head.author not in left_out
        return counts and kinds.RECIPIENT in authors
