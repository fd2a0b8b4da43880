"""Messages in the outbox, and whether each can still be posted as it is (SPEC 10.5)."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from keys.cases.addressees import addressees_of
from keys.cases.sharing import may_have
from keys.wire.messages import Joined

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from keys.cases.case import Case
    from keys.wire.ids import MessageId, PersonId


class Fate(Enum):
    """What a tool does with a message before posting it for the first time."""

    GOES_OUT = "goes-out"
    SEALED_ANEW = "sealed-anew"  # with all later ones of the case
    PUT_ASIDE = "put-aside"  # with all later ones of the case: its owner is asked
    DROPPED = "dropped"  # a share to a person who was excluded: another share carries what is still owed


def fate_of(case: Case, message_id: MessageId, arrived: Collection[PersonId] = ()) -> Fate:
    """Return the fate of a message in the outbox; `case` is computed after reading the log, with the whole outbox.

    `arrived` are the people who posted `arrived` since it was sealed: it is sealed to keys that they may have lost.
    """
    message = case.messages[case.numbers[message_id]]
    joined = message.body.people if isinstance(message.body, Joined) else ()
    if not message.counts or case.left_out.intersection(joined):
        return Fate.PUT_ASIDE
    reads_no_more = set(message.placed.head.to) - addressees_of(case, message_id)
    has_arrived = set(message.placed.head.to).intersection(arrived)
    return Fate.SEALED_ANEW if reads_no_more or has_arrived else Fate.GOES_OUT


def fate_of_share(
    person: PersonId,
    shared: Iterable[tuple[Case | None, Collection[MessageId]]],
    listed: Collection[PersonId],
    arrived: Collection[PersonId] = (),
) -> Fate:
    """Return the fate of a share for `person` in the outbox: of each case in it, with the ids of its messages.

    The cases are computed after reading the log. `listed` are the people on the roster in force.
    """
    is_allowed = all(case is not None and may_have(case, person, ids) for case, ids in shared)
    if person not in listed or not is_allowed:
        return Fate.DROPPED
    return Fate.SEALED_ANEW if person in arrived else Fate.GOES_OUT
