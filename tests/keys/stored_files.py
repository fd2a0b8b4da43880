"""Messages of the people in the vectors, and envelopes with files as stored by a server."""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING

from keys.roster.weeks import until_of
from keys.sealing import OpenedMessage, Sealed, front_size, open_files, open_head, seal_head
from keys.wire.envelope import PART_SIZE
from keys.wire.files import MIB, File
from keys.wire.ids import CaseId, IdentityKey, MessageId, PersonId, RosterId
from keys.wire.messages import Head, Report
from tests.vectors.generator.people import BESTUUR_1, REPORTER, SECRETARIS, TODAY, seed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keys.wire.messages import Body

READERS = (SECRETARIS.public, BESTUUR_1.public, REPORTER.public)
UNTIL = until_of(TODAY)
CASE = CaseId(seed("case"))
FIRST_CLASS_TEXT_SIZE = 12_000  # bytes of a text in the head, SPEC 4: on any roster it fits the first class
TEXT = "Er verdwijnt geld uit de kas."


def person(label: str) -> PersonId:
    return PersonId(seed(f"person {label}", 16))


def report_head(text: str = TEXT, files: Sequence[File] = ()) -> Head:
    """Return the head of a report that leaves one person out."""
    body = Report(
        text=text,
        box=REPORTER.public.box,
        kem=REPORTER.public.kem,
        mailbox=seed("mailbox"),
        topic="anders",
        language="nl",
    )
    return Head(
        author=IdentityKey(REPORTER.identity),
        body=body,
        case=None,
        channel=body.CHANNEL,
        day=TODAY,
        files=tuple(files),
        kind=body.KIND,
        roster=RosterId(seed("roster id")),
        seen=(),
        to=(person("secretaris"), person("bestuur 1")),
        without=(person("bestuur 2"),),
    )


def head_of(body: Body, kind: str = "", files: Sequence[File] = ()) -> Head:
    """Return the head of a later message of the reporter; `kind` if its body is unknown."""
    return Head(
        author=IdentityKey(REPORTER.identity),
        body=body,
        case=CASE,
        channel="thread",
        day=TODAY,
        files=tuple(files),
        kind=kind or body.KIND,
        roster=RosterId(seed("roster id")),
        seen=(MessageId(CASE),),
        to=(person("secretaris"), person("bestuur 1")),
    )


def bytes_of(size: int, label: str = "") -> bytes:
    """Return bytes without repetition, the same in every run."""
    return random.Random(f"{label}{size}").randbytes(size)


def digest_of(content: bytes) -> bytes:
    """Return the digest of SPEC 4.4, implemented independently."""
    each = [hashlib.sha256(content[at : at + MIB]).digest() for at in range(0, len(content), MIB)]
    return hashlib.sha256(b"".join(each)).digest()


def listed(content: bytes, name: str = "bestand-1.jpg") -> File:
    return File(name, "image/jpeg", len(content), digest_of(content))


def report_of(*contents: bytes) -> Head:
    return report_head(files=[listed(content) for content in contents])


def sealed_with(head: Head, contents: Iterable[bytes] = ()) -> Sealed:
    return seal_head(head, REPORTER.signer, READERS, slots=8, until=UNTIL, contents=contents)


class StoredFiles:
    """An envelope as stored by a server; `asked` are the parts that were fetched."""

    def __init__(self, sealed: Sealed) -> None:
        self.key = sealed.content_key
        self.size = sealed.size
        stream = b"".join(sealed.parts)
        self.prefix = sealed.prefix
        self.parts = [stream[at : at + PART_SIZE] for at in range(0, len(stream), PART_SIZE)]
        self.asked: list[int] = []

    @property
    def front(self) -> bytes:
        """The bytes needed to open the message."""
        wanted = front_size(self.prefix, self.size, self.key)
        return (self.prefix + b"".join(self.parts[:1]))[:wanted]

    @property
    def message(self) -> OpenedMessage:
        """The opened message."""
        return open_head(self.front, self.key, self.size)

    def fetch(self, number: int) -> bytes:
        self.asked.append(number)
        return self.parts[number]

    def contents(self, at: int = 0) -> Iterator[bytes]:
        """Yield the files as read from a mailbox: from the prefix and the parts."""
        return open_files(self.prefix, self.size, self.message, self.fetch, at)


def pour(pieces: Iterable[bytes], into: bytearray) -> None:
    """Take the pieces one by one, so that those before an error are kept."""
    for piece in pieces:
        into += piece
