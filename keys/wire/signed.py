"""The container of signed documents and the frames they travel in, SPEC 1 and 7. It verifies nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import MalformedError
from keys.wire.canonical import Json, parse_object
from keys.wire.sizes import SIGNATURE_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DOCUMENT_LENGTH_SIZE = 4
SIGNER_COUNT_SIZE = 1
SIGNING_KEY_SIZE = 32
SIGNER_SIZE = SIGNING_KEY_SIZE + SIGNATURE_SIZE
FRAME_LENGTH_SIZE = 4
MAX_DOCUMENT_SIZE = 262_144

LABEL_ROOT = b"meldbus/1 root"
LABEL_ROSTER = b"meldbus/1 roster"
LABEL_BUNDLE = b"meldbus/1 bundle"
LABEL_CARD = b"meldbus/1 recipient card"  # no kind of message has a space


@dataclass(frozen=True, slots=True)
class Signed:
    """A document and its signatures, as (key, signature) in ascending order of key."""

    document: bytes
    signers: tuple[tuple[bytes, bytes], ...]

    @classmethod
    def parse(cls, raw: bytes) -> Signed:
        """Read exactly one signed document; raise MalformedError for extra bytes or a wrong order."""
        length = int.from_bytes(raw[:DOCUMENT_LENGTH_SIZE], "big")
        start = DOCUMENT_LENGTH_SIZE + length + SIGNER_COUNT_SIZE
        if not 0 < length <= MAX_DOCUMENT_SIZE or len(raw) < start:
            raise MalformedError("length of the document")
        count = raw[start - 1]
        if count == 0 or len(raw) != start + count * SIGNER_SIZE:
            raise MalformedError("number of signers")
        pairs = [raw[at : at + SIGNER_SIZE] for at in range(start, len(raw), SIGNER_SIZE)]
        signers = tuple((pair[:SIGNING_KEY_SIZE], pair[SIGNING_KEY_SIZE:]) for pair in pairs)
        names = [key for key, _ in signers]
        if names != sorted(set(names)):
            raise MalformedError("order of signers")
        document = raw[DOCUMENT_LENGTH_SIZE : DOCUMENT_LENGTH_SIZE + length]
        parse_object(document)
        return cls(document, signers)

    def encode(self) -> bytes:
        """Return the bytes of the container."""
        signers = b"".join(key + signature for key, signature in self.signers)
        length = len(self.document).to_bytes(DOCUMENT_LENGTH_SIZE, "big")
        return length + self.document + bytes([len(self.signers)]) + signers

    def members(self) -> dict[str, Json]:
        """Return the members of the document."""
        return parse_object(self.document)

    def id(self, label: bytes) -> bytes:
        """Return the 32-byte id of the document under its label (SPEC 7)."""
        return hashlib.sha256(label + self.document).digest()

    def with_signer(self, key: bytes, signature: bytes) -> Signed:
        """Return this document with one signature added or replaced."""
        others = [pair for pair in self.signers if pair[0] != key]
        return Signed(self.document, tuple(sorted([*others, (key, signature)])))


def join_chain(roots: Iterable[Signed], rosters: Iterable[Signed]) -> bytes:
    """Return roots and rosters as they travel: two frames, each of which contains frames."""
    return join_frames(join_frames(signed.encode() for signed in documents) for documents in (roots, rosters))


def split_chain(raw: bytes) -> tuple[list[Signed], list[Signed]]:
    """Return the roots and the rosters of a chain; raise MalformedError if it is truncated or one of both is empty."""
    frames = split_frames(raw)
    if len(frames) != 2:
        raise MalformedError("chain")
    roots, rosters = ([Signed.parse(frame) for frame in split_frames(documents)] for documents in frames)
    if not roots or not rosters:
        raise MalformedError("empty chain")
    return roots, rosters


def join_publication(roots: Iterable[Signed], rosters: Iterable[Signed], texts: Iterable[bytes]) -> bytes:
    """Return a chain as it is published: with a third frame, of the documents of texts that the rosters name."""
    return join_chain(roots, rosters) + join_frames([join_frames(texts)])


def split_publication(raw: bytes) -> tuple[list[Signed], list[Signed], list[bytes]]:
    """Return roots, rosters and documents of texts; raise MalformedError when `split_chain` does."""
    *chain, texts = split_frames(raw) or [b""]
    return *split_chain(join_frames(chain)), split_frames(texts)


def join_frames(frames: Iterable[bytes]) -> bytes:
    """Return the frames, joined."""
    return b"".join(len(frame).to_bytes(FRAME_LENGTH_SIZE, "big") + frame for frame in frames)


def split_frames(raw: bytes) -> list[bytes]:
    """Return the frames of `raw`; raise MalformedError if it is truncated."""
    return [*each_frame(raw)]


def each_frame(raw: bytes) -> Iterator[bytes]:
    """Yield the frames of `raw` one by one, since millions of them can fit; raise MalformedError if it is truncated."""
    at = 0
    while at < len(raw):
        start = at + FRAME_LENGTH_SIZE
        at = start + int.from_bytes(raw[at:start], "big")
        if at > len(raw) or start > len(raw):
            raise MalformedError("cut frame")
        yield raw[start:at]
