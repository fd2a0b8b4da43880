"""The messages of a case, applied one after the other: what each is worth, who reads there (SPEC 12.1 steps 4 to 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.authors import Standing, is_reporter, may_write, standing_of
from keys.cases.readers import Readership
from keys.wire.messages import Consent
from keys.wire.messages.reporter import YES

if TYPE_CHECKING:
    from keys.cases.past import Past
    from keys.cases.place import PlacedMessage
    from keys.cases.rosters import Rosters
    from keys.wire.ids import MessageId, PersonId
    from keys.wire.messages import Body


@dataclass(frozen=True, slots=True)
class JudgedMessage:
    """A message of a case, with what follows from its place."""

    placed: PlacedMessage
    past: int  # the messages of its past, by number
    is_complete: bool  # nothing of its past is missing
    standing: Standing
    person: PersonId | None  # None for the reporter, and where no roster lists the author
    by_reporter: bool
    readers: frozenset[PersonId]  # who reads, itself applied
    ended: frozenset[PersonId]  # whom it tells that they read no more: it is sealed to them too

    @property
    def id(self) -> MessageId:
        """The message's id."""
        return self.placed.id

    @property
    def body(self) -> Body:
        """The message's body."""
        return self.placed.head.body

    @property
    def day(self) -> int:
        """The day of the entry."""
        return self.placed.day

    @property
    def counts(self) -> bool:
        """Say whether it changes anything."""
        return self.standing is Standing.COUNTS

    @property
    def is_sealed_to_all(self) -> bool:
        """Say whether its `to` names all who read at its place; where it does not, its readers stand beside it."""
        return self.readers.issubset(self.placed.head.to)

    @property
    def is_shown(self) -> bool:
        """Say whether a reader sees it, with a mark if it does not count."""
        return self.standing is not Standing.FORBIDDEN


def judge(past: Past, rosters: Rosters) -> tuple[list[JudgedMessage], Readership]:
    """Return the messages in their order with what each is worth, and the readership after the last of them."""
    report = past.messages[0].head
    readership = Readership(report)
    judged: list[JudgedMessage] = []
    for number, message in enumerate(past.messages):
        head, listed = message.head, rosters.persons_on(message.day)
        by_reporter = is_reporter(head, report)
        is_complete = not past.incomplete >> number & 1
        person = None if by_reporter else rosters.person_of(head.author)
        before = readership.read(listed)
        admitted = readership.admitted
        if not may_write(head, report):
            standing = Standing.FORBIDDEN
        else:
            standing = Standing.COUNTS
            if not by_reporter:
                standing = standing_of(message, readership, rosters, is_complete=is_complete)
            readership.note(head.body)
        if standing is Standing.COUNTS:
            readership.apply(message.id, head.body, person, listed)
        readers = readership.read(listed)
        ended = before - readers
        if standing is Standing.COUNTS and isinstance(head.body, Consent) and head.body.answer != YES:
            # Whom a "yes" ever named may believe to read, though it has no effect here: it can have crossed this.
            ended |= admitted.intersection(head.body.people) - readers
        judged.append(
            JudgedMessage(message, past.masks[number], is_complete, standing, person, by_reporter, readers, ended)
        )
    return judged, readership
