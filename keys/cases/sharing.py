"""Which messages of a case a vault gives to whom: shares carry keys, never rights (SPEC 12.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from keys.cases.case import Case
    from keys.cases.thread import JudgedMessage
    from keys.wire.ids import MessageId, PersonId


def owed(
    case: Case, owner: PersonId | None, listed: Collection[PersonId], given: Collection[tuple[PersonId, MessageId]]
) -> dict[PersonId, tuple[MessageId, ...]]:
    """Return what the vault of `owner` has still to give to each person on the roster in force, the `listed` ones.

    A reader gets each message of the case whose `to` does not name them, once from each vault: a share by somebody else
    can be worthless, and nobody sees that. A person whose reading was ended gets the message that ended it, alone.
    `owner` is None for the reporter's page.
    """
    found = {}
    for person in sorted(set(listed) - {owner}):
        wanted = _readable(case, person)
        ids = [message.id for message in wanted if _lacks(person, message) and (person, message.id) not in given]
        if ids:
            found[person] = tuple(ids)
    return found


def answer_to_arrived(case: Case, person: PersonId) -> tuple[MessageId, ...]:
    """Return what a vault gives somebody whose vault is new: all of a case that they read, else nothing."""
    # What waits in the outbox can be dropped from it: it is not shared.
    return all_of(case) if person in case.readers else ()


def all_of(case: Case) -> tuple[MessageId, ...]:
    """Return what a vault gives whom it lets in: all of the case, also what they were sealed before."""
    return tuple(message.id for message in case.messages if message.placed.place.is_posted)


def may_have(case: Case, person: PersonId, ids: Collection[MessageId]) -> bool:
    """Say whether a share of these messages may still go to a person: who is put out while it waits gets none."""
    return {message.id for message in _readable(case, person)}.issuperset(ids)


def _readable(case: Case, person: PersonId) -> Sequence[JudgedMessage]:
    return case.messages if person in case.readers else _endings(case, person)


def _endings(case: Case, person: PersonId) -> list[JudgedMessage]:
    """Return the last message that ended a person's reading."""
    return [message for message in case.messages if person in message.ended][-1:]


def _lacks(person: PersonId, message: JudgedMessage) -> bool:
    head = message.placed.head
    return message.placed.place.is_posted and person not in head.to and person != message.person
