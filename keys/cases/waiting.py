"""Which words of the reporter wait for a reply, and who has read which message (SPEC 12.5)."""

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
    """Say whether this is a word of the reporter that wants a reply."""
    if not (message.by_reporter and message.counts):
        return False
    body = message.body
    if isinstance(body, Agreed):
        return body.answer == NO
    if isinstance(body, Rating):
        return bool(body.text)
    return isinstance(body, Answer | Identity | Consent | ReportWithdrawn)


def replies(message: JudgedMessage) -> bool:
    """Say whether this answers what its author had read of the reporter."""
    is_reply = isinstance(message.body, Answer | Question | Feedback | Closed)
    return is_reply and message.counts and not message.by_reporter


def asking(messages: Sequence[JudgedMessage]) -> int:
    """Return the asking messages, as a set of numbers."""
    return sum(1 << number for number, message in enumerate(messages) if asks(message))


def waiting(messages: Sequence[JudgedMessage]) -> int:
    """Return the asking messages that no reply has in its past, as a set of numbers.

    By the past, never by the place: what crosses with a reply was not read by its author.
    """
    replied = 0
    for message in messages:
        if replies(message):
            replied |= message.past
    return asking(messages) & ~replied


def read_by(messages: Sequence[JudgedMessage]) -> dict[PersonId, int]:
    """Return what each person has read, as a set of numbers: what their messages name, or something that does.

    The report itself is read by who has said `opened`.
    """
    read: dict[PersonId, int] = {}
    for message in messages:
        if message.person is not None and message.standing in (Standing.COUNTS, Standing.LATE):
            opened = isinstance(message.body, Opened)
            read[message.person] = read.get(message.person, 0) | message.past & ~1 | opened
    return read
