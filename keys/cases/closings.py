"""Whether a case is open or closed (SPEC 12.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.approvals import is_alone
from keys.cases.terms import months_after
from keys.cases.waiting import asks
from keys.wire.messages import Closed, Reopened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keys.cases.rosters import Rosters
    from keys.cases.thread import JudgedMessage


@dataclass(slots=True)
class Closing:
    """Whether a case is closed, while its messages are applied in their order; messages are named by number."""

    closed_by: int | None = None  # the message that closed the case; None while it is open
    first: int | None = None  # the first that closed it after the reporter's last asking message
    asked: int = 0  # the asking messages so far
    void: tuple[int, ...] = ()  # `closed` that did not close: their authors had not read all that was asked
    unapproved: tuple[int, ...] = ()  # `reopened` that wait for an approval

    @classmethod
    def of(cls, messages: Sequence[JudgedMessage], approved: Mapping[int, int], rosters: Rosters) -> Closing:
        """Return how the case stands after its last message."""
        closing = cls()
        approves = {by: at for at, by in approved.items()}
        for number, message in enumerate(messages):
            if asks(message):
                closing.asked |= 1 << number
                closing.closed_by = closing.first = None
            elif isinstance(message.body, Closed) and message.counts:
                closing._close(number, message)
            elif isinstance(message.body, Reopened) and message.counts:
                closing._reopen(number, messages, rosters)
            elif approves.get(number) in closing.unapproved:
                # What is approved works from the place of its approval.
                closing.unapproved = tuple(at for at in closing.unapproved if at != approves[number])
                closing.closed_by = None
        return closing

    def _close(self, number: int, message: JudgedMessage) -> None:
        if self.asked & ~message.past:
            # Every asking message before it has to be in its past: else the reporter's words vanish unread.
            self.void += (number,)
        elif self.closed_by is None:
            self.closed_by = number
            self.first = number if self.first is None else self.first

    def _reopen(self, number: int, messages: Sequence[JudgedMessage], rosters: Rosters) -> None:
        message = messages[number]
        if self.first is not None and not is_alone(message):
            # Nobody alone keeps a case for ever: after the longest term another person has to agree.
            first = messages[self.first].day
            if message.day >= months_after(first, rosters.retention(first).most_months):
                self.unapproved += (number,)
                return
        self.closed_by = None
