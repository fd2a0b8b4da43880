"""The bundles of a recipient, as in their vault and as the server returns them; and reports that are withheld."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keys.identity import draw_seed, sign_bundle
from keys.receipt import Receipt
from keys.roster import Bundle
from keys.roster.weeks import monday
from keys.sync.delivery import post_to
from keys.sync.reporter_composer import ReporterComposer
from keys.wire.posting import DOOR_OPEN, mailbox_address
from tests.policies import draft

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.keys.office import Office

NAME, OTHER, THIRD = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"


def own(office: Office, name: str = NAME, *, last: bool = False) -> list[Bundle]:
    with office.session(name) as session:
        return [one.bundle for one in session.vault.bundles.all() if one.bundle.last == last]


def published(office: Office, name: str = NAME, *, every: bool = False) -> list[Bundle]:
    _, _, bundles = office.courier().bundles(every=every)
    return [bundle for bundle in map(Bundle.verify, bundles) if bundle.identity == office.identity(name)]


def foreign_bundle(office: Office, serial: int) -> bytes:
    """Return a bundle signed by the secretaris that their vault did not create."""

    with office.session(NAME) as session:
        seen = session.vault.bundles.all()[0].bundle.seen
        start = monday(office.today)
        made = sign_bundle(session.signer, draw_seed(), serial=serial, start=start, last=False, week=start, seen=seen)
    return made.signed.encode()


def sealed_report(office: Office, text: str, name: str = NAME) -> Callable[[], int]:
    """Seal a report to one recipient today, and return a function that posts it and returns the server's day."""
    receipt = Receipt.draw()
    served, addressees = office.addressees()
    sealed = ReporterComposer(receipt, addressees).report(draft(text), {office.person(name)})
    address = mailbox_address(receipt.capability(), sealed.writers_capability())
    return lambda: post_to(office.courier(), sealed, office.roster().policy, served.work, DOOR_OPEN, address)


def post_spoilt(office: Office, name: str = NAME) -> None:
    """Post an invalid message that opens for a recipient: anybody with the public bundles can."""
    receipt = Receipt.draw()
    served, addressees = office.addressees()
    sealed = ReporterComposer(receipt, addressees).report(draft("Bedorven."), {office.person(name)})
    spoilt = sealed.envelope[:-1] + bytes([sealed.envelope[-1] ^ 1])
    address = mailbox_address(receipt.capability(), sealed.writers_capability())
    post_to(office.courier(), replace(sealed, prefix=spoilt), office.roster().policy, served.work, DOOR_OPEN, address)
