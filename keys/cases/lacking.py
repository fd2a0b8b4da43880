"""Asking for messages that are missing, and answering (SPEC 12.4)."""

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
    """What a tool asks for after a complete sync, and whom."""

    messages: tuple[MessageId, ...]
    to: frozenset[PersonId]


def lacking(
    case: Case, asked: Mapping[MessageId, Sequence[int]], listed: Collection[PersonId], day: int
) -> Lacking | None:
    """Return what is to be asked for today, of the persons `listed` on the roster in force; None if nothing is.

    `asked` has the days on which each id was asked for: it is asked for once, and again after seven days. It is sealed
    to those to whom the messages were that name it.
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
    """Say whether the vault of `owner` answers somebody who lacks these messages.

    First whoever has named one of them does; everybody after a second asking, or where the reporter or somebody off the
    roster has named it.
    """
    namers = {message.person for message in case.messages if not set(wanted).isdisjoint(message.placed.head.seen)}
    return is_second or owner in namers or any(namer not in listed for namer in namers)


def answer_to_lacking(case: Case, person: PersonId, wanted: Iterable[MessageId]) -> tuple[MessageId, ...]:
    """Return what a vault gives somebody who lacks messages: those and their past.

    Only of this case, and only to its readers: an author can name the id of a message of another.
    """
    if person not in case.readers:
        return ()
    mask = 0
    for message_id in wanted:
        number = case.numbers.get(message_id)
        mask |= 0 if number is None else case.messages[number].past | 1 << number
    found = [case.messages[number] for number in members_of(mask)]
    return tuple(message.id for message in found if message.placed.place.is_posted)
