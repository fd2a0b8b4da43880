"""A report sealed to a file, to be sent from anywhere (SPEC 13.1): for reporters without a usable browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from keys.cases.routing import route
from keys.errors import NetworkError
from keys.roster import Root, RosterHistory
from keys.sync.addressees import Addressees
from keys.sync.delivery import opening_of
from keys.sync.reporter_composer import ReporterComposer
from keys.sync.served import documents_of, verified
from keys.wire.canonical import parse_object
from keys.wire.posting import DOOR_OPEN, Posting, mailbox_address
from keys.wire.signed import Signed, split_chain, split_frames
from keys.wire.stamp import SEAL_WORK_FACTOR, make_stamp

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from keys.cases.report_draft import ReportDraft
    from keys.cases.routing import Matter
    from keys.receipt import Receipt
    from keys.sealing import Attachment
    from keys.sync.served import Source
    from keys.wire.ids import PersonId

CHAIN_FILE = "chain"
BUNDLES_FILE = "bundles"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A folder with the answers of `/chain` and `/bundles`, fetched with any browser on another machine."""

    folder: Path

    def chain(self) -> tuple[list[Signed], list[Signed]]:
        """Return every root, and the roster in force with the newer ones, unverified."""
        return split_chain(self._read(CHAIN_FILE))

    def roster(self, version: int) -> Signed:
        """Return one earlier roster, the answer of `/rosters/<version>`, unverified."""
        return Signed.parse(self._read(str(version)))

    def bundles(self) -> tuple[int, int, list[Signed]]:
        """Return the day and work of that time, and the bundles, unverified."""
        first, *rest = split_frames(self._read(BUNDLES_FILE))
        members = parse_object(first)
        return int(str(members["day"])), int(str(members["work"])), [Signed.parse(frame) for frame in rest]

    def _read(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise NetworkError(f"{self.folder / name}: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A sealed file of `size` bytes; the pieces of a long one are sealed once, while it is written."""

    size: int
    pieces: Iterable[bytes] = field(repr=False)


def trusted_history(source: Source, fingerprint: bytes, today: int) -> RosterHistory:
    """Return the roster in force and the newer ones if their chain contains the fingerprint."""
    return trusted_chain(source, fingerprint, today)[1]


def trusted_chain(source: Source, fingerprint: bytes, today: int) -> tuple[Root, RosterHistory]:
    """Return the newest root, and its rosters, if their chain contains the fingerprint of any root."""
    roots, rosters = source.chain()
    root = Root.verify_chain(roots, fingerprint)  # SPEC 7.6 steps 1 and 2
    root.check_day(today)  # SPEC 7.6 step 5
    return root, RosterHistory.verify(rosters, root)  # SPEC 7.6 step 3


def last_resort_addressees(source: Source, history: RosterHistory, today: int) -> Addressees:
    """Return the people who can be sealed to without a network, by the local day.

    Raises ExpiredError, and RolledBackError if all recipients know another roster.
    """
    _, _, signed = source.bundles()
    bundles, _ = verified(signed)
    documents = documents_of(source, history, bundles)
    return Addressees.on(history, bundles, today, documents, last_resort_only=True).check_current()


def places(addressees: Addressees, matter: Matter) -> dict[PersonId, str]:
    """Return the recipients of a report, with their places as `route` names them."""
    roster = addressees.roster
    return route(roster.policy, roster.receiving(addressees.day), matter, addressees.away)


def seal_report(
    source: Source,
    history: RosterHistory,
    receipt: Receipt,
    draft: ReportDraft,
    chosen: Collection[PersonId],
    today: int,
    attachments: Sequence[Attachment] = (),
) -> SealedFile:
    """Return a report to the chosen people as a sealed file.

    It uses only last-resort bundles, and its stamp is enough under load (SPEC 7.3 and 9). Raises what
    `ReporterComposer.report` raises, and RolledBackError if all recipients know another roster.
    """
    addressees = last_resort_addressees(source, history, today)
    sealed = ReporterComposer(receipt, addressees).report(draft, chosen, attachments)
    nonce = make_stamp(sealed.mac, addressees.roster.policy.work * SEAL_WORK_FACTOR)
    address = mailbox_address(receipt.capability(), sealed.writers_capability())
    posting = Posting(DOOR_OPEN, nonce, address, sealed.prefix if sealed.is_long else sealed.envelope)
    if not sealed.is_long:
        return SealedFile(len(posting.encode()), [posting.encode()])
    opening = opening_of(posting, sealed.size).encode()
    return SealedFile(len(opening) + sealed.size - len(sealed.prefix), chain([opening], sealed.parts))
