"""The reporter's side without a browser: seal a report to a file, open the thread of a receipt; it keeps nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from keys.cases import (
    Alarm,
    Case,
    Presence,
    Received,
    compose_report,
    compose_share,
    compose_word,
    reporter_pair,
    review,
    route,
)
from keys.errors import FormatError, NetworkError
from keys.roster import Addressees, Bundle, Root, RosterHistory
from keys.sealing import Sealed, Signer, find_content_key
from keys.sync.fetch import all_items, open_front
from keys.sync.post import opening_of, post_entry, post_message, unwatched
from keys.sync.served import documents_of, sealing_basis
from keys.wire.canonical import parse_object
from keys.wire.exchange import SEAL_WORK_FACTOR, Item, make_stamp, open_case
from keys.wire.signed import Signed, split_chain, split_frames

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from keys.cases import Matter, Telling
    from keys.courier import Courier
    from keys.receipt import Receipt
    from keys.sealing import Attachment
    from keys.sync.post import Watch
    from keys.sync.served import Source
    from keys.wire.kinds import Body

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
        """Return day and work as they were, and the bundles, unverified."""
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
    """A sealed file of `size` bytes (SPEC.md 10); the pieces of a long one are sealed while it is written, once."""

    size: int
    pieces: Iterable[bytes] = field(repr=False)


def trusted_history(source: Source, fingerprint: bytes, today: int) -> RosterHistory:
    """Return the roster in force and the newer ones if their chain leads through the fingerprint."""
    return trusted_chain(source, fingerprint, today)[1]


def trusted_chain(source: Source, fingerprint: bytes, today: int) -> tuple[Root, RosterHistory]:
    """Return the newest root, and its rosters, if their chain leads through the fingerprint of any root."""
    roots, rosters = source.chain()
    root = Root.verify_chain(roots, fingerprint)
    root.check_day(today)
    return root, RosterHistory.verify(rosters, root)


def places(source: Source, history: RosterHistory, matter: Matter, today: int) -> dict[bytes, str]:
    """Return who gets a report that is sealed to a file today, by identity, as `route` names their places."""
    addressees = _addressees(source, history, today)
    roster = addressees.roster
    presence = Presence(addressees.bundles.keys(), addressees.away)
    return route(roster.policy, roster.receiving(today), matter, presence)


def seal_report(
    source: Source,
    history: RosterHistory,
    receipt: Receipt,
    telling: Telling,
    chosen: Collection[bytes],
    today: int,
    attachments: Sequence[Attachment] = (),
) -> SealedFile:
    """Return a report to the chosen identities as a sealed file, to be sent from anywhere.

    Only last-resort bundles are used, and the stamp holds under load (SPEC.md 7.3 and 9).
    """
    addressees = _addressees(source, history, today)
    sealed = compose_report(receipt, telling, addressees, chosen, today, attachments)
    nonce = make_stamp(sealed.mac, addressees.roster.policy.work * SEAL_WORK_FACTOR)
    start = sealed.prefix if sealed.is_long else sealed.envelope
    posting = open_case(start, nonce, sealed.recipients_capability(), receipt.capability())
    if not sealed.is_long:
        return SealedFile(len(posting.encode()), [posting.encode()])
    opening = opening_of(posting, sealed.size).encode()
    return SealedFile(len(opening) + sealed.size - len(sealed.prefix), chain([opening], sealed.parts))


def whole_history(courier: Courier, history: RosterHistory) -> RosterHistory:
    """Return a history with every roster from the first one on: what people said before they left still counts.

    Raises ForkError when the server's earlier rosters do not lead to this one.
    """
    return history.preceded_by([courier.roster(version) for version in range(1, history.rosters[0].version)])


def read_thread(courier: Courier, history: RosterHistory, receipt: Receipt) -> tuple[Case | None, tuple[Alarm, ...]]:
    """Return the case of a receipt as the reporter may read it, and what is wrong with it.

    Raises UnknownCapabilityError when the server has no thread for this code.
    """
    capability = receipt.capability()
    items = list(all_items(lambda after: courier.channel(capability, after), None))
    received = [_open(courier, receipt, item) for item in items]
    people = whole_history(courier, history).people
    return review(received, people, reporter=Signer.from_seed(receipt.sign_seed()).public)


def say(
    courier: Courier,
    history: RosterHistory,
    receipt: Receipt,
    case: Case,
    body: Body,
    own_day: int,
    attachments: Sequence[Attachment] = (),
    watch: Watch = unwatched,
) -> None:
    """Seal what the reporter says to the case recipients of today and post it into the thread.

    Raises ClockError where the server's day and `own_day` cannot both be right.
    """
    served, addressees = sealing_basis(courier, history, own_day)
    sealed: Sealed = compose_word(receipt, case, body, addressees, served.day, attachments)
    post_message(courier, sealed, served.work, receipt.capability(), watch)


def let_in(
    courier: Courier, history: RosterHistory, receipt: Receipt, case: Case, newcomers: Collection[bytes], own_day: int
) -> None:
    """Share all of a case with newcomers, as its reporter.

    Raises ExcludedError where the thread does not say that they may read it: say so first. Raises ClockError as `say`.
    """
    served, addressees = sealing_basis(courier, history, own_day)
    signer = Signer.from_seed(receipt.sign_seed())
    post_entry(courier, compose_share(case, newcomers, signer, addressees, served.day), served.work)


def _addressees(source: Source, history: RosterHistory, today: int) -> Addressees:
    """Return who can be sealed to without a network, by the own clock's day."""
    _, _, bundles = source.bundles()
    verified = [Bundle.verify(signed) for signed in bundles]
    documents = documents_of(source, history, verified)
    return Addressees.choose(history, verified, today, documents, last_resort_only=True)


def _open(courier: Courier, receipt: Receipt, item: Item) -> Received:
    try:
        content_key = find_content_key(item.header(), [reporter_pair(receipt)])
        return Received(item.day, open_front(courier, receipt.capability(), item, content_key))
    except FormatError as error:
        return Received(item.day, None, error)
