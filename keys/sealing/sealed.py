"""A sealed envelope ready to send: its header, and a stream that is sealed once, while it is read (SPEC 3)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import SystemRandom
from typing import TYPE_CHECKING

from nacl.utils import random

from keys.errors import MalformedError
from keys.sealing.slots import free_slot, seal_slot
from keys.sealing.stream import header_mac, seal_chunks, writers_capability
from keys.wire.envelope import CONTENT_SIZE, MAC_SIZE, PART_SIZE, Header, check_envelope_size, stream_size
from keys.wire.sizes import KEY_SIZE
from keys.wire.upload import travels_in_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keys.sealing.slots import PublicPair


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed message: its envelope, its id, and the content key that its author may keep.

    `prefix` is the header and the first chunk; `parts` are the rest, in parts of 1 MiB. The parts of a long envelope
    are sealed on demand, and only once: the caller must keep each until it has arrived. If a file has changed, it
    raises ChangedError, and the caller must discard the whole envelope.
    """

    prefix: bytes = field(repr=False)
    parts: Iterable[bytes] = field(repr=False)
    size: int
    mac: bytes
    id: bytes
    content_key: bytes = field(repr=False)

    @property
    def is_long(self) -> bool:
        """Whether it travels in parts; other envelopes go in one posting."""
        return travels_in_parts(check_envelope_size(Header.parse(self.prefix), self.size))

    @property
    def envelope(self) -> bytes:
        """The whole envelope; raises MalformedError for a long one, which is never in memory as a whole."""
        if self.is_long:
            raise MalformedError("too long for one piece")
        return self.prefix + b"".join(self.parts)

    def writers_capability(self) -> bytes:
        """Return the capability by which recipients write into the mailbox that this report opens (SPEC 11)."""
        return writers_capability(self.content_key)


def seal_cover(*, slots: int, until: int, padded: int) -> Sealed:
    """Return an envelope that nobody can open, of a class of `padded` bytes (SPEC 3.6)."""
    content_key = random(KEY_SIZE)
    header = seal_header(content_key, (), slots, until, random(CONTENT_SIZE))
    return seal_envelope(content_key, header, padded, (), bytes(KEY_SIZE))


def seal_envelope(
    content_key: bytes, header: Header, padded: int, pieces: Iterable[bytes], message_id: bytes
) -> Sealed:
    """Return the envelope of a header and the joined pieces, filled up to a class of `padded` bytes."""
    chunks = seal_chunks(content_key, padded, pieces)
    prefix = header.encode() + next(chunks)
    parts = _in_parts(chunks)
    kept = parts if travels_in_parts(padded) else tuple(parts)
    return Sealed(prefix, kept, header.size + stream_size(padded), header.mac, message_id, content_key)


def seal_header(content_key: bytes, readers: Iterable[PublicPair], slots: int, until: int, content: bytes) -> Header:
    """Return a header with a slot for each of `readers` among free ones; raise MalformedError for too many readers."""
    filled = [seal_slot(content_key, public) for public in readers]
    if len(filled) > slots:
        raise MalformedError("more readers than slots")
    filled += [free_slot() for _ in range(slots - len(filled))]
    # The position of a slot would reveal the position of its reader on the roster.
    SystemRandom().shuffle(filled)
    header = Header.of(until, filled, content, bytes(MAC_SIZE))
    return replace(header, mac=header_mac(content_key, header.before_mac()))


def _in_parts(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield sealed chunks cut again, into parts of 1 MiB and a shorter last one."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        if len(held) >= PART_SIZE:
            yield bytes(held[:PART_SIZE])
            del held[:PART_SIZE]
    if held:
        yield bytes(held)
