"""The people that a message names in `to` and `missing` (SPEC 5.3, 12.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.case import Case
from keys.cases.place import Place, PlacedMessage, Way
from keys.errors import ForbiddenError
from keys.wire.ids import MessageId
from keys.wire.sizes import ID_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.cases.rosters import Rosters
    from keys.wire.ids import PersonId
    from keys.wire.messages import Head

_DRAFT = MessageId(bytes(ID_SIZE))  # the id of a message that is not sealed yet


def addressees_of(case: Case, message_id: MessageId) -> frozenset[PersonId]:
    """Return the people to seal a new message to; `case` is computed with it, at its last place.

    They are the readers after the message is applied, and those whose reading it ends: nobody must write on in a case
    without knowing that they no longer read it.
    """
    message = case.messages[case.numbers[message_id]]
    return message.readers | message.ended


def addressees_of_draft(
    head: Head, number: int, messages: Iterable[PlacedMessage], rosters: Rosters
) -> frozenset[PersonId]:
    """Return the people to seal a message to that comes after `messages`, as the `number`-th that was written here.

    Raises ForbiddenError if it would not count.
    """
    draft = PlacedMessage(_DRAFT, head, Place.unposted(number), head.day, Way.OWN)
    case = Case.of([*messages, draft], rosters, head.day)
    if case is None or not case.messages[case.numbers[_DRAFT]].counts:
        raise ForbiddenError
    return addressees_of(case, _DRAFT)
