"""Files on their way into an envelope and out of it (SPEC 4.4)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.errors import ChangedError, MalformedError, UnreadableError
from keys.sealing.stream import check_mac, chunk_count, open_chunks
from keys.wire.envelope import (
    CHUNK_SIZE,
    PART_SIZE,
    SEALED_CHUNK_SIZE,
    TAG_SIZE,
    Header,
    check_envelope_size,
    prefix_size,
    stream_size,
)
from keys.wire.files import MIB, File, FileDigest, content_size
from keys.wire.plaintext import LENGTH_SIZE, check_padding
from keys.wire.sizes import SIGNATURE_SIZE
from keys.wire.upload import part_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from keys.sealing.envelopes import OpenedMessage


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that was read once, for its digest; `pieces` reads it a second time."""

    path: Path
    file: File
    digests: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def read(cls, path: Path, name: str, media_type: str) -> Attachment:
        """Read a file for the first time; its readers see `name` and `media_type`.

        Raises UnreadableError.
        """
        digests: list[bytes] = []
        size = 0
        try:
            with path.open("rb") as source:
                while piece := source.read(MIB):
                    digests.append(hashlib.sha256(piece).digest())
                    size += len(piece)
        except OSError as error:
            raise UnreadableError(f"{path}: {error.strerror}") from None
        digest = hashlib.sha256(b"".join(digests)).digest()
        return cls(path, File(name, media_type, size, digest), tuple(digests))

    def pieces(self) -> Iterator[bytes]:
        """Yield the file, a MiB at a time, each equal to the first reading.

        Raises ChangedError before a MiB that differs: two plaintexts under one key and nonce would reveal both.
        """
        left = self.file.size
        try:
            with self.path.open("rb") as source:
                for digest in self.digests:
                    piece = source.read(min(MIB, left))
                    if hashlib.sha256(piece).digest() != digest:
                        raise ChangedError(str(self.path))
                    left -= len(piece)
                    # Yield the last piece only when nothing has been appended to the file.
                    if left == 0 and source.read(1):
                        raise ChangedError(str(self.path))
                    yield piece
                if not self.digests and source.read(1):
                    raise ChangedError(str(self.path))
        except OSError:
            raise ChangedError(str(self.path)) from None


@dataclass(frozen=True, slots=True)
class BytesAttachment:
    """A file without a name in memory, such as the archive of a share (SPEC 5.4)."""

    raw: bytes = field(repr=False)
    file: File

    @classmethod
    def of(cls, raw: bytes) -> BytesAttachment:
        """Return these bytes as a file."""
        digest = FileDigest()
        digest.update(raw)
        return cls(raw, File("", "", len(raw), digest.digest()))

    def pieces(self) -> Iterator[bytes]:
        """Yield the file, a MiB at a time."""
        return (self.raw[at : at + MIB] for at in range(0, len(self.raw), MIB))


def open_files(
    prefix: bytes, size: int, message: OpenedMessage, fetch: Callable[[int], bytes], at: int = 0
) -> Iterator[bytes]:
    """Yield the bytes of all files of a message, joined, from offset `at`, in pieces of up to 64 KiB.

    `prefix` is what the log or a mailbox gave of an envelope of `size` bytes; `fetch` returns a part by its number. The
    caller must check the digests. Raises TamperedError, MalformedError, and what `fetch` raises.
    """
    check_mac(message.content_key, Header.parse(prefix))
    begin = LENGTH_SIZE + len(message.raw_head) + SIGNATURE_SIZE
    total = content_size(message.head.files)
    return _read_contents(prefix, size, message.content_key, begin, total, fetch, at)


def _read_contents(
    front: bytes, size: int, content_key: bytes, begin: int, total: int, fetch: Callable[[int], bytes], at: int
) -> Iterator[bytes]:
    """Yield the bytes from offset `at` of files that take `total` bytes from `begin` on in the plaintext."""
    header = Header.parse(front)
    padded = check_envelope_size(header, size)
    number = (begin + at) // CHUNK_SIZE
    # The start of the next chunk in the plaintext, relative to the first requested byte.
    offset = number * CHUNK_SIZE - begin - at
    left = total - at
    for chunk in _chunks(front, header, content_key, padded, fetch, number):
        wanted = chunk[max(0, -offset) : max(0, left - offset)]
        if wanted:
            yield wanted
        if offset + len(chunk) > left:
            check_padding(chunk, max(0, left - offset))
        offset += len(chunk)


def _chunks(
    front: bytes, header: Header, content_key: bytes, padded: int, fetch: Callable[[int], bytes], number: int
) -> Iterator[bytes]:
    """Yield the plaintext of every chunk from `number` on."""
    count, size = chunk_count(padded), header.size + stream_size(padded)
    held = memoryview(front)[header.size + number * SEALED_CHUNK_SIZE :]
    part, skip = divmod(max(0, number * SEALED_CHUNK_SIZE + len(held) - SEALED_CHUNK_SIZE), PART_SIZE)
    while True:
        for chunk in open_chunks(content_key, padded, held, number):
            yield chunk
            number += 1
            held = held[len(chunk) + TAG_SIZE :]
        if number == count:
            return
        fetched = memoryview(fetch(part))
        if len(fetched) != part_size(prefix_size(header, size), size, part):
            raise MalformedError("part")
        fetched = fetched[skip:]
        if held:
            # A chunk may begin in one part and end in the next; only such chunks are copied.
            lacking = SEALED_CHUNK_SIZE - len(held)
            yield from open_chunks(content_key, padded, memoryview(bytes(held) + fetched[:lacking]), number)
            number += 1
            fetched = fetched[lacking:]
        held, part, skip = fetched, part + 1, 0
