"""Whether a case is open or closed (SPEC 12.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.approvals import is_alone
from keys.cases.past import members_of
from keys.cases.terms import months_after
from keys.cases.thread import stands_before
from keys.cases.waiting import asking
from keys.wire.messages import Closed, Reopened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keys.cases.rosters import Rosters
    from keys.cases.thread import JudgedMessage


@dataclass(frozen=True, slots=True)
class Closing:
    """The messages that close a case and those that open it, by number.

    Each pair is judged by which of the two comes before the other, not by the order in which messages are applied: an
    old `reopened` that names a message posted only now does not open what was closed since.
    """

    closed_by: int | None  # the message that closed the case; None while it is open
    void: tuple[int, ...]  # each `closed` without effect: its author had not read every asking message
    unapproved: tuple[int, ...]  # each `reopened` that waits for an approval

    @classmethod
    def of(cls, messages: Sequence[JudgedMessage], approved: Mapping[int, int], rosters: Rosters) -> Closing:
        """Return the state of the case after its last message."""
        asked = [*members_of(asking(messages))]
        closed = _counting(messages, Closed)
        void = [number for number in closed if _is_unread(messages, asked, number)]
        closed = [number for number in closed if number not in void]
        opened, unapproved = [*asked], []
        for number in _counting(messages, Reopened):
            if not _needs_approval(messages, number, asked, closed, rosters):
                opened.append(number)
            elif number in approved:
                # An approved message takes effect at the place of its approval.
                opened.append(approved[number])
            else:
                unapproved.append(number)
        standing = (number for number in closed if not _is_opened(messages, opened, number))
        return cls(next(standing, None), tuple(void), tuple(unapproved))


def _counting(messages: Sequence[JudgedMessage], kind: type) -> list[int]:
    """Return the messages of a kind that count, the lowest place first."""
    found = [number for number, message in enumerate(messages) if isinstance(message.body, kind) and message.counts]
    return sorted(found, key=lambda number: messages[number].placed.place)


def _is_unread(messages: Sequence[JudgedMessage], asked: Sequence[int], closed: int) -> bool:
    """Say whether the author of a `closed` had not read an asking message before it, which would vanish unread."""
    past = messages[closed].past
    unread = (number for number in reversed(asked) if not past >> number & 1)
    return any(stands_before(messages, number, closed) for number in unread)


def _is_opened(messages: Sequence[JudgedMessage], opened: Sequence[int], closed: int) -> bool:
    return any(stands_before(messages, closed, number) for number in reversed(opened))


def _needs_approval(
    messages: Sequence[JudgedMessage], reopened: int, asked: Sequence[int], closed: Sequence[int], rosters: Rosters
) -> bool:
    """Say whether a `reopened` needs an approval: one person alone must not keep a case forever.

    It does once the longest term has passed since the first closing after the reporter's last asking message before it.
    """
    message = messages[reopened]
    if is_alone(message):
        return False
    earlier = [number for number in asked if stands_before(messages, number, reopened)]
    for number in closed:
        if stands_before(messages, number, reopened) and not _is_opened(messages, earlier, number):
            first = messages[number].day
            return message.day >= months_after(first, rosters.retention(first).most_months)
    return False
