"""Which messages of a case a vault gives to whom: shares carry keys, never rights (SPEC 12.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.past import members_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from keys.cases.case import Case
    from keys.cases.thread import JudgedMessage
    from keys.wire.ids import MessageId, PersonId


def owed(
    case: Case, owner: PersonId, listed: Collection[PersonId], given: Collection[tuple[PersonId, MessageId]]
) -> dict[PersonId, tuple[MessageId, ...]]:
    """Return what the vault of `owner` has still to give to each person on the roster in force, the `listed` ones.

    A reader gets each message of the case whose `to` does not name them, once from each vault: a share by somebody else
    can be worthless, and nobody sees that. A person whose reading was ended gets the message that ended it, alone.
    """
    found = {}
    for person in sorted(set(listed) - {owner}):
        wanted = case.messages if person in case.readers else _endings(case, person)
        ids = [message.id for message in wanted if _lacks(person, message) and (person, message.id) not in given]
        if ids:
            found[person] = tuple(ids)
    return found


def answer_to_arrived(case: Case, person: PersonId) -> tuple[MessageId, ...]:
    """Return what a vault gives somebody whose vault is new: all of a case that they read, else nothing."""
    return tuple(message.id for message in _posted(case.messages)) if person in case.readers else ()


def answer_to_lacking(case: Case, person: PersonId, wanted: Iterable[MessageId]) -> tuple[MessageId, ...]:
    """Return what a vault gives somebody who lacks messages: those and their past, of this case alone."""
    if person not in case.readers:
        return ()
    mask = 0
    for message_id in wanted:
        number = case.numbers.get(message_id)
        mask |= 0 if number is None else case.messages[number].past | 1 << number
    return tuple(message.id for message in _posted([case.messages[number] for number in members_of(mask)]))


def _posted(messages: Iterable[JudgedMessage]) -> list[JudgedMessage]:
    """Return those that stand in the log: what waits in the outbox can be dropped from it (SPEC 12.4)."""
    return [message for message in messages if message.placed.place.is_posted]


def _endings(case: Case, person: PersonId) -> list[JudgedMessage]:
    """Return the last message that ended a person's reading."""
    return [message for message in case.messages if person in message.ended][-1:]


def _lacks(person: PersonId, message: JudgedMessage) -> bool:
    head = message.placed.head
    return message.placed.place.is_posted and person not in head.to and person != message.person
