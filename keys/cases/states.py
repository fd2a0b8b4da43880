"""The state of a case for one recipient: whose turn it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.past import members_of
from keys.cases.waiting import read_by
from keys.wire.messages import Acknowledgement, Closed, Joined, Left, Opened, Rating, SteppedBack, Unknown

if TYPE_CHECKING:
    from keys.cases.case import Case
    from keys.cases.thread import JudgedMessage
    from keys.wire.ids import PersonId

# Each case has one of these.
LOCKED = "locked"  # its owner does not read it
NEW = "new"  # its owner has not opened the report
OURS = "ours"  # it waits for its readers
THEIRS = "theirs"  # it waits for the reporter
CLOSED = "closed"
STATES = (NEW, OURS, THEIRS, CLOSED, LOCKED)

# These neither answer nor ask: they do not change whose turn it is.
_SILENT = (Acknowledgement, Opened, Joined, SteppedBack, Left, Rating, Unknown)


def state_of(case: Case, own: PersonId) -> str:
    """Return the state of a case for the person `own`.

    As long as a message of the reporter waits, or no reader has read it, the case is new or waits for its readers: a
    message that crosses with an answer or a closing must not vanish from every list.
    """
    if own not in case.readers:
        return LOCKED
    if own not in case.opened_by:
        return NEW
    if case.waiting or unread_in(case):
        return OURS
    if case.is_closed:
        return CLOSED
    last = [message for message in case.thread if message.counts and not isinstance(message.body, _SILENT)][-1]
    # The case is open: its last `closed` had not read every asking message, or was undone.
    return OURS if last.by_reporter or isinstance(last.body, Closed) else THEIRS


def unread_in(case: Case) -> tuple[JudgedMessage, ...]:
    """Return the reporter's messages that none of today's readers has read (SPEC 12.5)."""
    read = 0
    for person, mask in read_by(case.messages).items():
        read |= mask if person in case.readers else 0
    written = sum(1 << number for number, message in enumerate(case.messages) if message.by_reporter and message.counts)
    return tuple(case.messages[number] for number in members_of(written & ~read))
