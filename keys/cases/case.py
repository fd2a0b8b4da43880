"""A case: one pure function of its messages, the rosters and the day (SPEC 12.1).

`Case.of` reads nothing else. It gives the same result for the same messages at the same places, whenever and however
they came. A reader computes a case again when an older message arrives.

1. *Take.* Take each message of the thread and the dossier once, at its lowest place. Without the report there is no
   case.
2. *Past.* The past of a message is the report, all that its `seen` names, and the past of those, as far as it is here.
   If a message of the thread names one of the dossier, that one is not part of its past.
3. *Order.* The report is first. Then repeat: take the message of the thread with the lowest place that is not applied
   yet, and directly before it, in the same way, the messages of its past that are not. A message of the dossier is at
   its place, but after its past, and never moves one of the thread.
4. *Author.* The key that signed the report is the reporter. Another key is the person for whom a roster lists it.
5. *Verdict.* The message counts, or is late, unclear or forbidden (12.2). Only messages that count change anything.
6. *Readers.* Apply `consent`, `joined` and `stepped-back` (12.3).
7. *Naming.* Raise an alarm about the author of a message that names people whom the report leaves out, though no "yes"
   that it knows of names them, and of a message of the thread that names one of the dossier. It counts all the same.
8. *Waiting.* Find the asking messages that no reply has in its past (12.5).
9. *Approvals.* Find the first approval that counts of each message that needs one (12.6).
10. *Open or closed*, by the order in which the `closed`, `reopened` and asking messages come (12.6).
11. *Last day*, from the closing, the retentions, the purges and the holds that count (12.7).
12. *Lines.* List messages that are missing or written twice, and the readers of today (12.3, 12.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.approvals import approvals, is_alone
from keys.cases.awaiting import awaiting
from keys.cases.closings import Closing
from keys.cases.last_day import LastDay, last_day
from keys.cases.missing import Missing, missing
from keys.cases.notices import Notice, NoticeKind, alarms, is_quiet, lines
from keys.cases.numbers import case_number
from keys.cases.past import Past, members_of
from keys.cases.thread import JudgedMessage, judge
from keys.cases.waiting import read_by, waiting
from keys.wire.ids import CaseId
from keys.wire.messages import DOSSIER, THREAD, Exercise, Report, SteppedBack

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from keys.cases.place import PlacedMessage
    from keys.cases.rosters import Rosters
    from keys.wire.ids import MessageId, PersonId
    from keys.wire.messages import Body, Entered


@dataclass(frozen=True, slots=True)
class Case:
    """A case, computed from its messages."""

    id: CaseId
    messages: tuple[JudgedMessage, ...]  # in their order, the report first
    numbers: Mapping[MessageId, int]  # the place of each in `messages`
    readers: frozenset[PersonId]  # the readers of today
    left_out: frozenset[PersonId]
    admitted: frozenset[PersonId]  # everybody whom any "yes" or `joined` ever named
    waiting: tuple[MessageId, ...]  # asking messages without a reply
    missing: tuple[Missing, ...]
    approved: Mapping[MessageId, MessageId]  # each approved message, with its approval
    closed_by: MessageId | None  # None while the case is open
    unapproved: tuple[MessageId, ...]  # each `reopened` that has no effect without an approval
    awaiting: tuple[MessageId, ...]  # messages on which an approval of today would have an effect
    last_day: LastDay | None
    is_exercise: bool
    entered_by: PersonId | None  # the recipient who wrote the report down for somebody
    alarms: tuple[Notice, ...]
    lines: tuple[Notice, ...]

    @classmethod
    def of(cls, messages: Iterable[PlacedMessage], rosters: Rosters, day: int) -> Case | None:
        """Return the case of these messages for a reader on `day`, or None if their report is not here."""
        past = Past.of(messages)  # SPEC 12.1 steps 1 to 3
        if past is None:
            return None
        judged, readership = judge(past, rosters)  # SPEC 12.1 steps 4 to 6
        waits = waiting(judged)  # SPEC 12.1 step 8
        approved = approvals(judged, past.numbers)  # SPEC 12.1 step 9
        closing = Closing.of(judged, approved, rosters)  # SPEC 12.1 step 10
        end = last_day(judged, closing.closed_by, approved, rosters)  # SPEC 12.1 step 11
        readers = readership.read(rosters.persons_on(day))  # SPEC 12.1 step 12
        lacking = missing(past, judged)
        quiet = [Notice(NoticeKind.QUIET)] if is_quiet(judged, end, day) else []

        def ids(numbers: Iterable[int]) -> tuple[MessageId, ...]:
            return tuple(judged[number].id for number in numbers)

        return cls(
            id=CaseId(judged[0].id),
            messages=tuple(judged),
            numbers=past.numbers,
            readers=readers,
            left_out=readership.left_out,
            admitted=readership.admitted,
            waiting=ids(members_of(waits)),
            missing=lacking,
            approved={judged[at].id: judged[by].id for at, by in approved.items()},
            closed_by=None if closing.closed_by is None else judged[closing.closed_by].id,
            unapproved=ids(closing.unapproved),
            awaiting=ids(awaiting(judged, approved, closing, rosters, readers, day)),
            last_day=end,
            is_exercise=_is_exercise(judged, approved),
            entered_by=_entered_by(judged[0], rosters),
            alarms=tuple(alarms(judged, past.astray)),  # SPEC 12.1 step 7
            lines=(*lines(judged, lacking, closing, readers), *quiet),
        )

    @property
    def report(self) -> JudgedMessage:
        """The report."""
        return self.messages[0]

    @property
    def number(self) -> str:
        """Its number for people (SPEC 12.8)."""
        return case_number(self.id)

    @property
    def thread(self) -> tuple[JudgedMessage, ...]:
        """The conversation with the reporter: the shown messages, in order."""
        return self._shown(THREAD)

    @property
    def dossier(self) -> tuple[JudgedMessage, ...]:
        """The readers' own notes: the shown messages, in order."""
        return self._shown(DOSSIER)

    @property
    def entered(self) -> Entered | None:
        """The recipient who wrote the report down, and how it came; None if the reporter wrote it."""
        body = self.report.body
        return body.entered if isinstance(body, Report) else None

    @property
    def concerned(self) -> frozenset[PersonId]:
        """The people whom the report is about."""
        body = self.report.body
        return frozenset(body.about.people) if isinstance(body, Report) else frozenset()

    @property
    def opened_by(self) -> frozenset[PersonId]:
        """The people who have read the report: the authors of `opened` (SPEC 12.5)."""
        return frozenset(person for person, mask in read_by(self.messages).items() if mask & 1)

    @property
    def stepped_back(self) -> frozenset[PersonId]:
        """The people who stepped back and were not named again since."""
        found: set[PersonId] = set()
        for message in self.thread:
            found -= message.readers
            if isinstance(message.body, SteppedBack) and message.person in message.ended:
                found.add(message.person)
        return frozenset(found)

    @property
    def is_closed(self) -> bool:
        """Say whether the case is closed."""
        return self.closed_by is not None

    def latest(self, body: type[Body]) -> JudgedMessage | None:
        """Return the last message of a kind that counts, or None."""
        return next((one for one in reversed(self.messages) if one.counts and isinstance(one.body, body)), None)

    def lines_after(self, *, is_complete: bool) -> tuple[Notice, ...]:
        """Return the lines that a tool shows after a sync: missing messages only if it was complete (SPEC 12.5)."""
        return tuple(line for line in self.lines if is_complete or line.kind is not NoticeKind.MISSING)

    def find(self, message_id: MessageId) -> JudgedMessage | None:
        """Return a message by its id, if it is here."""
        number = self.numbers.get(message_id)
        return None if number is None else self.messages[number]

    def is_in_past(self, message_id: MessageId, of: MessageId) -> bool:
        """Say whether a message is in the past of another; both are here."""
        return bool(self.messages[self.numbers[of]].past >> self.numbers[message_id] & 1)

    def read_by(self) -> dict[MessageId, frozenset[PersonId]]:
        """Return the people who have read each message: their messages name it, or one that does (SPEC 12.5)."""
        read = read_by(self.messages)
        return {
            message.id: frozenset(person for person, mask in read.items() if mask >> number & 1)
            for number, message in enumerate(self.messages)
        }

    def _shown(self, channel: str) -> tuple[JudgedMessage, ...]:
        return tuple(one for one in self.messages if one.head.channel == channel and one.is_shown)


def _entered_by(report: JudgedMessage, rosters: Rosters) -> PersonId | None:
    body = report.body
    return rosters.person_of(body.entered.author) if isinstance(body, Report) and body.entered else None


def _is_exercise(messages: Sequence[JudgedMessage], approved: Mapping[int, int]) -> bool:
    """Say whether the case is a drill.

    If two people read it, one of them alone could otherwise hide a case from the numbers.
    """
    return any(
        message.counts and isinstance(message.body, Exercise) and (number in approved or is_alone(message))
        for number, message in enumerate(messages)
    )
