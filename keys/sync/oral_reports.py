"""Oral reports: a report by phone, in person or by letter, which a recipient writes down (SPEC 5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.routing import ADDED, READS, route
from keys.errors import ExcludedError, MalformedError, OwnMatterError, TextError
from keys.receipt import Receipt
from keys.sealing.envelopes import LABEL_ENTERED
from keys.sync.reporter import post_report
from keys.sync.reporter_composer import reporter_signer
from keys.sync.writing import as_it_is, fetch_basis, look, write
from keys.wire.ids import CaseId, IdentityKey
from keys.wire.messages import Entered, Minutes

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from keys.cases.case import Case
    from keys.cases.report_draft import ReportDraft
    from keys.sealing import Attachment, Signer
    from keys.sync.addressees import Addressees
    from keys.sync.session import RecipientSession
    from keys.wire.ids import PersonId


def enter(
    session: RecipientSession,
    draft: ReportDraft,
    way: str,
    added: Collection[PersonId] = (),
    attachments: Sequence[Attachment] = (),
) -> tuple[Case, Receipt]:
    """Post a report for another person, to its recipients by the policy and to `added`, and write its minutes.

    `way` is `phone`, `in-person` or `letter`. The receipt is for the reporter; a consent given with it does not count.
    The report is posted at once, and the receipt is returned when the log has the report: before that, it would open
    nothing.

    Raises OwnMatterError if the policy's rules do not let the owner read it, ExcludedError for a person who may not be
    added, TextError for a text that is empty or too long, and what `write` raises.
    """
    if not draft.text.strip():
        raise TextError
    with session.lock:
        basis, trust = fetch_basis(session), session.trust()
        addressees = basis.addressees(trust, session.today)
        chosen = _chosen(draft, addressees, session.person, added)
        receipt = Receipt.draw()
        entered = _entered(session.signer, receipt, way)
        courier = session.courier.isolated()
        try:
            report = post_report(courier, trust.history, receipt, draft, chosen, session.today, attachments, entered)
        except MalformedError:
            raise TextError from None
        look(session)
        case = as_it_is(session, CaseId(report))
        return write(session, case, Minutes(draft.text)), receipt


def _chosen(
    draft: ReportDraft, addressees: Addressees, owner: PersonId, added: Collection[PersonId]
) -> frozenset[PersonId]:
    """Return the recipients of the report: those by the policy, those who are added, and its writer."""
    roster = addressees.roster
    places = route(roster.policy, roster.receiving(addressees.day), draft.matter, addressees.away)
    if places.get(owner) not in (READS, ADDED):
        raise OwnMatterError
    if any(places.get(person) not in (READS, ADDED) for person in added):
        raise ExcludedError
    return frozenset(person for person, place in places.items() if place == READS) | {owner, *added}


def _entered(signer: Signer, receipt: Receipt, way: str) -> Entered:
    """Return the signature of the recipient who writes a report down, over the report's author key."""
    author = reporter_signer(receipt).public
    return Entered(IdentityKey(signer.public), signer.sign(LABEL_ENTERED + author), way)
