"""A report that somebody told by phone, in person or by letter, written down by a recipient; it shows nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases import ADDED, READS, Matter, Presence, compose_report, route
from keys.errors import ExcludedError, NoCaseError, OwnMatterError, TextError
from keys.identity import open_log_capability
from keys.receipt import Receipt
from keys.sync.fetch import Own, fetch_channel, fetch_feed
from keys.sync.post import post_entry, unwatched
from keys.sync.shelf import read_case
from keys.wire import kinds

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from keys.cases import Case, Telling
    from keys.roster import Addressees
    from keys.sealing import Attachment
    from keys.sync.desk import Desk
    from keys.sync.post import Watch


def enter(
    desk: Desk,
    telling: Telling,
    way: str,
    added: Collection[bytes] = (),
    attachments: Sequence[Attachment] = (),
    watch: Watch = unwatched,
) -> tuple[Case, Receipt]:
    """Send a report for somebody else, to whom the policy sends it and to `added`, and its minutes to be agreed to.

    `way` is one of `kinds.Entered.WAYS`. The receipt is for whoever told it; no consent given with it counts. It is
    returned only when the thread says who wrote it down: lost before, it opens nothing to anyone.

    Raises OwnMatterError where we may not read it by the policy's rules, ExcludedError for who may not be added,
    TextError for no text, and what `sync` raises.
    """
    if not telling.text.strip():
        raise TextError
    with desk.turn:
        served, trust = desk.today()
        own, addressees = desk.signer.public, served.addressees(trust)
        chosen = _chosen(telling, addressees, served.day, own, added)
        receipt = Receipt.draw()
        sealed = compose_report(receipt, telling, addressees, chosen, served.day, attachments)
        post_entry(desk.courier.apart(), sealed, served.work, receipt.capability(), watch)
        reader = Own.of(desk.vault, own)
        # The feed brings it to us as to the others.
        capability = open_log_capability(desk.secret, trust.roster)
        fetch_feed(desk.vault, desk.courier.apart(), capability, trust, reader)
        fetch_channel(desk.vault, desk.courier.apart(), reader, desk.vault.channel(sealed.id))
        case, _ = read_case(desk.vault, sealed.id, trust.people, own)
        if case is None:
            raise NoCaseError
        desk.say(case, kinds.Entered(way))
        case, _ = desk.case(case.number)
        desk.say(case, kinds.Minutes(telling.text))
        case, _ = desk.case(case.number)
        return case, receipt


def _chosen(
    telling: Telling, addressees: Addressees, day: int, own: bytes, added: Collection[bytes]
) -> frozenset[bytes]:
    """Return who gets the report: those whom the policy names, those who are added, and we."""
    roster = addressees.roster
    matter = Matter(telling.topic, telling.board, telling.people)
    presence = Presence(addressees.bundles.keys(), addressees.away)
    placed = route(roster.policy, roster.receiving(day), matter, presence)
    if placed.get(own) not in (READS, ADDED):
        raise OwnMatterError
    if any(placed.get(name) not in (READS, ADDED) for name in added):
        raise ExcludedError
    return frozenset(name for name, place in placed.items() if place == READS) | {own, *added}
