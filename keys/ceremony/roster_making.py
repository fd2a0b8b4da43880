"""Making a roster from a policy and the recipients' cards, and publishing it once it is signed."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from keys.ceremony.draft import Draft
from keys.errors import ExpiredError, PolicyError, RefusedError
from keys.roster import Recipient, Root, Roster, read_unsigned, roster_document
from keys.roster.bundle import SPARE_DAYS
from keys.roster.roster import MAX_DAYS
from keys.sealing import PublicPair, Signer, seal
from keys.wire import kinds
from keys.wire.canonical import encode
from keys.wire.envelope import slot_count
from keys.wire.exchange import SEAL_WORK_FACTOR, Posting, make_stamp, open_case
from keys.wire.head import Head
from keys.wire.signed import LABEL_ROOT, Signed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keys.ceremony.enrolling import Card
    from keys.courier import Courier
    from keys.policy import Policy

CAPABILITY_SIZE = 32
BESTUUR = "bestuur"


def make_roster(
    roots: Sequence[Signed], before: Draft | None, policy: Policy, cards: Sequence[Card], today: int
) -> Draft:
    """Draw a new feed capability, seal it to everyone on the roster, and return the draft to be signed.

    `before` is the draft of the roster that is in force. Raises ExpiredError when a card's key has under a week
    left: that recipient makes a new card. Raises PolicyError when the policy names somebody who is on no card.
    """
    root = Root.verify_chain(roots, roots[0].id(LABEL_ROOT))
    root.check_day(today)
    for card in cards:
        if not card.bundle.usable(today):
            raise ExpiredError(f"card of {card.name}: under {SPARE_DAYS} days left")
    _check_names(policy, {card.name: card.role for card in cards})
    capability = secrets.token_bytes(CAPABILITY_SIZE)
    until = min(today + MAX_DAYS, root.until)
    recipients = [Recipient(card.bundle.identity, card.name, card.role, today, until) for card in cards]
    document = encode(
        roster_document(
            root=root,
            previous=before.finished() if before else None,
            start=today,
            until=until,
            feed=hashlib.sha256(capability).digest(),
            policy=policy,
            recipients=recipients,
        )
    )
    roster = Signed(document, ())
    return Draft(tuple(roots), roster, tuple(cards), _invite(read_unsigned(roster), cards, capability, today))


def _check_names(policy: Policy, roles: Mapping[str, str]) -> None:
    # A report about a chair whom the roster calls otherwise would be routed as if it were about anybody.
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
    """Give the server the signed chain, the bundles on the cards, and the invitation for those who have the old feed.

    Raises BelowThresholdError before enough keys have signed. May be repeated.
    """
    roster = draft.finished()
    courier.publish_chain(list(draft.roots), draft.roster)
    for card in draft.cards:
        try:
            courier.publish_bundle(card.signed)
        except RefusedError:
            continue  # it has a newer one of this recipient
    courier.post(draft.invitation)
    return roster


def _invite(roster: Roster, cards: Sequence[Card], capability: bytes, today: int) -> Posting:
    # Anyone may sign it: the capability proves itself by its hash, which the board signs.
    signer = Signer.generate()
    to = {card.bundle.identity: PublicPair(card.bundle.box, card.bundle.kem) for card in cards}
    head = Head(
        author=signer.public,
        kind=kinds.FeedKey.KIND,
        channel=kinds.FEED,
        case=None,
        day=today,
        roster=roster.id,
        seen=(),
        to=tuple(to),
        without=(),
        body=kinds.FeedKey(capability),
    )
    until = min(card.bundle.end for card in cards)
    sealed = seal(head, signer, to.values(), slots=slot_count(len(cards)), until=until)
    nonce = make_stamp(sealed.mac, roster.policy.work * SEAL_WORK_FACTOR)
    return open_case(sealed.envelope, nonce, sealed.recipients_capability())
