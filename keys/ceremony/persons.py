"""The persons of the cards of a new roster, SPEC 7.2: a person stays the same through every change of key.

If a new key under an old name became a new person, every exclusion of that person would end.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from keys.errors import ForbiddenError, MalformedError, PersonError
from keys.wire.ids import PERSON_SIZE, PersonId

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from keys.ceremony.enrolling import Card
    from keys.roster import Recipient, RosterHistory

RENAMED = "renamed"  # the person was listed under another name
NAMESAKE = "namesake"  # the name was listed as another person's
UNVOUCHED = "unvouched"  # a new key for a known person, which their last key has not signed


@dataclass(frozen=True, slots=True)
class Doubt:
    """A card that somebody must check before it is accepted, and the person `listed` on an earlier roster."""

    kind: str
    card: Card
    listed: Recipient


Decide: TypeAlias = Callable[[Doubt], bool]


def refuse(_doubt: Doubt) -> bool:
    """Refuse every card in doubt."""
    return False


def persons_of(
    cards: Sequence[Card],
    history: RosterHistory | None,
    replaced: Mapping[bytes, PersonId],
    revoked: Collection[bytes] = (),
    decide: Decide = refuse,
) -> list[PersonId]:
    """Return the person of each card: one whom the rosters know, or a new one.

    `replaced` maps new identities to their persons; `revoked` are identities that no longer count and vouch for nobody.
    `decide` is called for each doubt. Raises PersonError if it refuses, ForbiddenError for a card of a revoked key.
    """
    if history is None:
        return [_drawn() for _ in cards]
    found = []
    for card in cards:
        if card.identity in revoked:
            raise ForbiddenError(f"card of {card.name}: its key is revoked")
        keys = [key for key in (card.identity, *card.vouchers) if key not in revoked]
        person = _known(card, keys, history, replaced.get(card.identity))
        for doubt in _doubts(card, keys, person, history):
            if not decide(doubt):
                raise PersonError(f"{doubt.card.name}, {doubt.listed.name}")
        found.append(person or _drawn())
    return found


def last_listing(person: PersonId, history: RosterHistory) -> Recipient | None:
    """Return a person's entry on the newest roster that lists them, or None if none does."""
    for roster in reversed(history.rosters):
        listed = roster.find_person(person)
        if listed is not None:
            return listed
    return None


def _known(card: Card, keys: Sequence[bytes], history: RosterHistory, replaced: PersonId | None) -> PersonId | None:
    """Return the person of a card by the keys that signed it, or None for a first card."""
    by_keys = [person for key in keys if (person := history.people.person_of(key)) is not None]
    claims = {*by_keys, *(person for person in (card.person, replaced) if person is not None)}
    if len(claims) > 1 or any(last_listing(person, history) is None for person in claims):
        raise MalformedError(f"card of {card.name}: whose it is")
    return next(iter(claims), None)


def _doubts(card: Card, keys: Sequence[bytes], person: PersonId | None, history: RosterHistory) -> list[Doubt]:
    doubts = []
    listed = None if person is None else last_listing(person, history)
    if listed is not None and listed.name != card.name:
        doubts.append(Doubt(RENAMED, card, listed))
    if listed is not None and listed.identity not in keys:
        doubts.append(Doubt(UNVOUCHED, card, listed))
    if listed is None or listed.name != card.name:
        doubts += [Doubt(NAMESAKE, card, other) for other in _namesakes(card.name, person, history)]
    return doubts


def _namesakes(name: str, person: PersonId | None, history: RosterHistory) -> list[Recipient]:
    """Return the other persons who were listed under a name, each once."""
    listed = (one for roster in history.rosters for one in roster.recipients)
    others = {one.person: one for one in listed if _folded(one.name) == _folded(name) and one.person != person}
    return [*others.values()]


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _drawn() -> PersonId:
    return PersonId(secrets.token_bytes(PERSON_SIZE))
