"""What a recipient with a tool of their own can send: each seals correctly and says what they may not say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nacl.utils import random

from keys.cases.compose import _compose, _head, _with_bundles
from keys.sealing import Sealed, Signer, open_stream, recipients_capability, seal, seal_slot, seal_stream
from keys.sealing.stream import head_content, header_mac
from keys.sync import Desk, post_entry, post_message
from keys.wire import kinds
from keys.wire.canonical import b64, encode
from keys.wire.envelope import MAC_SIZE, Header
from keys.wire.head import Head
from keys.wire.plaintext import pad, signed_bytes, split

if TYPE_CHECKING:
    from keys.cases import Case
    from keys.roster import Addressees
    from tests.keys.office import Office


def addressees(office: Office) -> tuple[int, int, Addressees]:
    served, chosen = office.addressees()
    return served.day, served.work, chosen


def post_into(office: Office, case: Case, sealed: Sealed, work: int) -> None:
    post_message(office.courier(), sealed, work, recipients_capability(case.report.message.content_key))


def post_forced_share(office: Office, desk: Desk, case: Case, name: str) -> None:
    """Share a case with someone whom its report leaves out."""
    day, work, today = addressees(office)
    to = _with_bundles([office.identity(name)], today)
    keys = tuple((said.message.id, said.message.content_key) for said in case.said)
    head = _head(kinds.Share(keys), desk.signer.public, case, to, today, day)
    sealed = seal(head, desk.signer, to.values(), slots=today.roster.slots(), until=today.until)
    post_entry(office.courier(), sealed, work)


def post_share_of_no_case(office: Office, name: str) -> None:
    """Share a case that does not exist, as anybody can who has the public bundles."""
    day, work, today = addressees(office)
    signer = Signer.generate()
    case = random(32)
    head = Head(
        author=signer.public,
        kind=kinds.Share.KIND,
        channel=kinds.FEED,
        case=case,
        day=day,
        roster=today.roster.id,
        seen=(),
        to=(office.identity(name),),
        without=(),
        body=kinds.Share(((case, random(32)),)),
    )
    to = _with_bundles([office.identity(name)], today)
    post_entry(office.courier(), seal(head, signer, to.values(), slots=today.roster.slots(), until=today.until), work)


def post_as_recipient(office: Office, desk: Desk, case: Case, body: kinds.Body) -> None:
    """Say something in a thread that the tool would not let one say."""
    day, work, today = addressees(office)
    post_into(office, case, _compose(case, body, desk.signer, today, day, ()), work)


def post_again(office: Office, desk: Desk, case: Case) -> None:
    """Seal another's signed head and signature into an envelope of one's own."""
    _, work, today = addressees(office)
    stored = desk.vault.envelopes(case.id)[-1]
    plaintext = open_stream(stored.content_key, stored.front[Header.parse(stored.front).size :])
    post_into(office, case, sealed_raw(office, case, today, pad(*split(plaintext))), work)


def post_unknown_kind(office: Office, desk: Desk, case: Case) -> None:
    """Send a message of a later version of the tool."""
    day, work, today = addressees(office)
    head = encode(
        {
            "author": b64(desk.signer.public),
            "body": {"agreed": True},
            "case": b64(case.id),
            "channel": "thread",
            "day": day,
            "files": [],
            "kind": "hand-over",
            "roster": b64(today.roster.id),
            "seen": sorted(map(b64, case.frontier())),
            "to": sorted(map(b64, case.readers)),
            "without": [],
        }
    )
    content_key, header = header_for(case, today, head)
    signature = desk.signer.sign(signed_bytes("hand-over", header.mac, head))
    envelope = header.encode() + seal_stream(content_key, pad(head, signature))
    post_into(office, case, Sealed(envelope, (), len(envelope), header.mac, bytes(32), content_key), work)


def sealed_raw(office: Office, case: Case, today: Addressees, plaintext: bytes) -> Sealed:
    content_key, header = header_for(case, today, split(plaintext)[0])
    envelope = header.encode() + seal_stream(content_key, plaintext)
    return Sealed(envelope, (), len(envelope), header.mac, bytes(32), content_key)


def header_for(case: Case, today: Addressees, head: bytes) -> tuple[bytes, Header]:
    """Return a content key and a header for `head`, with a slot for every reader and for the reporter."""
    from keys.sealing import PublicPair, free_slot

    content_key = random(32)
    report = case.report.message.head.body
    assert isinstance(report, kinds.Report)
    readers = [*_with_bundles(case.readers, today).values(), PublicPair(report.box, report.kem)]
    slots = [seal_slot(content_key, public) for public in readers]
    slots += [free_slot() for _ in range(today.roster.slots() - len(slots))]
    header = Header.of(today.until, slots, head_content(content_key, head), bytes(MAC_SIZE))
    return content_key, replace(header, mac=header_mac(content_key, header.before_mac()))
