"""Messages of the reporter that wait for a reply, and the people who have read a message (SPEC 12.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.authors import Standing
from keys.wire.messages import (
    Agreed,
    Answer,
    Closed,
    Consent,
    Feedback,
    Identity,
    Opened,
    Question,
    Rating,
    ReportWithdrawn,
)
from keys.wire.messages.reporter import NO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.cases.thread import JudgedMessage
    from keys.wire.ids import PersonId


def asks(message: JudgedMessage) -> bool:
    """Say whether this is a message of the reporter that needs a reply."""
    if not (message.by_reporter and message.counts):
        return False
    body = message.body
    if isinstance(body, Agreed):
        return body.answer == NO
    if isinstance(body, Rating):
        return bool(body.text)
    return isinstance(body, Answer | Identity | Consent | ReportWithdrawn)


def replies(message: JudgedMessage) -> bool:
    """Say whether this message answers the reporter's messages that its author had read."""
    is_reply = isinstance(message.body, Answer | Question | Feedback | Closed)
    return is_reply and message.counts and not message.by_reporter


def asking(messages: Sequence[JudgedMessage]) -> int:
    """Return the asking messages, as a set of numbers."""
    return sum(1 << number for number, message in enumerate(messages) if asks(message))


def waiting(messages: Sequence[JudgedMessage]) -> int:
    """Return the asking messages that no reply has in its past, as a set of numbers.

    The past decides, never the place: the author of a reply has not read a message that crosses with it.
    """
    replied = 0
    for message in messages:
        if replies(message):
            replied |= message.past
    return asking(messages) & ~replied


def read_by(messages: Sequence[JudgedMessage]) -> dict[PersonId, int]:
    """Return what each person has read, as a set of numbers: what their messages name, or a message that does.

    The report itself is read by the authors of `opened`.
    """
    read: dict[PersonId, int] = {}
    for message in messages:
        if message.person is not None and message.standing in (Standing.COUNTS, Standing.LATE):
            opened = isinstance(message.body, Opened)
            read[message.person] = read.get(message.person, 0) | message.past & ~1 | opened
    return read
