"""The stream of an envelope, and the content and mac of its header, SPEC 3 and 3.3."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.errors import MalformedError, TamperedError
from keys.wire.envelope import (
    CHUNK_SIZE,
    LABEL_CONTENT,
    LABEL_HEADER,
    LABEL_PAYLOAD,
    LABEL_WRITERS,
    SEALED_CHUNK_SIZE,
    TAG_SIZE,
    Header,
    class_of_stream,
)
from keys.wire.sizes import KEY_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

COUNTER_SIZE = 11


def head_content(content_key: bytes, head: bytes) -> bytes:
    """Return the content, by which a header commits to the head in its stream (SPEC 3)."""
    return hmac.digest(_derive(content_key, LABEL_CONTENT), head, "sha256")


def check_content(content_key: bytes, content: bytes, head: bytes) -> None:
    """Raise TamperedError unless `content`, of a header under this content key, belongs to `head`.

    Without this check an entry could have two heads: its author, or anybody else who knows the content key, can seal a
    second one.
    """
    if not hmac.compare_digest(head_content(content_key, head), content):
        raise TamperedError("content")


def header_mac(content_key: bytes, before_mac: bytes) -> bytes:
    """Return the mac that commits to the content key, to every slot and to the content.

    AES-GCM is not key-committing: without this mac one stream could open to two texts for two people.
    """
    return hmac.digest(_derive(content_key, LABEL_HEADER), before_mac, "sha256")


def check_mac(content_key: bytes, header: Header) -> None:
    """Raise TamperedError unless the header's mac belongs to this content key."""
    if not hmac.compare_digest(header_mac(content_key, header.before_mac()), header.mac):
        raise TamperedError("mac")


def writers_capability(content_key: bytes) -> bytes:
    """Return the capability by which recipients write into the mailbox that this report opens (SPEC 11)."""
    return _derive(content_key, LABEL_WRITERS)


def seal_stream(content_key: bytes, plaintext: bytes) -> bytes:
    """Return the stream of a padded plaintext."""
    return b"".join(seal_chunks(content_key, len(plaintext), [plaintext]))


def seal_chunks(content_key: bytes, padded: int, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the sealed chunks of the joined pieces, padded with zeros to `padded` bytes.

    Each chunk is sealed on demand, and only once. Raises MalformedError if the pieces exceed `padded` bytes.
    """
    cipher = AESGCM(_derive(content_key, LABEL_PAYLOAD))
    last = chunk_count(padded) - 1
    for at, chunk in enumerate(_cut(pieces, padded)):
        yield cipher.encrypt(_nonce(at, last=at == last), chunk, None)


def open_chunks(content_key: bytes, padded: int, stream: memoryview, first: int = 0) -> Iterator[bytes]:
    """Yield the plaintext of the whole chunks at the start of `stream`; `first` is the number of the first one.

    `padded` is the class of the whole. Raises TamperedError if a chunk does not open at its position.
    """
    cipher = AESGCM(_derive(content_key, LABEL_PAYLOAD))
    last = chunk_count(padded) - 1
    at = 0
    for number in range(first, last + 1):
        size = SEALED_CHUNK_SIZE if number < last else padded - last * CHUNK_SIZE + TAG_SIZE
        if len(stream) - at < size:
            return
        try:
            yield cipher.decrypt(_nonce(number, last=number == last), stream[at : at + size], None)
        except InvalidTag:
            raise TamperedError("stream") from None
        at += size


def chunk_count(padded: int) -> int:
    """Return how many chunks a class of `padded` bytes has."""
    return -(-padded // CHUNK_SIZE)


def open_stream(content_key: bytes, stream: bytes) -> bytes:
    """Return the padded plaintext of a stream.

    Raises MalformedError if no class has its size, TamperedError if a chunk does not open at its position.
    """
    padded = class_of_stream(len(stream))
    return b"".join(open_chunks(content_key, padded, memoryview(stream)))


def _cut(pieces: Iterable[bytes], padded: int) -> Iterator[bytes | memoryview]:
    """Yield the pieces as chunks, the last ones zeros; one chunk is buffered at a time."""
    room, held = padded, bytearray()
    for piece in pieces:
        room -= len(piece)
        if room < 0:
            raise MalformedError("more content than was said")
        at = 0
        if held:
            at = CHUNK_SIZE - len(held)
            held += piece[:at]
            if len(held) == CHUNK_SIZE:
                yield bytes(held)
                held = bytearray()
        whole = memoryview(piece)
        while len(piece) - at >= CHUNK_SIZE:
            yield whole[at : at + CHUNK_SIZE]
            at += CHUNK_SIZE
        held += piece[at:]
    while held or room:
        zeros = min(CHUNK_SIZE - len(held), room)
        yield bytes(held) + bytes(zeros)
        room -= zeros
        held.clear()


def _nonce(counter: int, *, last: bool) -> bytes:
    return counter.to_bytes(COUNTER_SIZE, "big") + bytes([last])


def _derive(content_key: bytes, label: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=None, info=label).derive(content_key)
