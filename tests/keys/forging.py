"""What a recipient with a tool of their own can post: sealed as it has to be, with words that the tool refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nacl.utils import random

from keys.roster.weeks import until_of
from keys.sealing import PublicPair, Signer
from keys.sealing.envelopes import seal_head
from keys.sealing.sealed import seal_envelope, seal_header
from keys.sealing.slots import KEY_SIZE
from keys.sealing.stream import head_content, writers_capability
from keys.wire.ids import IdentityKey, PersonId, RosterId
from keys.wire.messages import THREAD, Head, Report, Share, Unknown, encode_archives
from keys.wire.messages.archive import ArchivedMessage
from keys.wire.plaintext import class_of, start
from keys.wire.posting import DOOR_APPEND, DOOR_OPEN, Posting, append_address, random_address
from keys.wire.stamp import make_stamp

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from keys.cases import Case
    from keys.sealing.sealed import Sealed
    from keys.sync import RecipientSession
    from keys.wire.ids import MessageId
    from keys.wire.messages import Body
    from tests.keys.office import Office


def post_as_recipient(
    office: Office,
    session: RecipientSession,
    case: Case,
    body: Body,
    *,
    to: Collection[PersonId] | None = None,
    seen: Sequence[MessageId] | None = None,
    signer: Signer | None = None,
) -> None:
    """Post a message into a case that the tool of its author would not write, or one that `signer` gave to them."""
    author = signer or session.signer
    head = _head(office, author, case, body)
    named = case.messages[-1:] if seen is None else ()
    head = replace(
        head,
        to=tuple(case.readers if to is None else to),
        seen=tuple(seen or [message.id for message in named if message.head.channel == head.channel] or [case.id]),
    )
    sealed = seal_head(head, author, pairs(office, case, head), slots=office.roster().slots(), until=until_of(head.day))
    post(office, sealed, session, case, head)


def post_unknown_kind(office: Office, session: RecipientSession, case: Case) -> None:
    """Post a message of a later version of the tool."""
    body = Unknown.parse({"agreed": True})
    head = replace(_head(office, session.signer, case, body, "thread"), kind="hand-over", to=tuple(case.readers))
    head = replace(head, seen=(case.messages[-1].id,))
    sealed = seal_head(
        head, session.signer, pairs(office, case, head), slots=office.roster().slots(), until=until_of(head.day)
    )
    post(office, sealed, session, case, head)


def post_again(office: Office, session: RecipientSession, case: Case) -> None:
    """Post the signed head of the last message, as somebody else's envelope has it, in an envelope of one's own."""
    stored = session.vault.messages.by_id(case.thread[-1].id)
    assert stored
    message, content_key = stored.message, random(KEY_SIZE)
    readers = pairs(office, case, message.head)
    content = head_content(content_key, message.raw_head)
    header = seal_header(content_key, readers, office.roster().slots(), until_of(message.head.day), content)
    pieces = [start(message.raw_head, message.signature)]
    sealed = seal_envelope(content_key, header, class_of(message.raw_head, ()), pieces, message.id)
    post(office, sealed, session, case, message.head)


def post_forced_share(office: Office, session: RecipientSession, case: Case, name: str) -> None:
    """Share all of a case with somebody whom its report leaves out."""
    archived = []
    for message in case.messages:
        stored = session.vault.messages.by_id(message.id)
        assert stored
        one = stored.message
        archived.append(
            ArchivedMessage(
                key=one.content_key,
                day=message.day,
                place=message.placed.place.position,
                gone=False,
                mac=one.mac,
                signature=one.signature,
                head=one.raw_head,
            )
        )
    [archive] = encode_archives(archived)
    file = office.attachment("", archive).file
    person = office.person(name)
    head = replace(_head(office, session.signer, case, Share()), to=(person,), files=(file,))
    _, addressees = office.addressees()
    sealed = seal_head(
        head,
        session.signer,
        addressees.pairs_of([person]),
        slots=office.roster().slots(),
        until=until_of(head.day),
        contents=[archive],
    )
    post(office, sealed, session, case, head)


def pairs(office: Office, case: Case, head: Head) -> list[PublicPair]:
    """Return the keys of those whom a head names, and the reporter's for a message of the thread."""
    _, addressees = office.addressees()
    found = addressees.pairs_of(head.to)
    if head.channel == THREAD:
        report = case.report.body
        assert isinstance(report, Report)
        found.append(PublicPair(report.box, report.kem))
    return found


def post(office: Office, sealed: Sealed, session: RecipientSession, case: Case, head: Head) -> None:
    """Post an envelope: into the mailbox of the case if it is of the thread."""
    courier = office.courier()
    _, work, _ = courier.bundles()
    nonce = make_stamp(sealed.mac, work)
    if head.channel == THREAD:
        stored = session.vault.messages.by_id(case.report.id)
        assert stored
        address = append_address(writers_capability(stored.message.content_key))
        courier.post(Posting(DOOR_APPEND, nonce, address, sealed.envelope))
    else:
        courier.post(Posting(DOOR_OPEN, nonce, random_address(), sealed.envelope))


def _head(office: Office, signer: Signer, case: Case, body: Body, channel: str | None = None) -> Head:
    return Head(
        author=IdentityKey(signer.public),
        body=body,
        case=case.id,
        channel=channel or body.CHANNEL,
        day=office.today,
        kind=getattr(body, "KIND", ""),
        roster=RosterId(office.roster().id),
        seen=(),
        to=(),
    )
