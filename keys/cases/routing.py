"""Who gets a report, SPEC.md 7.6: by its topic and whom it is about, as the policy says; it seals and sends nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from keys.policy import Policy
    from keys.roster import Recipient

SECRETARIS, BESTUUR, EXTERNAL = "secretaris", "bestuur", "external"

READS = "reads"  # gets it unless the reporter takes them off
ADDED = "added"  # gets it when the reporter adds them
ABOUT = "about"  # it is about them
BOARD = "board"  # it is about the board, or about its chair
ROLE = "role"  # not for their role
KEY = "key"  # they have no key to seal to today


@dataclass(frozen=True, slots=True)
class Matter:
    """What a report is about, as far as it decides who gets it; `people` are identities."""

    topic: str
    board: bool = False
    people: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Presence:
    """Who can receive today: `reachable` have a key to seal to, `away` are not there; identities."""

    reachable: AbstractSet[bytes]
    away: AbstractSet[bytes]


def route(policy: Policy, receiving: Sequence[Recipient], matter: Matter, presence: Presence) -> dict[bytes, str]:
    """Return the place of everyone in `receiving`, by identity, in its order.

    A topic that the policy does not have is its last one.
    """
    topic = policy.topic(matter.topic) or policy.topics[-1]
    everyone = _is_about_all(receiving, matter, policy.chair)
    concerned = {person.role for person in receiving if person.identity in matter.people}
    reads, added = topic.readers, topic.may_add
    if everyone:
        reads, added = policy.routing.all, ()
    elif SECRETARIS in concerned:
        reads, added = policy.routing.secretaris, ()
    elif BESTUUR in concerned:
        reads = policy.routing.bestuur
    present = any(person.role == SECRETARIS and person.identity not in presence.away for person in receiving)
    if SECRETARIS in reads and not present:
        reads = (*reads, *policy.routing.away)

    def place(person: Recipient) -> str:
        if person.identity in matter.people:
            return ABOUT
        if everyone and person.role != EXTERNAL:
            return BOARD
        if person.role not in reads and person.role not in added:
            return ROLE
        if person.identity not in presence.reachable:
            return KEY
        return READS if person.role in reads else ADDED

    return {person.identity: place(person) for person in receiving}


def _is_about_all(receiving: Sequence[Recipient], matter: Matter, chair: str) -> bool:
    """Say whether it is about the chair, the whole board, or a secretaris and somebody of the board."""
    about = [person for person in receiving if person.identity in matter.people]
    members = [person for person in receiving if person.role == BESTUUR]
    named = [person for person in about if person.role == BESTUUR]
    return (
        matter.board
        or (bool(members) and len(named) == len(members))
        or any(chair and person.name == chair for person in named)
        or (bool(named) and any(person.role == SECRETARIS for person in about))
    )
