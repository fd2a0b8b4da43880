"""Fills the server of an office with real entries, without proof of work, as the input of a bench."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from dropbox.store.commit import Filing
from keys.receipt import Receipt
from keys.roster.weeks import until_of
from keys.sealing import seal_cover
from keys.sync.reporter_composer import ReporterComposer
from keys.wire.envelope import SMALLEST_CLASS, Header
from keys.wire.posting import DOOR_OPEN, Posting, mailbox_address, random_address
from keys.wire.stamp import NONCE_SIZE
from tests.policies import draft

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keys.sealing import Sealed
    from tests.keys.office import Office

GATHERED = 64  # postings in one commit


def reports(office: Office, texts: Iterable[str]) -> list[Posting]:
    """Seal a report of each text, for all who currently receive reports."""
    _, addressees = office.addressees()
    chosen = {entry.person for entry in addressees.roster.recipients}
    postings = []
    for text in texts:
        receipt = Receipt.draw()
        sealed = ReporterComposer(receipt, addressees).report(draft(text), chosen)
        address = mailbox_address(receipt.capability(), sealed.writers_capability())
        postings.append(_posting(sealed, address))
    return postings


def covers(office: Office, number: int) -> list[Posting]:
    """Seal this many cover entries."""
    slots, until = office.roster().slots(), until_of(office.today)
    sealed = (seal_cover(slots=slots, until=until, padded=SMALLEST_CLASS) for _ in range(number))
    return [_posting(one, random_address()) for one in sealed]


def file(office: Office, postings: Sequence[Posting]) -> None:
    """Store postings as the server does after admission."""
    envelopes = office.app.extensions["store"].envelopes
    filings = [Filing.of(one, Header.parse(one.envelope), lambda: office.today) for one in postings]
    with ThreadPoolExecutor(GATHERED) as pool:
        for _ in pool.map(envelopes.file, filings):
            pass


def _posting(sealed: Sealed, address: bytes) -> Posting:
    return Posting(DOOR_OPEN, bytes(NONCE_SIZE), address, sealed.envelope)
