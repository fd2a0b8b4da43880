"""The last day on which a case is kept (SPEC 12.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.approvals import is_alone, is_legal_demand
from keys.cases.terms import months_after
from keys.cases.waiting import asking, waiting
from keys.wire.messages import Hold, Objection, Purge, Retention

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from keys.cases.rosters import Rosters
    from keys.cases.thread import JudgedMessage
    from keys.wire.ids import MessageId, PersonId

PURGE_DAYS = 7  # SPEC 12.7, from the approval on
HOLD_DAYS = 30  # SPEC 12.7, without an approval
LONG_HOLD_DAYS = 183  # SPEC 12.7, with an approval


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day on which a case is kept, and the messages that set it."""

    day: int
    made_by: tuple[MessageId, ...]


def last_day(
    messages: Sequence[JudgedMessage], closed_by: int | None, approved: Mapping[int, int], rosters: Rosters
) -> LastDay | None:
    """Return the last day; None for a case that is open and has no purge. Messages are named by number."""
    ends = [*_purges(messages, approved)]
    if closed_by is not None:
        ends.append(_kept(messages, closed_by, approved, rosters))
    if not ends:
        return None
    # An approved purge never prolongs: it is the earlier of the two, and never before the end of a hold.
    end = min(ends, key=_day_of)
    hold = max(_holds(messages, approved), key=_day_of, default=end)
    return LastDay(hold.day, end.made_by + hold.made_by) if hold.day > end.day else end


def _day_of(end: LastDay) -> int:
    return end.day


def _kept(messages: Sequence[JudgedMessage], closed_by: int, approved: Mapping[int, int], rosters: Rosters) -> LastDay:
    """Return the end of the retention of a closed case."""
    closed = messages[closed_by]
    policy = rosters.retention(closed.day)
    retentions = {
        number: message.body.months
        for number, message in enumerate(messages)
        if message.counts and isinstance(message.body, Retention)
    }
    # Only a message that knows of this closing shortens: the case can have grown since an agreement before it.
    known = [number for number in retentions if messages[number].past >> closed_by & 1]
    shorter = [number for number in known if number in approved or is_alone(messages[number])]
    # It replaces only terms in its own past, never a longer term that crossed it.
    done_away = 0
    for number in shorter:
        done_away |= messages[number].past
    left = [number for number in retentions if not done_away >> number & 1]
    longest = max(left, key=retentions.__getitem__, default=None)
    wanted = [retentions[longest]] if longest is not None else []
    months = max(wanted if shorter else [*wanted, policy.months])
    made_by = [closed.id]
    for number in {*shorter, *([longest] if longest is not None else [])}:
        made_by += [messages[number].id, *_approval(number, messages, approved)]
    day = months_after(closed.day, min(max(months, policy.unfounded_months), policy.most_months))
    return LastDay(day, tuple(made_by))


def _purges(messages: Sequence[JudgedMessage], approved: Mapping[int, int]) -> Iterator[LastDay]:
    """Yield the end set by each approved purge without objection whose author has read every asking message."""
    objected = {message.body.message for message in messages if message.counts and isinstance(message.body, Objection)}
    asked = asking(messages)
    if waiting(messages):
        return
    for number, by in approved.items():
        purge = messages[number]
        if isinstance(purge.body, Purge) and purge.id not in objected and not asked & ~purge.past:
            yield LastDay(messages[by].day + PURGE_DAYS, (purge.id, messages[by].id))


def _holds(messages: Sequence[JudgedMessage], approved: Mapping[int, int]) -> Iterator[LastDay]:
    """Yield the end of each hold: of each person the first, and every one that another person approves."""
    held: set[PersonId | None] = set()
    for number in sorted(range(len(messages)), key=lambda number: messages[number].placed.place):
        message = messages[number]
        approval = messages[approved[number]] if number in approved else None
        made_by = (message.id, *_approval(number, messages, approved))
        if message.counts and isinstance(message.body, Hold):
            if approval:
                yield LastDay(min(message.body.until, approval.day + LONG_HOLD_DAYS), made_by)
            elif message.person not in held:
                yield LastDay(min(message.body.until, message.day + HOLD_DAYS), made_by)
            held.add(message.person)
        elif approval and is_legal_demand(message.body):
            yield LastDay(approval.day + LONG_HOLD_DAYS, made_by)


def _approval(number: int, messages: Sequence[JudgedMessage], approved: Mapping[int, int]) -> tuple[MessageId, ...]:
    return (messages[approved[number]].id,) if number in approved else ()
