"""Making a roster from a policy and the recipients' cards, and publishing it after signing."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.ceremony.draft import Draft
from keys.ceremony.persons import Decide, persons_of, refuse
from keys.errors import ExpiredError, PolicyError, RefusedError
from keys.roster import Recipient, Revoked, Root, Roster, roster_document
from keys.roster.roster import MAX_DAYS
from keys.roster.weeks import until_of
from keys.sealing import seal_secret
from keys.wire.canonical import encode
from keys.wire.posting import CAPABILITY_SIZE
from keys.wire.signed import LABEL_ROOT, Signed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from keys.ceremony.enrolling import Card
    from keys.courier import Courier
    from keys.policy import Policy
    from keys.wire.ids import PersonId

BESTUUR = "bestuur"


@dataclass(frozen=True, slots=True)
class Changes:
    """The content of a roster besides policy and cards.

    `start` is its first day, if that is later than tomorrow; `revoked` are identities to revoke from today on;
    `replaced` maps new identities to their persons.
    """

    start: int | None = None
    revoked: Collection[bytes] = ()
    replaced: Mapping[bytes, PersonId] = field(default_factory=dict)


def make_roster(
    roots: Sequence[Signed],
    before: Draft | None,
    policy: Policy,
    cards: Sequence[Card],
    today: int,
    changes: Changes | None = None,
    decide: Decide = refuse,
) -> Draft:
    """Draw a new capability of the log, seal it to everyone on the roster, and return the draft to be signed.

    `before` is the draft of the newest roster; `decide` is called for each card whose person is in doubt. Raises
    ExpiredError if a card's key has under four weeks left, PolicyError if the policy names a person without a card, and
    what `persons_of` raises.
    """
    wanted = changes or Changes()
    if before is not None and len(before.roots) > len(roots):
        roots = before.roots
    root = Root.verify_chain(roots, (before.roots[-1] if before else roots[0]).id(LABEL_ROOT))
    root.check_day(today)
    for card in cards:
        if not card.bundle.covers(today) or card.bundle.end < until_of(today):
            raise ExpiredError(f"card of {card.name}: under four weeks left")
    _check_names(policy, {card.name: card.role for card in cards})
    history = before.finished() if before else None
    # Only the first roster may begin today: every page and tool must know a later one before it is in force.
    first = today if history is None else today + 1
    start = max(first, wanted.start or first)
    until = min(start + MAX_DAYS, root.until)
    capability = secrets.token_bytes(CAPABILITY_SIZE)
    revoked = {entry.identity: entry for entry in history.newest.revoked} if history else {}
    for identity in wanted.revoked:
        revoked.setdefault(identity, Revoked(identity, today))
    persons = persons_of(cards, history, wanted.replaced, revoked, decide)
    recipients = [
        Recipient(
            person, card.identity, card.name, card.role, start, until, card.box, seal_secret(capability, card.box)
        )
        for person, card in zip(persons, cards, strict=True)
    ]
    document = encode(
        roster_document(
            root=root,
            previous=history.newest if history else None,
            start=start,
            until=until,
            log=hashlib.sha256(capability).digest(),
            policy=policy,
            recipients=recipients,
            revoked=[*revoked.values()],
        )
    )
    earlier = (*before.earlier, before.roster) if before else ()
    texts = tuple(dict.fromkeys(policy.documents().values()))
    draft = Draft(tuple(roots), earlier, Signed(document, ()), tuple(cards), texts)
    draft.content()
    return draft


def _check_names(policy: Policy, roles: Mapping[str, str]) -> None:
    # If the roster had another name for the chair, a report about the chair would be routed like any other.
    mistakes = [
        f"away[{at}].name: on no card, use a name of the roster"
        for at, absence in enumerate(policy.away)
        if absence.name not in roles
    ]
    if policy.chair and roles.get(policy.chair) != BESTUUR:
        mistakes.append('chair: on no card of the bestuur, use a name of the roster or ""')
    if mistakes:
        raise PolicyError(*mistakes)


def publish(draft: Draft, courier: Courier) -> Roster:
    """Upload the signed chain with its texts, and the bundles on the cards.

    Raises BelowThresholdError before enough keys have signed. May be repeated.
    """
    history = draft.finished()
    courier.publish_chain(draft.roots, [draft.roster], draft.texts)
    for card in draft.cards:
        try:
            courier.publish_bundle(card.signed)
        except RefusedError:
            continue  # it has a newer one of this recipient
    return history.newest
