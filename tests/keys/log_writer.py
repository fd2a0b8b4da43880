"""Posts envelopes to the real server, as a reporter, a recipient or somebody else would."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keys.receipt import Receipt
from keys.roster import Bundle
from keys.roster.weeks import until_of
from keys.sealing import Attachment, PublicPair, Sealed, Signer, seal_cover
from keys.sealing.envelopes import OpenedMessage, open_head, seal_head
from keys.sealing.stream import writers_capability
from keys.sync.delivery import opening_of
from keys.sync.reporter_composer import reporter_pair
from keys.wire.ids import CaseId, IdentityKey, PersonId, RosterId
from keys.wire.messages import LOG, Body, Head, Note, Report, Share
from keys.wire.messages.archive import ArchivedMessage, encode_archives
from keys.wire.plaintext import signed_bytes
from keys.wire.posting import DOOR_APPEND, DOOR_OPEN, Posting, append_address, mailbox_address, random_address
from keys.wire.stamp import make_stamp
from keys.wire.upload import PartPosting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.keys.office import Office


@dataclass(frozen=True)
class Posted:
    """A message that the server has acknowledged; `position` is its place in the log."""

    message: OpenedMessage
    position: int
    day: int

    @property
    def archived(self) -> ArchivedMessage:
        message = self.message
        return ArchivedMessage(
            key=message.content_key,
            day=self.day,
            place=self.position,
            gone=False,
            mac=message.mac,
            signature=message.signature,
            head=message.raw_head,
        )


class LogWriter:
    """Writes into the log of an office, as anybody."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        self.folder = folder
        self.position = 0  # of the last entry of the log
        self.receipts: dict[CaseId, Receipt] = {}
        self.reports: dict[CaseId, OpenedMessage] = {}

    def person(self, name: str) -> PersonId:
        return next(PersonId(one.person) for one in self.office.roster().recipients if one.name == name)

    def people(self, names: Sequence[str]) -> tuple[PersonId, ...]:
        return tuple(self.person(name) for name in names)

    def report(
        self,
        text: str,
        to: Sequence[str],
        without: Sequence[str] = (),
        *,
        elsewhere: bool = False,
        sealed_to: Sequence[str] | None = None,
        **others: object,
    ) -> Posted:
        """Post a report.

        With `elsewhere`, under random hashes, which open a mailbox that nobody knows. With `sealed_to`, it has slots
        for other people than its `to` names. `others` are members of its head.
        """
        receipt = Receipt.draw()
        pair = reporter_pair(receipt).public
        body = Report(
            text=text,
            topic="anders",
            language="nl",
            box=pair.box,
            kem=pair.kem,
            mailbox=hashlib.sha256(receipt.capability()).digest(),
        )
        signer = Signer.from_seed(receipt.sign_seed())
        head = self.head(signer, body, None, to=to, without=without, **others)
        sealed = self.seal(head, signer, to if sealed_to is None else sealed_to, [pair])
        posted = self._post(sealed, door=DOOR_OPEN, reporter=None if elsewhere else receipt.capability())
        case_id = CaseId(posted.message.id)
        self.receipts[case_id], self.reports[case_id] = receipt, posted.message
        return posted

    def post(
        self,
        author: str,
        body: Body,
        case: Posted,
        to: Sequence[str],
        seen: Sequence[Posted] = (),
        *,
        sealed_to: Sequence[str] | None = None,
    ) -> Posted:
        """Post a message of a recipient, or of the reporter, whose name is "", into a case.

        With `sealed_to`, it has slots for other people than its `to` names.
        """
        case_id = CaseId(case.message.id)
        signer = self.signer(author, case_id)
        head = self.head(signer, body, case_id, to=to, seen=seen)
        in_thread = head.channel == "thread"
        pairs = [reporter_pair(self.receipts[case_id]).public] if in_thread else []
        sealed = self.seal(head, signer, to if sealed_to is None else sealed_to, pairs)
        return self._post(sealed, door=DOOR_APPEND if in_thread else DOOR_OPEN, case=case_id)

    def note_of_no_case(self, author: str, text: str, to: Sequence[str]) -> Posted:
        """Post a note of a dossier whose report does not exist."""
        signer = self.signer(author, None)
        head = self.head(signer, Note(text), CaseId(secrets.token_bytes(32)), to=to)
        return self._post(self.seal(head, signer, to), door=DOOR_OPEN)

    def unposted(
        self, author: str, body: Body, case: Posted, to: Sequence[str], seen: Sequence[Posted] = ()
    ) -> ArchivedMessage:
        """Return a message that is in no log, as a share can contain it."""
        case_id = CaseId(case.message.id)
        signer = self.signer(author, case_id)
        sealed = self.seal(self.head(signer, body, case_id, to=to, seen=seen), signer, to)
        message = open_head(sealed.prefix + b"".join(sealed.parts), sealed.content_key, sealed.size)
        return replace(Posted(message, 0, self.office.today).archived, place=None)

    def share(
        self,
        author: str,
        to: str,
        messages: Sequence[ArchivedMessage],
        case: Posted | None,
        archive: bytes | None = None,
        signer: Signer | None = None,
        pairs: Sequence[PublicPair] | None = None,
    ) -> Posted:
        """Post a share of messages to somebody.

        With `archive` instead of the correct one, signed by any `signer`, and with slots for other `pairs`.
        """
        [raw] = [archive] if archive is not None else encode_archives(messages)
        path = self.folder / secrets.token_hex(8)
        path.write_bytes(raw)
        attachment = Attachment.read(path, "", "")
        case_id = CaseId(case.message.id) if case else None
        signer = signer or self.signer(author, case_id)
        head = self.head(signer, Share(), case_id, to=[to], files=(attachment.file,))
        sealed = seal_head(
            head,
            signer,
            self.pairs([to]) if pairs is None else pairs,
            slots=self.office.roster().slots(),
            until=until_of(head.day),
            contents=attachment.pieces(),
        )
        return self._post(sealed, door=DOOR_OPEN)

    def cover(self, padded: int = 16384) -> int:
        """Post an entry that nobody can open; return its position."""
        sealed = seal_cover(slots=self.office.roster().slots(), until=until_of(self.office.today), padded=padded)
        self._send(sealed, DOOR_OPEN, random_address())
        self.position += 1
        return self.position

    def under_a_cover_entry(self, author: str, body: Body, case: Posted, to: Sequence[str]) -> ArchivedMessage:
        """Post a cover entry, and return a message that its author signs under its mac, as a share can contain it."""
        cover = seal_cover(slots=self.office.roster().slots(), until=until_of(self.office.today), padded=16384)
        self._send(cover, DOOR_OPEN, random_address())
        self.position += 1
        case_id = CaseId(case.message.id)
        signer = self.signer(author, case_id)
        head = self.head(signer, body, case_id, to=to, seen=[case])
        signature = signer.sign(signed_bytes(head.kind, cover.mac, head.encode()))
        return ArchivedMessage(
            key=cover.content_key,
            day=self.office.today,
            place=self.position,
            gone=False,
            mac=cover.mac,
            signature=signature,
            head=head.encode(),
        )

    def signer(self, name: str, case_id: CaseId | None) -> Signer:
        if name:
            return self.office.secret(name).signer()
        assert case_id
        return Signer.from_seed(self.receipts[case_id].sign_seed())

    def pairs(self, names: Sequence[str]) -> list[PublicPair]:
        _, _, bundles = self.office.courier().bundles()
        read = [Bundle.verify(signed) for signed in bundles]
        wanted = [self.office.identity(name) for name in names]
        found = {one.identity: PublicPair(one.box, one.kem) for one in sorted(read, key=lambda one: not one.last)}
        return [found[identity] for identity in wanted]

    def head(
        self,
        signer: Signer,
        body: Body,
        case_id: CaseId | None,
        *,
        to: Sequence[str],
        without: Sequence[str] = (),
        seen: Sequence[Posted] = (),
        **others: object,
    ) -> Head:
        members: dict[str, object] = {
            "author": IdentityKey(signer.public),
            "body": body,
            "case": case_id,
            "channel": body.CHANNEL,
            "day": self.office.today,
            "kind": body.KIND,
            "roster": RosterId(self.office.roster().id),
            "seen": () if body.CHANNEL == LOG else tuple(one.message.id for one in seen),
            "to": self.people(to),
            "without": self.people(without),
        }
        return Head(**(members | others))  # type: ignore[arg-type]

    def seal(self, head: Head, signer: Signer, to: Sequence[str], more: Sequence[PublicPair] = ()) -> Sealed:
        pairs = [*self.pairs(to), *more]
        return seal_head(head, signer, pairs, slots=self.office.roster().slots(), until=until_of(head.day))

    def _post(self, sealed: Sealed, *, door: int, case: CaseId | None = None, reporter: bytes | None = None) -> Posted:
        address = random_address()
        if case and door == DOOR_APPEND:
            address = append_address(writers_capability(self.reports[case].content_key))
        elif reporter:
            address = mailbox_address(reporter, sealed.writers_capability())
        self._send(sealed, door, address)
        self.position += 1
        message = open_head(sealed.prefix + b"".join(self._kept), sealed.content_key, sealed.size)
        return Posted(message, self.position, self.office.today)

    def _send(self, sealed: Sealed, door: int, address: bytes) -> None:
        courier = self.office.courier()
        _, work, _ = courier.bundles()
        self._kept = [*sealed.parts]
        whole = sealed.prefix if sealed.is_long else sealed.prefix + b"".join(self._kept)
        posting = Posting(door, make_stamp(sealed.mac, work), address, whole)
        if not sealed.is_long:
            courier.post(posting)
            return
        courier.open_upload(opening_of(posting, sealed.size))
        for number, stream in enumerate(self._kept):
            courier.put_part(PartPosting(sealed.mac, number, stream))
        courier.open_upload(opening_of(posting, sealed.size))
