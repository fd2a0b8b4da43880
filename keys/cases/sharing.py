"""Shares: the messages of a case that a vault gives to each person; they carry keys, never rights (SPEC 12.4)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from keys.cases.case import Case
    from keys.cases.thread import JudgedMessage
    from keys.wire.ids import MessageId, PersonId


class LastArrived(NamedTuple):
    """The position of a person's last `arrived` in the log, and the day in its head."""

    position: int
    day: int


NEVER = LastArrived(0, 0)


def owed(
    case: Case,
    owner: PersonId | None,
    listed: Collection[PersonId],
    given: Collection[tuple[PersonId, MessageId]],
    arrived: Mapping[PersonId, LastArrived] = MappingProxyType({}),
) -> dict[PersonId, tuple[MessageId, ...]]:
    """Return what the vault of `owner` still owes to each person on the roster in force, the `listed` ones.

    A reader gets each message of the case whose `to` does not name them, once from each vault: a share by another vault
    can be worthless, and nobody can see that. A person whose reading was ended gets only the message that ended it.
    They also get the messages before their last `arrived`, since their vault was empty then, or held only a backup, and
    those that were sealed on an earlier day and came later, as a message that a restored server gets back: they may be
    sealed to a key that is lost. `owner` is None for the reporter's page, which reads no `arrived`.
    """
    found = {}
    for person in sorted(set(listed) - {owner}):
        wanted = _readable(case, person)
        since = arrived.get(person, NEVER)
        ids = [message.id for message in wanted if _lacks(person, message, since) and (person, message.id) not in given]
        if ids:
            found[person] = tuple(ids)
    return found


def answer_to_arrived(case: Case, person: PersonId) -> tuple[MessageId, ...]:
    """Return what a vault gives a person with a new or restored vault: all of a case that they read.

    If they no longer read it, they get only the message that ended their reading: a backup can be older than that.
    """
    # Messages in the outbox can still be dropped: they are not shared.
    return tuple(message.id for message in _readable(case, person) if message.placed.place.is_posted)


def all_of(case: Case) -> tuple[MessageId, ...]:
    """Return what a vault gives a person whom it lets in: the whole case, also messages that were sealed to them."""
    return tuple(message.id for message in case.messages if message.placed.place.is_posted)


def may_have(case: Case, person: PersonId, ids: Collection[MessageId]) -> bool:
    """Say whether a share of these messages may still go to a person: one who was excluded meanwhile gets none."""
    return {message.id for message in _readable(case, person)}.issuperset(ids)


def _readable(case: Case, person: PersonId) -> Sequence[JudgedMessage]:
    return case.messages if person in case.readers else _endings(case, person)


def _endings(case: Case, person: PersonId) -> list[JudgedMessage]:
    """Return the last message that ended a person's reading."""
    return [message for message in case.messages if person in message.ended][-1:]


def _lacks(person: PersonId, message: JudgedMessage, arrived: LastArrived) -> bool:
    head, place = message.placed.head, message.placed.place
    had_it = person in head.to or person == message.person
    return place.is_posted and (not had_it or place.position < arrived.position or head.day < arrived.day)
