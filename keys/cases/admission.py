"""Whom the reporter's own words let in, SPEC.md 5.1; it knows nothing of who says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.wire import kinds

if TYPE_CHECKING:
    from keys.roster import People
    from keys.sealing import Message

YES = "yes"


@dataclass(slots=True)
class Admission:
    """Who is left out, as the messages of a case are read one by one; only such as count are to be taken.

    A person is left out and let in with every key that a roster lists for them: a new one ends no exclusion.
    """

    without: frozenset[bytes]
    people: People
    asked: dict[bytes, frozenset[bytes]] = field(default_factory=dict)  # by the id of a request
    agreed: dict[bytes, str] = field(default_factory=dict)  # the latest word on a request
    admitted: set[bytes] = field(default_factory=set)
    minutes: set[bytes] = field(default_factory=set)
    entered: bool = False  # a recipient wrote the report down, and so had its receipt
    taken: int = 0

    def left_out(self) -> frozenset[bytes]:
        """Return the identities that are left out at this place of the channel."""
        consented = [self.asked[name] for name, answer in self.agreed.items() if answer == YES]
        return self._everybody() - self.people.same_people(self.admitted.union(*consented))

    def let_in(self) -> frozenset[bytes]:
        """Return those whom the report left out and the reporter has let in since."""
        return self._everybody() - self.left_out()

    def _everybody(self) -> frozenset[bytes]:
        return self.people.same_people(self.without)

    def may_enter(self) -> bool:
        """Say whether it can still be said that a recipient wrote the report down: right behind it."""
        return self.taken == 1

    def refers(self, message: Message) -> bool:
        """Say whether what a message of the reporter's refers to has been asked before.

        Who wrote a report down for somebody could agree in their place: no consent counts there.
        """
        body = message.head.body
        if self.entered and isinstance(body, kinds.Consent | kinds.Admit):
            return False
        if isinstance(body, kinds.Consent):
            return body.request in self.asked
        return body.minutes in self.minutes if isinstance(body, kinds.Agreed) else True

    def take(self, message: Message) -> None:
        """Take a message that counts."""
        body = message.head.body
        self.taken += 1
        if isinstance(body, kinds.Entered):
            self.entered = True
        elif isinstance(body, kinds.Request):
            self.asked[message.id] = frozenset(body.people)
        elif isinstance(body, kinds.Minutes):
            self.minutes.add(message.id)
        elif isinstance(body, kinds.Admit):
            self.admitted.update(body.people)
        elif isinstance(body, kinds.Consent):
            self.agreed[body.request] = body.answer
