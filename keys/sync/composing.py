"""A new message: its head from the messages on the screen, sealed and stored in the outbox (SPEC 5.3, 10.5).

`opened` and `revealed` are written this way too: the caller can show what they name once `write` returns.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

from keys.cases.addressees import addressees_of_draft
from keys.cases.case import Case
from keys.cases.past import members_of
from keys.cases.seen import seen_of
from keys.errors import ForbiddenError, NoCaseError, NotEnrolledError
from keys.roster.weeks import until_of
from keys.sealing import PublicPair
from keys.sealing.envelopes import open_head, seal_head
from keys.sealing.files import open_files
from keys.sealing.stream import writers_capability
from keys.vault.outbox_store import Destination, Reason
from keys.wire.canonical import repair
from keys.wire.ids import IdentityKey, MessageId, RosterId
from keys.wire.messages import LOG, THREAD, Head, Report
from keys.wire.posting import DOOR_APPEND, DOOR_OPEN, append_address, random_address

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from keys.cases.rosters import Rosters
    from keys.sealing import Attachment, BytesAttachment, Signer
    from keys.sync.addressees import Addressees
    from keys.vault import Vault
    from keys.vault.message_store import StoredMessage
    from keys.vault.outbox_store import Outgoing
    from keys.wire.ids import CaseId, PersonId
    from keys.wire.messages import Body


NONE_RENAMED: Mapping[bytes, bytes] = MappingProxyType({})


def no_mailbox() -> Destination:
    """Return the destination of an entry without a mailbox: nobody has the capabilities of these two hashes."""
    return Destination(DOOR_OPEN, random_address())


@dataclass(frozen=True, slots=True)
class Composer:
    """Writes messages into cases for a vault's owner, as `signer` on the day of `addressees`."""

    vault: Vault
    signer: Signer = field(repr=False)
    rosters: Rosters
    addressees: Addressees
    origin: bytes  # the id of root version 1

    def write(
        self, case_id: CaseId, body: Body, screen: Collection[MessageId], attachments: Sequence[Attachment] = ()
    ) -> MessageId:
        """Write a message into thread or dossier; it is on the disk when this returns.

        Raises NoCaseError, ForbiddenError if it would not count, NotEnrolledError if nobody can be sealed to.
        """
        with self.vault.transaction():
            number = self.vault.outbox.next_number()
            case = Case.of(self.vault.case_store.of_case(case_id), self.rosters, self.addressees.day)
            if case is None:
                raise NoCaseError
            seen = seen_of(case, IdentityKey(self.signer.public), body.CHANNEL, screen)
            head = self._addressed(self._head(body, case_id, seen, attachments), number)
            return self._seal(number, head, self._way(head), _pieces(attachments))

    def write_to(
        self,
        people: Collection[PersonId],
        body: Body,
        case_id: CaseId | None = None,
        attachments: Sequence[BytesAttachment] = (),
    ) -> MessageId:
        """Write a message of the channel `log` to these people; it is on the disk when this returns."""
        to, missing = self.addressees.split(people)
        with self.vault.transaction():
            head = replace(self._head(body, case_id, (), attachments), to=to, missing=missing)
            return self._seal(self.vault.outbox.next_number(), head, no_mailbox(), _pieces(attachments))

    def seal_anew(self, messages: Sequence[Outgoing], renamed_before: Mapping[bytes, bytes] = NONE_RENAMED) -> None:
        """Seal messages of one case again for today's readers; put aside each that would not count.

        The messages that an author had read stay named, by their new ids in `renamed_before` if they have changed.
        """
        renamed = {**renamed_before}
        with self.vault.transaction():
            for at, one in enumerate(messages):
                try:
                    message_id = self._again(one, renamed)
                except (ForbiddenError, NotEnrolledError):
                    self.vault.outbox.put_aside(messages[at:], Reason.WOULD_NOT_COUNT)
                    return
                renamed[one.message.id] = message_id

    def _again(self, one: Outgoing, renamed: dict[bytes, bytes]) -> MessageId:
        before = one.message.head
        head = replace(
            before,
            author=IdentityKey(self.signer.public),
            body=renamed_in(before.body, renamed),
            day=self.addressees.day,
            roster=RosterId(self.addressees.roster.id),
            seen=self._named_anew(one, renamed),
        )
        if head.channel == LOG:
            to, missing = self.addressees.split({*head.to, *head.missing})
            head = replace(head, to=to, missing=missing)
        else:
            head = self._addressed(replace(head, to=(), missing=()), one.number)
        store, mac = self.vault.outbox, one.message.mac
        contents: Iterable[bytes] = ()
        if head.files:
            contents = open_files(store.sealed(one).prefix, one.size, one.message, lambda part: store.part(mac, part))
        way = Destination(one.door, one.address) if one.door == DOOR_APPEND else no_mailbox()
        return self._seal(one.number, head, way, contents)

    def _named_anew(self, one: Outgoing, renamed: dict[bytes, bytes]) -> tuple[MessageId, ...]:
        """Return the `seen` of a message sealed again: what its author had read, and what decides now who reads.

        It is sealed to today's readers: without the message that lets one of them in, it would be an alarm. Messages
        that the owner has dropped since never arrive, and are not named.
        """
        head = one.message.head
        if head.case is None or not head.seen:
            return ()
        case = Case.of(self.vault.case_store.of_case(head.case, before=one.number), self.rosters, self.addressees.day)
        if case is None:
            return ()
        read = 0
        for name in head.seen:
            number = case.numbers.get(MessageId(renamed.get(name, name)))
            read |= 0 if number is None else case.messages[number].past | 1 << number
        screen = {case.messages[number].id for number in members_of(read)}
        return seen_of(case, IdentityKey(self.signer.public), head.channel, screen)

    def _head(
        self,
        body: Body,
        case_id: CaseId | None,
        seen: tuple[MessageId, ...],
        attachments: Sequence[Attachment | BytesAttachment],
    ) -> Head:
        return Head(
            author=IdentityKey(self.signer.public),
            body=_repaired(body),
            case=case_id,
            channel=body.CHANNEL,
            day=self.addressees.day,
            files=tuple(one.file for one in attachments),
            kind=body.KIND,
            roster=RosterId(self.addressees.roster.id),
            seen=seen,
            to=(),
        )

    def _addressed(self, head: Head, number: int) -> Head:
        """Return the head with `to` and `missing` (SPEC 12.3), computed with the message applied."""
        assert head.case
        placed = self.vault.case_store.of_case(head.case, before=number)
        to, missing = self.addressees.split(addressees_of_draft(head, number, placed, self.rosters))
        return replace(head, to=to, missing=missing)

    def _way(self, head: Head) -> Destination:
        """Return the destination of a message: the mailbox, by the key of the report, if the reporter reads it."""
        if head.channel != THREAD:
            return no_mailbox()
        capability = writers_capability(self._report(head).message.content_key)
        return Destination(DOOR_APPEND, append_address(capability))

    def _report(self, head: Head) -> StoredMessage:
        assert head.case
        stored = self.vault.messages.of_case(head.case)
        return next(
            one for one in stored if one.message.case == head.case and isinstance(one.message.head.body, Report)
        )

    def _seal(self, number: int, head: Head, way: Destination, contents: Iterable[bytes]) -> MessageId:
        pairs = self.addressees.pairs_of(head.to)
        if head.channel == THREAD:
            body = self._report(head).message.head.body
            assert isinstance(body, Report)
            pairs.append(PublicPair(body.box, body.kem))
        slots = self.addressees.roster.slots()
        sealed = seal_head(head, self.signer, pairs, slots=slots, until=until_of(head.day), contents=contents)
        read_to = self.vault.log.end(self.origin).position
        opened = self.vault.outbox.add(
            number, sealed, lambda front: open_head(front, sealed.content_key, sealed.size), way, read_to
        )
        return opened.id


def _pieces(attachments: Sequence[Attachment | BytesAttachment]) -> Iterator[bytes]:
    return chain.from_iterable(one.pieces() for one in attachments)


def _repaired(body: Body) -> Body:
    """Return a body whose texts are well-formed Unicode (SPEC 4.2)."""

    def repaired(value: object) -> object:
        if isinstance(value, dict):
            return {name: repaired(one) for name, one in value.items()}
        return repair(value) if isinstance(value, str) else value

    return type(body)(**{name: repaired(getattr(body, name)) for name in body.FIELDS})


def renamed_in(body: Body, renamed: Mapping[bytes, bytes]) -> Body:
    """Return a body that names messages by their current ids."""

    def now(value: object) -> object:
        if isinstance(value, tuple):
            return tuple(now(one) for one in value)
        return renamed.get(value, value) if isinstance(value, bytes) else value

    return type(body)(**{name: now(getattr(body, name)) for name in body.FIELDS})
