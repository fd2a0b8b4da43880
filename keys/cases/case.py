"""What a case is: one pure function of its messages, the rosters and the day (SPEC 12.1).

`Case.of` reads nothing else, and gives the same for the same messages at the same places, whenever and however they
came. A reader computes a case anew when something older arrives.

1. *Take.* Take each message of the thread and the dossier once, at its lowest place. Without the report there is no
   case.
2. *Past.* The past of a message is the report, all that its `seen` names, and the past of those, as far as it is here.
   What a message of the thread names of the dossier is no part of it.
3. *Order.* The report first. Then, again and again, the message of the thread with the lowest place that was not
   applied, and directly before it, in the same way, what of its past was not. A message of the dossier is at its place,
   but after its past, and never moves one of the thread.
4. *Author.* The key that signed the report is the reporter. Another is the person for whom a roster lists it.
5. *Verdict.* The message counts, or is late, unclear or forbidden (12.2). Only what counts changes anything.
6. *Readers.* Apply `consent`, `joined` and `stepped-back` (12.3).
7. *Naming.* A message that names whom the report leaves out, though no "yes" that it knows of names them, or a message
   of the thread that names one of the dossier, is an alarm on its author. It counts all the same.
8. *Waiting.* Find the asking messages that no reply has in its past (12.5).
9. *Approvals.* Find the first approval that counts of each message that needs one (12.6).
10. *Open or closed*, by which of the `closed`, `reopened` and asking messages stands before which (12.6).
11. *Last day*, from the closing, the retentions, the purges and the holds that count (12.7).
12. *Lines.* What is missing or written twice, and who reads today (12.3, 12.5).
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
    """A case, as it follows from its messages."""

    id: CaseId
    messages: tuple[JudgedMessage, ...]  # in their order, the report first
    numbers: Mapping[MessageId, int]  # the place of each in `messages`
    readers: frozenset[PersonId]  # who reads today
    left_out: frozenset[PersonId]
    admitted: frozenset[PersonId]  # whom any "yes" or `joined` ever named
    waiting: tuple[MessageId, ...]  # asking messages without a reply
    missing: tuple[Missing, ...]
    approved: Mapping[MessageId, MessageId]  # each approved message, with its approval
    closed_by: MessageId | None  # None while the case is open
    unapproved: tuple[MessageId, ...]  # `reopened` that have no effect without an approval
    awaiting: tuple[MessageId, ...]  # what an approval of today would bring about
    last_day: LastDay | None
    is_exercise: bool
    entered_by: PersonId | None  # who wrote the report down for somebody
    alarms: tuple[Notice, ...]
    lines: tuple[Notice, ...]

    @classmethod
    def of(cls, messages: Iterable[PlacedMessage], rosters: Rosters, day: int) -> Case | None:
        """Return the case that these messages make for who reads on `day`, or None if their report is not here."""
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
        """The conversation with the reporter: what is shown of it, in order."""
        return self._shown(THREAD)

    @property
    def dossier(self) -> tuple[JudgedMessage, ...]:
        """The readers' own notes: what is shown of them, in order."""
        return self._shown(DOSSIER)

    @property
    def entered(self) -> Entered | None:
        """Who wrote the report down for somebody, and how it came; None where the reporter wrote it."""
        body = self.report.body
        return body.entered if isinstance(body, Report) else None

    @property
    def concerned(self) -> frozenset[PersonId]:
        """The persons whom the report is about."""
        body = self.report.body
        return frozenset(body.about.people) if isinstance(body, Report) else frozenset()

    @property
    def opened_by(self) -> frozenset[PersonId]:
        """The persons who have read the report: who said `opened` (SPEC 12.5)."""
        return frozenset(person for person, mask in read_by(self.messages).items() if mask & 1)

    @property
    def stepped_back(self) -> frozenset[PersonId]:
        """The persons who stepped back and were not named anew since."""
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
        """Return the lines that a tool shows after a sync: what is missing only if that was complete (SPEC 12.5)."""
        return tuple(line for line in self.lines if is_complete or line.kind is not NoticeKind.MISSING)

    def find(self, message_id: MessageId) -> JudgedMessage | None:
        """Return a message by its id, if it is here."""
        number = self.numbers.get(message_id)
        return None if number is None else self.messages[number]

    def is_in_past(self, message_id: MessageId, of: MessageId) -> bool:
        """Say whether a message is in the past of another; both are here."""
        return bool(self.messages[self.numbers[of]].past >> self.numbers[message_id] & 1)

    def read_by(self) -> dict[MessageId, frozenset[PersonId]]:
        """Return who has read each message: whose message names it, or something that does (SPEC 12.5)."""
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
    """Say whether the case is a drill: by the word of two where two read, or it could hide a case from the numbers."""
    return any(
        message.counts and isinstance(message.body, Exercise) and (number in approved or is_alone(message))
        for number, message in enumerate(messages)
    )
