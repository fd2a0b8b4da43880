"""Messages of a recipient with a modified tool: correctly sealed, but not allowed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nacl.utils import random

from keys.cases.seen import seen_of
from keys.roster.weeks import until_of
from keys.sealing import (
    BytesAttachment,
    PublicPair,
    Sealed,
    Signer,
    free_slot,
    seal_head,
    seal_slot,
    seal_stream,
    writers_capability,
)
from keys.sealing.stream import head_content, header_mac
from keys.sync.delivery import post_to
from keys.wire.envelope import MAC_SIZE, Header
from keys.wire.ids import CaseId, IdentityKey, RosterId
from keys.wire.messages import DOSSIER, THREAD, ArchivedMessage, Head, Report, Share, Unknown, encode_archives
from keys.wire.plaintext import signed_bytes
from keys.wire.posting import DOOR_APPEND, DOOR_OPEN, append_address, random_address
from tests.padding import pad

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from keys.cases.case import Case
    from keys.sealing import OpenedMessage
    from keys.sync import RecipientSession
    from keys.wire.ids import Mac, MessageId, PersonId
    from keys.wire.messages import Body
    from tests.keys.office import Office


def post_as_recipient(
    office: Office,
    session: RecipientSession,
    case: Case,
    body: Body,
    kind: str = "",
    *,
    signer: Signer | None = None,
    to: Collection[PersonId] | None = None,
    seen: Collection[MessageId] | None = None,
) -> None:
    """Post a message in a case that the tool would refuse.

    With a `signer` other than the session's owner, sealed `to` others than the readers, naming `seen` instead of all
    messages. `kind` is the kind of an unknown body.
    """
    author = signer or session.signer
    head = _head(office, author, case.id, body, case.readers if to is None else to, kind)
    named = seen_of(case, head.author, head.channel, case.numbers) if seen is None else tuple(seen)
    more = _reporter(case) if head.channel == THREAD else ()
    _post(office, session, case, _sealed(office, replace(head, seen=named), author, more), head.channel)


def post_past_the_mailbox(office: Office, session: RecipientSession, case: Case, body: Body) -> None:
    """Post a message of the thread to the log only, not to the mailbox, so that the reporter does not see it."""
    head = _head(office, session.signer, case.id, body, case.readers)
    named = seen_of(case, head.author, head.channel, case.numbers)
    _post(office, session, case, _sealed(office, replace(head, seen=named), session.signer), DOSSIER)


def post_unknown_kind(office: Office, session: RecipientSession, case: Case) -> None:
    """Send a message of a kind from a later version of the tool."""
    post_as_recipient(office, session, case, Unknown.parse({"agreed": True}), "hand-over")


def post_into_mailbox(
    office: Office,
    session: RecipientSession,
    case: Case,
    body: Body,
    *,
    named: CaseId | None = None,
    archive: bytes | None = None,
    to: Collection[PersonId] | None = None,
) -> None:
    """Post a message of any channel and case into the mailbox: a share with its archive, or a second report."""
    head = _head(office, session.signer, named or case.id, body, case.readers if to is None else to)
    if isinstance(body, Report):
        head = replace(head, case=None)
    attached = None if archive is None else BytesAttachment.of(archive)
    if attached is not None:
        head = replace(head, files=(attached.file,))
    contents = () if attached is None else attached.pieces()
    _post(office, session, case, _sealed(office, head, session.signer, _reporter(case), contents))


def post_malformed(office: Office, session: RecipientSession, case: Case, kind: str, channel: str) -> None:
    """Post a message into the mailbox with a body that does not belong to its kind."""
    body = Unknown.parse({"text": 1})
    head = replace(_head(office, session.signer, case.id, body, case.readers, kind), channel=channel)
    raw = head.encode()
    _post_raw(office, session, case, raw, lambda mac: session.signer.sign(signed_bytes(kind, mac, raw)))


def post_again(office: Office, session: RecipientSession, case: Case) -> None:
    """Seal another author's signed head and signature into an own envelope."""
    message = _message(session, case)
    _post_raw(office, session, case, message.raw_head, lambda _mac: message.signature)


def _post_raw(
    office: Office, session: RecipientSession, case: Case, raw_head: bytes, sign: Callable[[Mac], bytes]
) -> None:
    """Seal any bytes as a head to the readers and the reporter, unlike the tool; post it into the mailbox."""
    content_key = random(32)
    _, addressees = office.addressees()
    pairs = [*addressees.pairs_of(addressees.split(case.readers)[0]), *_reporter(case)]
    slots = [seal_slot(content_key, pair) for pair in pairs]
    slots += [free_slot() for _ in range(addressees.roster.slots() - len(slots))]
    header = Header.of(until_of(office.today), slots, head_content(content_key, raw_head), bytes(MAC_SIZE))
    header = replace(header, mac=header_mac(content_key, header.before_mac()))
    envelope = header.encode() + seal_stream(content_key, pad(raw_head, sign(header.mac)))
    _post(office, session, case, Sealed(envelope, (), len(envelope), header.mac, bytes(32), content_key))


def post_forced_share(office: Office, session: RecipientSession, case: Case, name: str) -> None:
    """Share a case with somebody whom its report leaves out."""
    messages = [session.vault.messages.by_id(message.id) for message in case.messages]
    archived = [
        _archived(found.message, message.day)
        for found, message in zip(messages, case.messages, strict=True)
        if found is not None
    ]
    _post_share(office, session.signer, case.id, name, archived)


def post_share_of_no_case(office: Office, name: str) -> None:
    """Share a case that does not exist: anybody with the public bundles can."""
    _post_share(office, Signer.generate(), CaseId(random(32)), name, [])


def _post_share(
    office: Office, signer: Signer, case_id: CaseId, name: str, archived: Iterable[ArchivedMessage]
) -> None:
    [archive] = encode_archives(archived)
    attached = BytesAttachment.of(archive)
    head = replace(_head(office, signer, case_id, Share(), [office.person(name)]), files=(attached.file,))
    served, _ = office.addressees()
    sealed = _sealed(office, head, signer, contents=attached.pieces())
    post_to(office.courier(), sealed, office.roster().policy, served.work, DOOR_OPEN, random_address())


def _archived(message: OpenedMessage, day: int) -> ArchivedMessage:
    return ArchivedMessage(
        key=message.content_key,
        day=day,
        place=None,
        gone=False,
        mac=message.mac,
        signature=message.signature,
        head=message.raw_head,
    )


def _head(
    office: Office, signer: Signer, case_id: CaseId, body: Body, people: Collection[PersonId], kind: str = ""
) -> Head:
    _, addressees = office.addressees()
    to, missing = addressees.split(people)
    return Head(
        author=IdentityKey(signer.public),
        body=body,
        case=case_id,
        channel=getattr(body, "CHANNEL", THREAD),
        day=addressees.day,
        kind=kind or body.KIND,
        roster=RosterId(addressees.roster.id),
        seen=(),
        to=to,
        missing=missing,
    )


def _sealed(
    office: Office, head: Head, signer: Signer, more: Iterable[PublicPair] = (), contents: Iterable[bytes] = ()
) -> Sealed:
    _, addressees = office.addressees()
    pairs = [*addressees.pairs_of(head.to), *more]
    slots, until = addressees.roster.slots(), until_of(head.day)
    return seal_head(head, signer, pairs, slots=slots, until=until, contents=contents)


def _reporter(case: Case) -> tuple[PublicPair, ...]:
    """Return the key pair of the reporter, to whom the whole thread is sealed."""
    assert isinstance(case.report.body, Report)
    return (PublicPair(case.report.body.box, case.report.body.kem),)


def _message(session: RecipientSession, case: Case) -> OpenedMessage:
    """Return the last message of a case, as stored in the vault."""
    found = session.vault.messages.by_id(case.messages[-1].id)
    assert found
    return found.message


def _post(office: Office, session: RecipientSession, case: Case, sealed: Sealed, channel: str = THREAD) -> None:
    """Post an envelope; one of the thread into the mailbox of a case."""
    served, _ = office.addressees()
    if channel != THREAD:
        post_to(office.courier(), sealed, office.roster().policy, served.work, DOOR_OPEN, random_address())
        return
    report = session.vault.messages.by_id(case.report.id)
    assert report
    capability = writers_capability(report.message.content_key)
    post_to(office.courier(), sealed, office.roster().policy, served.work, DOOR_APPEND, append_address(capability))
