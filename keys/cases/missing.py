"""Missing messages that others name, and identities that two tools seem to use (SPEC 12.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.authors import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.cases.past import Past
    from keys.cases.thread import JudgedMessage
    from keys.wire.ids import IdentityKey, MessageId


@dataclass(frozen=True, slots=True)
class Missing:
    """A message that is not here, and those that name it.

    It accuses nobody: the server or the author may withhold the message.
    """

    id: MessageId
    named_by: tuple[MessageId, ...]


def missing(past: Past, messages: Sequence[JudgedMessage]) -> tuple[Missing, ...]:
    """Return the messages that are named and not here; a forbidden message proves nothing by naming one."""
    found = []
    for message_id, numbers in past.missing.items():
        named_by = [messages[n].id for n in numbers if messages[n].standing is not Standing.FORBIDDEN]
        if named_by:
            found.append(Missing(message_id, tuple(named_by)))
    return tuple(sorted(found, key=lambda one: one.id))


def written_twice(messages: Sequence[JudgedMessage]) -> dict[IdentityKey, tuple[MessageId, MessageId]]:
    """Return identities with two messages in one channel that do not know of each other, with the latest such pair.

    Only messages with a complete past are compared: a chain with a gap looks the same (SPEC 5.3). The reporter may have
    two windows.
    """
    last: dict[tuple[IdentityKey, str], int] = {}
    twice: dict[IdentityKey, tuple[MessageId, MessageId]] = {}
    for number, message in enumerate(messages):
        head = message.placed.head
        if message.by_reporter or not message.is_complete or not message.is_shown:
            continue
        # Complete ones only: each of their pasts is whole, so comparing neighbours is enough.
        before = last.get((head.author, head.channel))
        if before is not None and not message.past >> before & 1:
            twice[head.author] = (messages[before].id, message.id)
        last[head.author, head.channel] = number
    return twice
