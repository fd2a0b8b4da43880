"""Envelopes put together from parts, so that one part can be wrong; `keys.sealing.seal_head` makes only right ones."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keys.sealing import PublicPair, Signer, free_slot, seal_slot, seal_stream
from keys.sealing.stream import head_content, header_mac
from keys.wire.canonical import b64
from keys.wire.envelope import MAC_SIZE, Header, Slot
from keys.wire.ids import PERSON_SIZE, CaseId, IdentityKey, MessageId, PersonId, RosterId
from keys.wire.messages import Answer, Body, Head, Report
from keys.wire.plaintext import LABEL_MESSAGE, message_id, start
from tests.padding import pad
from tests.vectors.generator.people import BESTUUR_1, BESTUUR_2, RECEIPT, REPORTER, SECRETARIS, TODAY, Person, seed

if TYPE_CHECKING:
    from collections.abc import Sequence

ROSTER_ID = seed("roster id")
READERS = (SECRETARIS, BESTUUR_1, REPORTER)
UNTIL = TODAY + 25  # the Sunday of the fourth week
TEXT = "Er verdwijnt geld uit de kas."


@dataclass(frozen=True, slots=True)
class Draft:
    """A message and all that its envelope is made of; `replace` any part, then `seal`."""

    head: bytes
    kind: str = Report.KIND
    signer: Signer = REPORTER.signer
    readers: tuple[PublicPair, ...] = tuple(reader.public for reader in READERS)
    count: int = 8
    until: int = UNTIL
    key: bytes = seed("content key")
    label: bytes = LABEL_MESSAGE
    content: bytes | None = None  # None: the one of the head
    behind: bytes | None = None  # files and padding; None: padding alone

    def header(self) -> Header:
        """Return the header: free slots first, then the readers' in order."""
        free = [free_slot() for _ in range(self.count - len(self.readers))]
        return self.over(*free, *(seal_slot(self.key, reader) for reader in self.readers))

    def over(self, *slots: Slot) -> Header:
        """Return a header of these slots with the right mac."""
        content = head_content(self.key, self.head) if self.content is None else self.content
        header = Header.of(self.until, slots, content, bytes(MAC_SIZE))
        return replace(header, mac=header_mac(self.key, header.before_mac()))

    def signature(self, mac: bytes) -> bytes:
        """Return the author's signature under this mac."""
        return self.signer.sign(self.label + self.kind.encode() + bytes([len(self.kind)]) + mac + self.head)

    def plaintext(self, mac: bytes) -> bytes:
        """Return the padded plaintext."""
        if self.behind is None:
            return pad(self.head, self.signature(mac))
        return start(self.head, self.signature(mac)) + self.behind

    def stream(self, plaintext: bytes) -> bytes:
        """Return the stream of any plaintext."""
        return seal_stream(self.key, plaintext)

    def under(self, header: Header) -> bytes:
        """Return the envelope of this message under any header."""
        return header.encode() + self.stream(self.plaintext(header.mac))

    def seal(self) -> bytes:
        """Return the whole envelope."""
        return self.under(self.header())

    def id(self, raw: bytes) -> bytes:
        """Return the message id in an envelope of this draft."""
        return message_id(self.kind, Header.parse(raw).mac, self.head)

    def fields(self, raw: bytes) -> dict[str, str]:
        """Return the header lines of an envelope that opens."""
        header = Header.parse(raw)
        return {
            "content-key": self.key.hex(),
            "content": header.content.hex(),
            "mac": header.mac.hex(),
            "id": self.id(raw).hex(),
            "author": self.signer.public.hex(),
            "kind": self.kind,
            "class": str(len(self.plaintext(header.mac))),
            "slots": str(len(header.slots)),
            "until": str(header.until),
        }


def report_head(text: str = TEXT, *, to: Sequence[Person] = READERS[:2]) -> Head:
    """Return the head of a report that leaves the second member of the board out."""
    return Head(
        author=IdentityKey(REPORTER.identity),
        body=Report(
            text=text,
            box=REPORTER.public.box,
            kem=REPORTER.public.kem,
            mailbox=hashlib.sha256(RECEIPT.capability()).digest(),
            topic="anders",
            language="nl",
        ),
        case=None,
        channel=Report.CHANNEL,
        day=TODAY,
        files=(),
        kind=Report.KIND,
        roster=RosterId(ROSTER_ID),
        seen=(),
        to=people(*to),
        without=people(BESTUUR_2),
    )


def people(*some: Person) -> tuple[PersonId, ...]:
    """Return people as a head names them."""
    return tuple(sorted((PersonId(seed(f"person {one.identity.hex()}", PERSON_SIZE)) for one in some), key=b64))


def head_of(body: Body, kind: str, author: Person, case: bytes, seen: Sequence[bytes] = ()) -> Head:
    """Return the head of a later message of a case."""
    return replace(
        report_head(),
        author=IdentityKey(author.identity),
        kind=kind,
        case=CaseId(case),
        seen=tuple(MessageId(one) for one in seen),
        without=(),
        body=body,
    )


def report(text: str = TEXT) -> Draft:
    """Return a report that is right."""
    return Draft(report_head(text).encode())


def message(body: Body, kind: str, author: Person, case: bytes, seen: Sequence[bytes] = ()) -> Draft:
    """Return a later message of a case that is right."""
    head = head_of(body, kind, author, case, seen)
    return Draft(head.encode(), kind=kind, signer=author.signer)


def answer(text: str, case: bytes, author: Person = SECRETARIS, seen: Sequence[bytes] = ()) -> Draft:
    """Return an answer that is right."""
    return message(Answer(text), Answer.KIND, author, case, seen)
