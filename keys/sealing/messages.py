"""Messages sealed into envelopes and opened again, SPEC.md 3 to 5; who may say what in a case is not its concern."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from random import SystemRandom
from typing import TYPE_CHECKING

from nacl import bindings
from nacl.utils import random

from keys.errors import MalformedError
from keys.roster import verify_signature
from keys.sealing.slots import KEY_SIZE, PublicPair, free_slot, seal_slot
from keys.sealing.stream import (
    check_content,
    check_mac,
    head_content,
    header_mac,
    open_chunks,
    recipients_capability,
    seal_chunks,
)
from keys.wire.envelope import (
    CHUNK_SIZE,
    CONTENT_SIZE,
    MAC_SIZE,
    PART_SIZE,
    Header,
    check_envelope_size,
    prefix_size,
    stream_size,
)
from keys.wire.files import content_size
from keys.wire.head import Head
from keys.wire.kinds import Report
from keys.wire.plaintext import LENGTH_SIZE, check_padding, class_of, message_id, signed_bytes, split, start, start_size
from keys.wire.upload import travels_in_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Signer:
    """An Ed25519 key that signs messages and bundles; its `repr` does not show the private half."""

    public: bytes
    private: bytes = field(repr=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> Signer:
        """Return the signer of a 32-byte seed."""
        public, private = bindings.crypto_sign_seed_keypair(seed)
        return cls(public, private)

    @classmethod
    def generate(cls) -> Signer:
        """Return a new random signer."""
        return cls.from_seed(random(KEY_SIZE))

    def sign(self, signed: bytes) -> bytes:
        """Return the 64-byte signature over `signed`."""
        return bindings.crypto_sign(signed, self.private)[: bindings.crypto_sign_BYTES]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed message: its envelope, its id, and the content key that its author may keep.

    `prefix` is the header and the first chunk, `parts` what is behind it, in parts of 1 MiB. Those of a long one are
    sealed when they are asked for, and each only once: whoever takes one keeps it until it has arrived. A file that is
    not what it was raises ChangedError there; then all of it is given up.
    """

    prefix: bytes = field(repr=False)
    parts: Iterable[bytes] = field(repr=False)
    size: int
    mac: bytes
    id: bytes
    content_key: bytes = field(repr=False)

    @property
    def is_long(self) -> bool:
        """Whether it travels in parts; the others go in one posting."""
        return travels_in_parts(check_envelope_size(Header.parse(self.prefix), self.size))

    @property
    def envelope(self) -> bytes:
        """The whole envelope; raises MalformedError for a long one, of which there is never more than a part."""
        if self.is_long:
            raise MalformedError("too long for one piece")
        return self.prefix + b"".join(self.parts)

    def recipients_capability(self) -> bytes:
        """Return the recipients' capability of the channel that this envelope opens."""
        return recipients_capability(self.content_key)


@dataclass(frozen=True, slots=True)
class Message:
    """A message whose envelope opened and whose author's signature is right; whether the author may say it is open."""

    id: bytes
    mac: bytes
    head: Head
    signature: bytes = field(repr=False)
    content_key: bytes = field(repr=False)

    @property
    def statement(self) -> bytes:
        """What shows others that its author said it, without the envelope: mac, signature and head."""
        return self.mac + self.signature + self.head.encode()

    @property
    def case(self) -> bytes:
        """The id of the case: the report's own id, or the one that the head names."""
        return self.head.case or self.id


def seal(
    head: Head, signer: Signer, readers: Iterable[PublicPair], *, slots: int, until: int, contents: Iterable[bytes] = ()
) -> Sealed:
    """Seal a message for `readers` into an envelope of `slots` slots; `contents` are the bytes of its files, in order.

    Raises MalformedError when there are more readers than slots, or the head is too large or not as SPEC.md says, and
    what `contents` raises.
    """
    raw = head.encode()
    Head.parse(raw)
    if signer.public != head.author:
        raise MalformedError("author is not the signer")
    content_key = random(KEY_SIZE)
    header = _seal_header(content_key, readers, slots, until, head_content(content_key, raw))
    before = start(raw, signer.sign(signed_bytes(head.kind, header.mac, raw)))
    pieces = chain([before], _exactly(content_size(head.files), contents))
    return _seal(content_key, header, class_of(raw, head.files), pieces, message_id(head.kind, header.mac, raw))


def seal_decoy(*, slots: int, until: int, padded: int) -> Sealed:
    """Return an envelope that nobody can open, of a class of `padded` bytes (SPEC.md 3.5)."""
    content_key = random(KEY_SIZE)
    header = _seal_header(content_key, (), slots, until, random(CONTENT_SIZE))
    return _seal(content_key, header, padded, (), bytes(KEY_SIZE))


def front_size(prefix: bytes, size: int, content_key: bytes) -> int:
    """Return how many bytes of an envelope of `size` bytes have to be at hand for `open_message`.

    That is the prefix, and the first part where head and signature go on behind the first chunk. Raises FormatError.
    """
    header = Header.parse(prefix)
    check_mac(content_key, header)
    padded = check_envelope_size(header, size)
    first = _opened(content_key, header, prefix, padded, CHUNK_SIZE)
    if start_size(first) <= len(first):
        return len(prefix)
    return min(size, prefix_size(header, size) + PART_SIZE)


def open_message(front: bytes, content_key: bytes, size: int | None = None) -> Message:
    """Open the front of an envelope of `size` bytes, or a whole one, and check its author's signature.

    Where all of the envelope is at hand, its padding is checked too, yet not the digests of its files. Raises
    FormatError: MalformedError, TamperedError or UnsupportedError, each of which is an alarm.
    """
    header = Header.parse(front)
    check_mac(content_key, header)
    size = len(front) if size is None else size
    padded = check_envelope_size(header, size)
    plaintext = _opened(content_key, header, front, padded, padded if size == len(front) else 0)
    raw, signature = split(plaintext)
    check_content(content_key, header.content, raw)
    head = Head.parse(raw)
    end = start_size(plaintext) + content_size(head.files)
    # A class larger than needed is refused too: its author could hide something in the choice.
    if class_of(raw, head.files) != padded:
        raise MalformedError("class")
    if len(plaintext) == padded:
        check_padding(plaintext, end)
    elif not head.files:
        raise MalformedError("cut")
    verify_signature(head.author, signed_bytes(head.kind, header.mac, raw), signature)
    if isinstance(head.body, Report):
        PublicPair(head.body.box, head.body.kem).check()
    return Message(message_id(head.kind, header.mac, raw), header.mac, head, signature, content_key)


def _opened(content_key: bytes, header: Header, front: bytes, padded: int, least: int) -> bytes:
    """Return the plaintext of the chunks that hold head and signature, and of `least` bytes where they are at hand."""
    opened = bytearray()
    for chunk in open_chunks(content_key, padded, memoryview(front)[header.size :]):
        opened += chunk
        if len(opened) >= max(least, start_size(bytes(opened[:LENGTH_SIZE]))):
            break
    return bytes(opened)


def _seal(content_key: bytes, header: Header, padded: int, pieces: Iterable[bytes], name: bytes) -> Sealed:
    chunks = seal_chunks(content_key, padded, pieces)
    prefix = header.encode() + next(chunks)
    parts = _in_parts(chunks)
    kept = parts if travels_in_parts(padded) else tuple(parts)
    return Sealed(prefix, kept, header.size + stream_size(padded), header.mac, name, content_key)


def _exactly(size: int, contents: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the contents; raise MalformedError when they are not `size` bytes in all."""
    for piece in contents:
        size -= len(piece)
        if size < 0:
            break
        yield piece
    if size != 0:
        raise MalformedError("size of the files")


def _in_parts(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield sealed chunks cut anew, into parts of 1 MiB and a shorter last one."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        if len(held) >= PART_SIZE:
            yield bytes(held[:PART_SIZE])
            del held[:PART_SIZE]
    if held:
        yield bytes(held)


def _seal_header(content_key: bytes, readers: Iterable[PublicPair], slots: int, until: int, content: bytes) -> Header:
    filled = [seal_slot(content_key, public) for public in readers]
    if len(filled) > slots:
        raise MalformedError("more readers than slots")
    filled += [free_slot() for _ in range(slots - len(filled))]
    # The place of a slot would tell the place of its reader on the roster.
    SystemRandom().shuffle(filled)
    header = Header.of(until, filled, content, bytes(MAC_SIZE))
    return replace(header, mac=header_mac(content_key, header.before_mac()))
