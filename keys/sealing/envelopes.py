"""Messages sealed into envelopes, and opened from the start of one (SPEC 3 and 4).

It does not check who may write what in a case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from nacl.utils import random

from keys.errors import MalformedError
from keys.roster import verify_signature
from keys.sealing.sealed import seal_envelope, seal_header
from keys.sealing.slots import PublicPair
from keys.sealing.stream import check_content, check_mac, head_content, open_chunks
from keys.wire.envelope import CHUNK_SIZE, PART_SIZE, Header, check_envelope_size, prefix_size
from keys.wire.files import content_size
from keys.wire.ids import CaseId, ContentKey, Mac, MessageId
from keys.wire.messages import Head, Report
from keys.wire.plaintext import (
    LENGTH_SIZE,
    check_padding,
    class_of,
    message_id,
    signed_bytes,
    split,
    start,
    start_size,
)
from keys.wire.sizes import KEY_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keys.sealing.sealed import Sealed
    from keys.sealing.signer import Signer

LABEL_ENTERED = b"meldbus/1 entered"


@dataclass(frozen=True, slots=True)
class OpenedMessage:
    """A message whose envelope opened and whose author's signature is valid.

    `raw_head` are the signed bytes; `content` follows from them and the content key.
    """

    id: MessageId
    mac: Mac
    content: bytes
    head: Head
    raw_head: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    content_key: ContentKey = field(repr=False)

    @property
    def statement(self) -> bytes:
        """Return the proof for others that the author wrote it, without the envelope: mac, signature and head."""
        return self.mac + self.signature + self.raw_head

    @property
    def case(self) -> CaseId | None:
        """Return the case: a report's own id, or the one that the head names; None for a message about all cases."""
        return CaseId(self.id) if isinstance(self.head.body, Report) else self.head.case


def seal_head(
    head: Head, signer: Signer, readers: Iterable[PublicPair], *, slots: int, until: int, contents: Iterable[bytes] = ()
) -> Sealed:
    """Seal a message for `readers` into an envelope of `slots` slots; `contents` are the bytes of its files, in order.

    Raises MalformedError if there are more readers than slots or the head breaks SPEC 4.1, and whatever `contents`
    raises.
    """
    raw = head.encode()
    Head.parse(raw)
    if signer.public != head.author:
        raise MalformedError("author is not the signer")
    content_key = random(KEY_SIZE)
    header = seal_header(content_key, readers, slots, until, head_content(content_key, raw))
    before = start(raw, signer.sign(signed_bytes(head.kind, header.mac, raw)))
    pieces = chain([before], _exactly(content_size(head.files), contents))
    return seal_envelope(content_key, header, class_of(raw, head.files), pieces, message_id(head.kind, header.mac, raw))


def front_size(prefix: bytes, size: int, content_key: bytes) -> int:
    """Return how many bytes of an envelope of `size` bytes `open_head` needs.

    `prefix` is header and first chunk, as a mailbox gives it; if head and signature continue after it, the first part
    is needed too. Raises FormatError.
    """
    header = Header.parse(prefix)
    check_mac(content_key, header)
    padded = check_envelope_size(header, size)
    first = _opened(content_key, header, prefix, padded, CHUNK_SIZE)
    if start_size(first) <= len(first):
        return len(prefix)
    return min(size, prefix_size(header, size) + PART_SIZE)


def open_head(prefix: bytes, content_key: bytes, size: int) -> OpenedMessage:
    """Open the message of an envelope of `size` bytes from its prefix, which holds any head (SPEC 4).

    If no file follows it, the padding is checked too. Raises FormatError, which is always an alarm about the envelope.
    """
    header = Header.parse(prefix)
    check_mac(content_key, header)
    padded = check_envelope_size(header, size)
    plaintext = _opened(content_key, header, prefix, padded, padded if size == len(prefix) else 0)
    raw, signature = split(plaintext)
    check_content(content_key, header.content, raw)
    message = read_statement(header.mac, signature, raw, content_key)
    # Also refuse a larger class: its author could hide information in the choice.
    if class_of(raw, message.head.files) != padded:
        raise MalformedError("class")
    if len(plaintext) == padded:
        check_padding(plaintext, start_size(plaintext) + content_size(message.head.files))
    elif not message.head.files:
        raise MalformedError("cut")
    return message


def read_statement(mac: bytes, signature: bytes, raw: bytes, content_key: bytes) -> OpenedMessage:
    """Return the message of a head and its signature, as an envelope or a share brings them; raise FormatError.

    The index checks, by the content, that the head belongs to an entry of the log (SPEC 3.4).
    """
    head = Head.parse(raw)
    verify_signature(head.author, signed_bytes(head.kind, mac, raw), signature)
    if isinstance(head.body, Report):
        # Sealing every answer to keys of low order would fail.
        PublicPair(head.body.box, head.body.kem).check()
        if head.body.entered is not None:
            verify_signature(head.body.entered.author, LABEL_ENTERED + head.author, head.body.entered.signature)
    return OpenedMessage(
        id=MessageId(message_id(head.kind, mac, raw)),
        mac=Mac(mac),
        content=head_content(content_key, raw),
        head=head,
        raw_head=raw,
        signature=signature,
        content_key=ContentKey(content_key),
    )


def _opened(content_key: bytes, header: Header, front: bytes, padded: int, least: int) -> bytes:
    """Return the plaintext of the chunks with head and signature, and of at least `least` bytes if available."""
    opened = bytearray()
    for chunk in open_chunks(content_key, padded, memoryview(front)[header.size :]):
        opened += chunk
        if len(opened) >= max(least, start_size(bytes(opened[:LENGTH_SIZE]))):
            break
    return bytes(opened)


def _exactly(size: int, contents: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the contents; raise MalformedError unless they are `size` bytes in all."""
    for piece in contents:
        size -= len(piece)
        if size < 0:
            break
        yield piece
    if size != 0:
        raise MalformedError("size of the files")
