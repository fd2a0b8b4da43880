"""Routing: the recipients of a report, by its topic and the people it is about, as the policy says (SPEC 7.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from keys.policy import Policy
    from keys.roster import Recipient
    from keys.wire.ids import PersonId

SECRETARIS, BESTUUR, EXTERNAL = "secretaris", "bestuur", "external"

READS = "reads"  # gets it unless the reporter removes them
ADDED = "added"  # gets it when the reporter adds them
ABOUT = "about"  # it is about them
BOARD = "board"  # it is about the board, or about its chair
ROLE = "role"  # not for their role


@dataclass(frozen=True, slots=True)
class Matter:
    """The subject of a report, as far as it decides who gets it."""

    topic: str
    board: bool = False  # about the whole board
    people: frozenset[PersonId] = frozenset()


def route(
    policy: Policy, receiving: Sequence[Recipient], matter: Matter, away: Collection[PersonId]
) -> dict[PersonId, str]:
    """Return the place of each recipient in `receiving`, in its order.

    `away` are the people who are away according to themselves or the policy. A recipient without a key to seal to today
    keeps their place: they are a reader, listed in `missing`. A topic that the policy does not have counts as its last
    one.
    """
    topic = policy.topic(matter.topic) or policy.topics[-1]
    everyone = _is_about_all(receiving, matter, policy.chair)
    concerned = {person.role for person in receiving if person.person in matter.people}
    reads, added = topic.readers, topic.may_add
    if everyone:
        reads, added = policy.routing.all, ()
    elif SECRETARIS in concerned:
        reads, added = policy.routing.secretaris, ()
    elif BESTUUR in concerned:
        reads = policy.routing.bestuur
    present = any(person.role == SECRETARIS and person.person not in away for person in receiving)
    if SECRETARIS in reads and not present:
        reads = (*reads, *policy.routing.away)

    def place(person: Recipient) -> str:
        if person.person in matter.people:
            return ABOUT
        if everyone and person.role != EXTERNAL:
            return BOARD
        if person.role not in reads and person.role not in added:
            return ROLE
        return READS if person.role in reads else ADDED

    return {person.person: place(person) for person in receiving}


def _is_about_all(receiving: Sequence[Recipient], matter: Matter, chair: str) -> bool:
    """Say whether it is about the chair, the whole board, or a secretaris and a member of the board."""
    about = [person for person in receiving if person.person in matter.people]
    members = [person for person in receiving if person.role == BESTUUR]
    named = [person for person in about if person.role == BESTUUR]
    return (
        matter.board
        or (bool(members) and len(named) == len(members))
        or any(chair and person.name == chair for person in named)
        or (bool(named) and any(person.role == SECRETARIS for person in about))
    )
