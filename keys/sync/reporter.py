"""The reporter's side without a browser: report, write in the thread of a receipt, let people in. It stores nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.consents import consent_to
from keys.cases.sharing import all_of, owed
from keys.errors import NoCaseError
from keys.sync.delivery import post_to, unwatched
from keys.sync.mailbox_reader import read_mailbox
from keys.sync.reporter_composer import ReporterComposer
from keys.sync.served import sealing_basis
from keys.wire.ids import MessageId
from keys.wire.messages import ArchivedMessage, Consent
from keys.wire.messages.reporter import YES
from keys.wire.posting import DOOR_APPEND, DOOR_OPEN, append_address, mailbox_address

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from keys.cases.case import Case
    from keys.cases.report_draft import ReportDraft
    from keys.courier import Courier
    from keys.receipt import Receipt
    from keys.roster import RosterHistory
    from keys.sealing import Attachment, Sealed
    from keys.sync.delivery import Watch
    from keys.sync.mailbox_reader import MailboxMessage, ReporterThread
    from keys.wire.ids import PersonId
    from keys.wire.messages import Body, Entered


def post_report(
    courier: Courier,
    history: RosterHistory,
    receipt: Receipt,
    draft: ReportDraft,
    chosen: Collection[PersonId],
    own_day: int,
    attachments: Sequence[Attachment] = (),
    entered: Entered | None = None,
    watch: Watch = unwatched,
) -> MessageId:
    """Seal a report for the chosen people, post it, and return its id; it opens the mailbox of the receipt.

    Raises ClockError if the server's day and `own_day` cannot both be right, and what sealing and posting raise.
    """
    served, addressees = sealing_basis(courier, history, own_day)
    sealed = ReporterComposer(receipt, addressees).report(draft, chosen, attachments, entered)
    address = mailbox_address(receipt.capability(), sealed.writers_capability())
    post_to(courier, sealed, addressees.roster.policy, served.work, DOOR_OPEN, address, watch)
    return MessageId(sealed.id)


def say(
    courier: Courier,
    history: RosterHistory,
    receipt: Receipt,
    thread: ReporterThread,
    body: Body,
    own_day: int,
    attachments: Sequence[Attachment] = (),
    watch: Watch = unwatched,
) -> None:
    """Post a reporter's message, with the whole thread on the screen; a "yes" also shares it with those it lets in.

    Raises NoCaseError, and what `post_report` raises.
    """
    served, addressees = sealing_basis(courier, history, own_day)
    composer = ReporterComposer(receipt, addressees)
    sealed = composer.word(_case_of(thread), thread.rosters, body, attachments)
    _append(courier, composer, sealed, served.work, watch)
    if isinstance(body, Consent) and body.answer == YES:
        # Only messages in the log are shared: the server says where it has put the "yes".
        later = read_mailbox(courier, history, receipt)
        case = _case_of(later)
        let_in_now = case.readers.intersection(body.people)
        _share(courier, composer, later, dict.fromkeys(sorted(let_in_now), all_of(case)), served.work)


def let_in(
    courier: Courier,
    history: RosterHistory,
    receipt: Receipt,
    thread: ReporterThread,
    people: Collection[PersonId],
    own_day: int,
    request: MessageId | None = None,
) -> None:
    """Let people in, despite every denial that the thread shows, and give them the whole thread.

    Raises EnteredError in a report that a recipient wrote down, and what `say` raises.
    """
    say(courier, history, receipt, thread, consent_to(_case_of(thread), people, request), own_day)


def share_owed(courier: Courier, history: RosterHistory, receipt: Receipt, thread: ReporterThread, own_day: int) -> int:
    """Give each reader the messages not sealed to them, as the page does at each visit; return the number of shares.

    Raises what `say` raises.
    """
    listed = thread.rosters.persons_on(thread.day) or frozenset()
    wanted = owed(_case_of(thread), None, listed, thread.shared)
    if not wanted:
        return 0
    served, addressees = sealing_basis(courier, history, own_day)
    return _share(courier, ReporterComposer(receipt, addressees), thread, wanted, served.work)


def _share(
    courier: Courier,
    composer: ReporterComposer,
    thread: ReporterThread,
    wanted: Mapping[PersonId, Sequence[MessageId]],
    work: int,
) -> int:
    """Post one share to each person who can be sealed to; the others get theirs at a later visit."""
    shares = [
        sealed
        for person, ids in wanted.items()
        if person in composer.addressees.pairs
        for sealed in composer.shares(_case_of(thread), person, [_archived(thread.stored[name]) for name in ids])
    ]
    for sealed in shares:
        _append(courier, composer, sealed, work)
    return len(shares)


def _append(courier: Courier, composer: ReporterComposer, sealed: Sealed, work: int, watch: Watch = unwatched) -> None:
    policy, address = composer.addressees.roster.policy, append_address(composer.receipt.capability())
    post_to(courier, sealed, policy, work, DOOR_APPEND, address, watch)


def _archived(one: MailboxMessage) -> ArchivedMessage:
    """Return a message as a share carries it: a page does not know its place in the log."""
    message = one.message
    return ArchivedMessage(
        key=message.content_key,
        day=one.entry.day,
        place=None,
        gone=False,
        mac=message.mac,
        signature=message.signature,
        head=message.raw_head,
    )


def _case_of(thread: ReporterThread) -> Case:
    if thread.case is None:
        raise NoCaseError
    return thread.case
