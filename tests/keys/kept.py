"""Envelopes with files as a server keeps them, for the tests of sealing; it checks nothing."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from typing import TYPE_CHECKING

from keys.sealing import Sealed, front_size, open_contents, seal
from keys.wire.envelope import PART_SIZE
from keys.wire.files import MIB, File
from tests.vectors.generator.people import BESTUUR_1, REPORTER, SECRETARIS
from tests.vectors.generator.sealer import UNTIL, report_head

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keys.wire.head import Head

READERS = (SECRETARIS.public, BESTUUR_1.public, REPORTER.public)


def bytes_of(size: int, label: str = "") -> bytes:
    """Return bytes that nothing repeats, the same in every run."""
    return random.Random(f"{label}{size}").randbytes(size)


def digest_of(content: bytes) -> bytes:
    """Return the digest of SPEC.md 4.4 in the words of the page."""
    each = [hashlib.sha256(content[at : at + MIB]).digest() for at in range(0, len(content), MIB)]
    return hashlib.sha256(b"".join(each)).digest()


def listed(content: bytes, name: str = "bestand-1.jpg") -> File:
    return File(name, "image/jpeg", len(content), digest_of(content))


def report_of(*contents: bytes) -> Head:
    return replace(report_head(), files=tuple(listed(content) for content in contents))


def sealed_with(head: Head, contents: Iterable[bytes]) -> Sealed:
    return seal(head, REPORTER.signer, READERS, slots=8, until=UNTIL, contents=contents)


class Kept:
    """An envelope as a server keeps it; `asked` are the parts that somebody fetched."""

    def __init__(self, sealed: Sealed) -> None:
        self.key = sealed.content_key
        self.size = sealed.size
        stream = b"".join(sealed.parts)
        self.prefix = sealed.prefix
        self.parts = [stream[at : at + PART_SIZE] for at in range(0, len(stream), PART_SIZE)]
        self.asked: list[int] = []

    @property
    def front(self) -> bytes:
        wanted = front_size(self.prefix, self.size, self.key)
        return (self.prefix + b"".join(self.parts[:1]))[:wanted]

    def fetch(self, number: int) -> bytes:
        self.asked.append(number)
        return self.parts[number]

    def contents(self, at: int = 0) -> Iterator[bytes]:
        return open_contents(self.front, self.size, self.key, self.fetch, at)


def pour(pieces: Iterable[bytes], into: bytearray) -> None:
    """Take the pieces one by one, so that what came before an error is there."""
    for piece in pieces:
        into += piece
