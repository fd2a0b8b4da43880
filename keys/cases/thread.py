"""The messages of a case, applied in order: the verdict and the readers of each (SPEC 12.1 steps 4 to 6)."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.authors import Standing, is_reporter, may_write, standing_of
from keys.cases.readers import Readership
from keys.wire.messages import THREAD, Consent
from keys.wire.messages.reporter import YES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.cases.past import Past
    from keys.cases.place import PlacedMessage
    from keys.cases.rosters import Rosters
    from keys.wire.files import File
    from keys.wire.ids import MessageId, PersonId
    from keys.wire.messages import Body, Head


@dataclass(frozen=True, slots=True)
class JudgedMessage:
    """A message of a case, with what follows from its place."""

    placed: PlacedMessage
    past: int  # the messages of its past, by number
    is_complete: bool  # no message of its past is missing
    standing: Standing
    person: PersonId | None  # None for the reporter, and if no roster lists the author
    by_reporter: bool
    readers: frozenset[PersonId]  # the readers after it is applied
    ended: frozenset[PersonId]  # people whose reading it ends: it is sealed to them too

    @property
    def id(self) -> MessageId:
        """The message's id."""
        return self.placed.id

    @property
    def head(self) -> Head:
        """What its author signed."""
        return self.placed.head

    @property
    def kind(self) -> str:
        """The name of its kind."""
        return self.placed.head.kind

    @property
    def body(self) -> Body:
        """The message's body."""
        return self.placed.head.body

    @property
    def text(self) -> str:
        """Its words, or "" for kinds that have none or are unknown."""
        text: str = getattr(self.body, "text", "")
        return text

    @property
    def files(self) -> tuple[File, ...]:
        """Its files."""
        return self.placed.head.files

    @property
    def day(self) -> int:
        """The day of the entry."""
        return self.placed.day

    @property
    def counts(self) -> bool:
        """Say whether it counts."""
        return self.standing is Standing.COUNTS

    @property
    def is_sealed_to_all(self) -> bool:
        """Say whether its `to` names all readers at its place; if not, the tool shows its readers with it."""
        return self.readers.issubset(self.placed.head.to)

    @property
    def is_shown(self) -> bool:
        """Say whether a reader sees it, with a mark if it does not count."""
        return self.standing is not Standing.FORBIDDEN


def judge(past: Past, rosters: Rosters) -> tuple[list[JudgedMessage], Readership]:
    """Return the messages in their order with their verdicts, and the readership after the last of them."""
    judging = _Judging(past, rosters)
    thread = [number for number, message in enumerate(past.messages) if message.head.channel == THREAD]
    at_place, after_past = _turns(past, thread)
    for count in range(len(thread) + 1):
        for number in at_place.get(count, []):
            judging.look(number)
        for number in after_past.get(count, []):
            judging.judge(number)
        if count < len(thread):
            judging.look(thread[count])
            judging.judge(thread[count])
    return [judging.judged[number] for number in range(len(past.messages))], judging.readership


def _turns(past: Past, thread: Sequence[int]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Return which messages of the dossier are judged after how many of the thread.

    The first mapping counts the messages with a lower place, the second also those in the past.
    """
    places = [past.applied_at[number] for number in thread[1:]]
    counts = {number: count for count, number in enumerate(thread, start=1)}
    in_thread = sum(1 << number for number in thread)
    at_place: dict[int, list[int]] = {}
    after_past: dict[int, list[int]] = {}
    for number, message in enumerate(past.messages):
        if number not in counts:
            at = 1 + bisect_left(places, message.place)
            last = (past.masks[number] & in_thread).bit_length() - 1
            at_place.setdefault(at, []).append(number)
            after_past.setdefault(max(at, counts[last]), []).append(number)
    return at_place, after_past


class _Judging:
    """The readers while the thread is applied, and the verdict on each message."""

    def __init__(self, past: Past, rosters: Rosters) -> None:
        self._past = past
        self._rosters = rosters
        self._report = past.messages[0].head
        self._at_place: dict[int, frozenset[PersonId]] = {}
        self.readership = Readership(self._report)
        self.judged: dict[int, JudgedMessage] = {}

    def _read(self, number: int) -> frozenset[PersonId]:
        return self.readership.read(self._rosters.persons_on(self._past.messages[number].day))

    def look(self, number: int) -> None:
        """Remember the readers at the place of a message."""
        self._at_place[number] = self._read(number)

    def judge(self, number: int) -> None:
        """Judge a message after its past, and apply it if it counts."""
        message, head = self._past.messages[number], self._past.messages[number].head
        by_reporter = is_reporter(head, self._report)
        person = None if by_reporter else self._rosters.person_of(head.author)
        is_complete = not self._past.incomplete >> number & 1
        before, readers = self._read(number), self._at_place[number]
        # A person named in a `joined` that the server has put after this message reads, by its past.
        readers = before if person in before and person not in readers else readers
        admitted = self.readership.admitted
        standing = Standing.FORBIDDEN
        if may_write(head, self._report):
            standing = Standing.COUNTS
            if not by_reporter:
                standing = standing_of(message, readers, self.readership, self._rosters, is_complete=is_complete)
            self.readership.note(head.body)
        ended: frozenset[PersonId] = frozenset()
        if standing is Standing.COUNTS and head.channel == THREAD:
            self.readership.apply(message.id, head.body, person, self._rosters.persons_on(message.day))
            readers = self._read(number)
            ended = before - readers
            if isinstance(head.body, Consent) and head.body.answer != YES:
                # People whom a "yes" ever named may believe that they read, even without effect here: it can have
                # crossed this.
                ended |= admitted.intersection(head.body.people) - readers
        mask = self._past.masks[number]
        self.judged[number] = JudgedMessage(message, mask, is_complete, standing, person, by_reporter, readers, ended)


def stands_before(messages: Sequence[JudgedMessage], first: int, second: int) -> bool:
    """Say whether a message comes before another, both by number: it is in its past, or has the lower place.

    Naming a message that is posted only later therefore moves nothing, and a restored server may have put a message
    after one that names it.
    """
    if messages[second].past >> first & 1:
        return True
    return not messages[first].past >> second & 1 and messages[first].placed.place < messages[second].placed.place
