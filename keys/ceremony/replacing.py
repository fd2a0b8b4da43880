"""The roster after a change of a recipient's key, or after the theft of one, not yet signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.ceremony.persons import Decide, refuse
from keys.ceremony.roster_making import Changes, make_roster
from keys.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.ceremony.draft import Draft
    from keys.ceremony.enrolling import Card
    from keys.roster import Recipient
    from keys.wire.signed import Signed


def replace_recipient(
    roots: Sequence[Signed],
    before: Draft,
    name: str,
    card: Card,
    today: int,
    *,
    stolen: bool,
    decide: Decide = refuse,
) -> Draft:
    """Return the roster on which the person of this name has the key of a new card; all else stays.

    `stolen` revokes the key that they had. Raises UnknownNameError if the newest roster does not list the name, and
    what `make_roster` raises.
    """
    known = _listed(before, name)
    changes = Changes(revoked=[known.identity] if stolen else [], replaced={card.identity: known.person})
    cards = [card if other.identity == known.identity else other for other in before.cards]
    return make_roster(roots, before, before.content().policy, cards, today, changes, decide)


def revoke_recipient(roots: Sequence[Signed], before: Draft, name: str, today: int) -> Draft:
    """Return the roster without the person of this name, whose key no longer counts after today.

    Raises UnknownNameError, and what `make_roster` raises: PolicyError if the policy names the person.
    """
    known = _listed(before, name)
    cards = [other for other in before.cards if other.identity != known.identity]
    changes = Changes(revoked=[known.identity])
    return make_roster(roots, before, before.content().policy, cards, today, changes)


def _listed(before: Draft, name: str) -> Recipient:
    found = [one for one in before.content().recipients if one.name == name]
    if len(found) != 1:
        raise UnknownNameError(name)
    return found[0]
