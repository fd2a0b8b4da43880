"""The bundles of a recipient, as their vault has them and as the server gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.identity import draw_seed, sign_bundle
from keys.roster import Bundle
from keys.roster.weeks import monday

if TYPE_CHECKING:
    from tests.keys.office import Office

NAME, OTHER, THIRD = "Secretaris", "Bestuurslid 1", "Bestuurslid 2"


def own(office: Office, name: str = NAME, *, last: bool = False) -> list[Bundle]:
    with office.desk(name) as desk:
        return [one.bundle for one in desk.vault.bundles.all() if one.bundle.last == last]


def published(office: Office, name: str = NAME, *, every: bool = False) -> list[Bundle]:
    _, _, bundles = office.courier().bundles(every=every)
    return [bundle for bundle in map(Bundle.verify, bundles) if bundle.identity == office.identity(name)]


def foreign_bundle(office: Office, serial: int) -> bytes:
    """Return a bundle in the secretaris' name that their vault did not make."""

    with office.desk(NAME) as desk:
        seen = desk.vault.bundles.all()[0].bundle.seen
        start = monday(office.today)
        made = sign_bundle(desk.signer, draw_seed(), serial=serial, start=start, last=False, week=start, seen=seen)
    return made.signed.encode()
