"""Approvals: which messages need one, and which approval counts (SPEC 12.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.thread import stands_before
from keys.wire.messages import Approval, Exercise, Form, Hold, Purge, Reopened, Retention

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keys.cases.thread import JudgedMessage
    from keys.wire.ids import MessageId
    from keys.wire.messages import Body

APPROVAL_DAYS = 30  # SPEC 12.6
LEGAL_DEMAND = "vordering"  # SPEC 5.2: the form that records a legal demand


def is_legal_demand(body: Body) -> bool:
    """Say whether a body records a legal demand."""
    return isinstance(body, Form) and body.form == LEGAL_DEMAND


def is_approvable(body: Body) -> bool:
    """Say whether an approval of this message has an effect."""
    return isinstance(body, Purge | Retention | Hold | Reopened | Exercise) or is_legal_demand(body)


def approvals(messages: Sequence[JudgedMessage], numbers: Mapping[MessageId, int]) -> dict[int, int]:
    """Return the approved messages, each with the first approval that counts, by number.

    The approval must be by another *person*, who reads there, as must still the author of the message that it approves:
    two keys of one person are not two people, and a former reader approves nothing.
    """
    approved: dict[int, int] = {}
    said = [number for number, message in enumerate(messages) if isinstance(message.body, Approval) and message.counts]
    for number in sorted(said, key=lambda number: messages[number].placed.place):
        body = messages[number].body
        at = numbers.get(body.message, number) if isinstance(body, Approval) else number
        if at not in approved and stands_before(messages, at, number) and _approves(messages[number], messages[at]):
            approved[at] = number
    return approved


def _approves(approval: JudgedMessage, message: JudgedMessage) -> bool:
    return (
        message.counts
        and is_approvable(message.body)
        and message.person != approval.person
        and message.person in approval.readers
        and approval.day <= message.day + APPROVAL_DAYS
    )


def is_alone(message: JudgedMessage) -> bool:
    """Say whether only one person reads at the place of a message: nobody else could approve it."""
    return len(message.readers) == 1
