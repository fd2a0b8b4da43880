"""Requests for missing messages, and the answers to them (SPEC 12.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.cases.past import members_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from keys.cases.case import Case
    from keys.wire.ids import MessageId, PersonId

AGAIN_DAYS = 7  # SPEC 12.4


@dataclass(frozen=True, slots=True)
class Lacking:
    """The messages that a tool asks for after a complete sync, and the people whom it asks."""

    messages: tuple[MessageId, ...]
    to: frozenset[PersonId]


def lacking(
    case: Case, asked: Mapping[MessageId, Sequence[int]], listed: Collection[PersonId], day: int
) -> Lacking | None:
    """Return what to ask for today, of the people `listed` on the roster in force; None if nothing is missing.

    `asked` has the days on which each id was asked for: the tool asks once, and again after seven days. The request is
    sealed to the people who got the messages that name it.
    """
    due = [missing for missing in case.missing if _is_due(asked.get(missing.id, ()), day)]
    named_by = {message_id for missing in due for message_id in missing.named_by}
    to = {person for one in named_by for person in case.messages[case.numbers[one]].placed.head.to}
    return Lacking(tuple(missing.id for missing in due), frozenset(to.intersection(listed))) if due else None


def _is_due(days: Sequence[int], day: int) -> bool:
    return not days or (len(days) == 1 and day >= days[0] + AGAIN_DAYS)


def answers(
    case: Case, wanted: Collection[MessageId], owner: PersonId, listed: Collection[PersonId], *, is_second: bool
) -> bool:
    """Say whether the vault of `owner` answers a person who lacks these messages.

    First the people answer who have named one of them. Everybody answers after a second request, or if the reporter or
    a person off the roster has named it.
    """
    namers = {message.person for message in case.messages if not set(wanted).isdisjoint(message.placed.head.seen)}
    return is_second or owner in namers or any(namer not in listed for namer in namers)


def answer_to_lacking(case: Case, person: PersonId, wanted: Iterable[MessageId]) -> tuple[MessageId, ...]:
    """Return what a vault gives a person who lacks messages: those and their past.

    Only messages of this case, and only to its readers: an author can name the id of a message of another case.
    """
    if person not in case.readers:
        return ()
    mask = 0
    for message_id in wanted:
        number = case.numbers.get(message_id)
        mask |= 0 if number is None else case.messages[number].past | 1 << number
    found = [case.messages[number] for number in members_of(mask)]
    return tuple(message.id for message in found if message.placed.place.is_posted)
