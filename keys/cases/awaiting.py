"""Messages that wait for an approval: those on which an approval of today would have an effect (SPEC 12.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.approvals import APPROVAL_DAYS, is_alone, is_approvable, is_legal_demand
from keys.cases.last_day import last_day
from keys.wire.messages import Exercise, Hold, Purge, Retention

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from keys.cases.closings import Closing
    from keys.cases.rosters import Rosters
    from keys.cases.thread import JudgedMessage
    from keys.wire.ids import PersonId


def awaiting(
    messages: Sequence[JudgedMessage],
    approved: Mapping[int, int],
    closing: Closing,
    rosters: Rosters,
    readers: Collection[PersonId],
    day: int,
) -> Iterator[int]:
    """Yield the numbers of the messages that wait for an approval on `day`; `readers` read on that day.

    Of each person's terms and holds only the latest waits: the consequences are computed for each, and one reader can
    write thousands.
    """
    waiting = [
        number
        for number, message in enumerate(messages)
        if message.counts
        and is_approvable(message.body)
        and number not in approved
        and message.person in readers
        and day <= message.day + APPROVAL_DAYS
        and not is_alone(message)
    ]
    latest = {(messages[number].person, messages[number].kind): number for number in waiting}
    for number in waiting:
        message = messages[number]
        is_replaced = isinstance(message.body, Retention | Hold) and latest[message.person, message.kind] != number
        if not is_replaced and _has_effect(number, messages, approved, closing, rosters):
            yield number


def _has_effect(
    number: int,
    messages: Sequence[JudgedMessage],
    approved: Mapping[int, int],
    closing: Closing,
    rosters: Rosters,
) -> bool:
    body = messages[number].body
    if isinstance(body, Purge | Exercise) or is_legal_demand(body):
        return True
    if isinstance(body, Retention | Hold):
        # A longer term, and a hold of at most 30 days, need no approval.
        with_it = last_day(messages, closing.closed_by, {**approved, number: number}, rosters)
        without = last_day(messages, closing.closed_by, approved, rosters)
        return with_it is not None and without is not None and with_it.day != without.day
    return number in closing.unapproved
