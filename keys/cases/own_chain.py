"""The messages of one person in one channel of a case, each naming the previous one, to recognise duplicates.

A message that is sealed again has another id, day and `to`; its position in this chain and its words stay
(SPEC 5.3, 10.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.past import members_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from keys.cases.case import Case
    from keys.wire.files import File
    from keys.wire.ids import MessageId, PersonId
    from keys.wire.messages import Body


@dataclass(frozen=True, slots=True)
class OwnChain:
    """A person's messages of a channel, by number in the case; for those in the log, also the previous own message."""

    case: Case
    own: int
    before: dict[int, int | None]

    @classmethod
    def of(cls, case: Case, owner: PersonId, channel: str) -> OwnChain:
        """Return the chain of a person in a channel of a case, which includes the outbox."""
        own = 0
        for number, message in enumerate(case.messages):
            own |= (message.person == owner and message.placed.head.channel == channel) << number
        posted = [number for number in members_of(own) if case.messages[number].placed.place.is_posted]
        return cls(case, own, {number: _last(own & case.messages[number].past) for number in posted})

    def find(self, body: Body, files: Collection[File], seen: Iterable[MessageId]) -> MessageId | None:
        """Return the message of the log with the same content after the same own message, or None."""
        after = self._after(seen)
        for number, before in self.before.items():
            message = self.case.messages[number]
            is_same = message.body == body and tuple(message.files) == tuple(files)
            if before == after and is_same:
                return message.id
        return None

    def goes_on_after(self, seen: Iterable[MessageId]) -> bool:
        """Say whether the log has another message at the position of one that names these."""
        return self._after(seen) in self.before.values()

    def _after(self, seen: Iterable[MessageId]) -> int | None:
        """Return the last own message before a message that names these."""
        read = 0
        for name in seen:
            number = self.case.numbers.get(name)
            read |= 0 if number is None else self.case.messages[number].past | 1 << number
        return _last(self.own & read)


def _last(numbers: int) -> int | None:
    return numbers.bit_length() - 1 if numbers else None
