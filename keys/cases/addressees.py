"""Whom a message names in `to` and `missing` (SPEC 5.3, 12.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keys.cases.case import Case
    from keys.wire.ids import MessageId, PersonId


def addressees_of(case: Case, message_id: MessageId) -> frozenset[PersonId]:
    """Return whom a message that is being written is sealed to; `case` is computed with it, at its last place.

    They are the readers, the message itself applied, and those whose reading it ends: nobody goes on to write in a case
    without knowing that they read no more.
    """
    message = case.messages[case.numbers[message_id]]
    return message.readers | message.ended
