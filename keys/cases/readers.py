"""The readers of a case, the people who are left out, and those whom the reporter lets in (SPEC 12.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.wire.messages import Consent, Joined, SteppedBack
from keys.wire.messages.reporter import YES

if TYPE_CHECKING:
    from keys.wire.ids import MessageId, PersonId
    from keys.wire.messages import Body, Head


class Readership:
    """The readers of a case, updated as its messages are applied in their order."""

    def __init__(self, report: Head) -> None:
        self.without = frozenset(report.without)
        self._addressed = frozenset((*report.to, *report.missing))
        self._named = set(self._addressed)  # by the report, a "yes" or a reader's `joined`, and not stepped back since
        self._denials: dict[PersonId, set[MessageId]] = {}
        self._sufficient: dict[PersonId, list[frozenset[MessageId]]] = {}  # `after` of each "yes" that lets in
        self.left_out = self.without
        self.admitted: frozenset[PersonId] = (
            frozenset()
        )  # everybody whom any "yes" or `joined` names, with or without effect
        self._reading: dict[frozenset[PersonId] | None, frozenset[PersonId]] = {}

    def read(self, listed: frozenset[PersonId] | None) -> frozenset[PersonId]:
        """Return the readers among the people `listed` on the roster in force; all readers if that is not known."""
        if listed not in self._reading:
            named = self._named - self.left_out
            self._reading[listed] = frozenset(named if listed is None else named & listed)
        return self._reading[listed]

    def was_reader(self, person: PersonId) -> bool:
        """Say whether an earlier message let this person believe that they read: the report, a "yes", a `joined`."""
        return person in self._addressed or person in self.admitted

    def note(self, body: Body) -> None:
        """Record the people whom a message names, whether it counts or not: their messages are late, not forbidden."""
        if isinstance(body, Joined) or (isinstance(body, Consent) and body.answer == YES):
            self.admitted |= frozenset(body.people)

    def apply(
        self, message_id: MessageId, body: Body, author: PersonId | None, listed: frozenset[PersonId] | None
    ) -> None:
        """Apply a message that counts; `author` is None for the reporter."""
        if isinstance(body, Consent):
            self._consent(message_id, body)
        elif isinstance(body, Joined):
            self._named |= set(body.people)
        elif isinstance(body, SteppedBack) and author is not None:
            # Void if nobody would be left to read the case (SPEC 12.3).
            if self.read(listed) - {author}:
                self._named.discard(author)
        else:
            return
        self._reading.clear()

    def _consent(self, message_id: MessageId, body: Consent) -> None:
        for person in body.people:
            denials = self._denials.setdefault(person, set())
            answers = self._sufficient.setdefault(person, [])
            if body.answer == YES:
                # Only a "yes" that names every denial lets in: if two do not know of each other, the denial wins.
                answers += [frozenset(body.after)] if denials.issubset(body.after) else []
            else:
                denials.add(message_id)
                answers[:] = [after for after in answers if message_id in after]
            # The reporter can never exclude people in the report's `to` or `missing` later.
            is_denied = person in self.without or (bool(denials) and person not in self._addressed)
            self.left_out = self.left_out - {person} | ({person} if is_denied and not answers else set())
            if body.answer == YES and denials.issubset(body.after):
                self._named.add(person)
